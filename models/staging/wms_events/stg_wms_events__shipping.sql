with

events as (

    select * from {{ source('bronze', 'shipping_events') }}

),

final as (

    select
        event_id,
        event_key,
        event_type,
        {{ payload_value('shipment_id') }} as shipment_id,
        {{ payload_value('order_id') }} as order_id,
        {{ payload_value('carrier_code') }} as carrier_code,
        {{ payload_value('tracking_number') }} as tracking_number,
        {{ payload_value('service_level') }} as service_level,
        {{ payload_value('package_count', 'integer') }} as package_count,
        {{ payload_timestamp('estimated_delivery_at') }}
            as estimated_delivery_at,
        occurred_at,
        schema_id,
        kafka_partition,
        kafka_offset,
        kafka_at,
        landed_at
    from events

)

select * from final
