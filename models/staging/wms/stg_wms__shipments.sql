with

changes as (

    select
        *,
        {{ document_fields() }} as document,
        op = 'd' as is_deleted
    from {{ source('bronze', 'shipments_raw') }}

),

final as (

    select
        document_id,
        coalesce(
            {{ document_string('shipment_id') }}, {{ document_id() }}
        ) as shipment_id,
        {{ document_string('order_id') }} as order_id,
        {{ document_string('warehouse_id') }} as warehouse_id,
        {{ document_string('worker_id') }} as worker_id,
        {{ document_string('carrier_code') }} as carrier_code,
        {{ document_string('service_level') }} as service_level,
        {{ document_string('tracking_number') }} as tracking_number,
        {{ document_string('status') }} as status,
        {{ document_string('exception_reason') }} as exception_reason,
        {{ document_number('package_count', 'integer') }} as package_count,
        {{ document_number('weight_kg', 'double') }} as weight_kg,
        {{ document_number('shipping_cost', 'decimal(18, 2)') }}
            as shipping_cost,
        is_deleted,
        {{ document_timestamp('created_at') }} as created_at,
        {{ document_timestamp('updated_at') }} as updated_at,
        {{ document_timestamp('shipped_at') }} as shipped_at,
        {{ document_timestamp('estimated_delivery_at') }}
            as estimated_delivery_at,
        {{ document_timestamp('delivered_at') }} as delivered_at,
        op,
        {{ source_position_at() }} as source_at,
        source_order,
        kafka_partition,
        kafka_offset,
        kafka_at,
        landed_at
    from changes

)

select * from final
