with

events as (

    select * from {{ source('bronze', 'inventory_events') }}

),

final as (

    select
        event_id,
        event_key,
        event_type,
        {{ payload_value('aggregate_id') }} as aggregate_id,
        {{ payload_value('wave_id') }} as wave_id,
        {{ payload_value('sku') }} as sku,
        {{ payload_value('sku_count', 'integer') }} as sku_count,
        {{ payload_value('unit_count', 'integer') }} as unit_count,
        {{ payload_value('quantity_on_hand', 'integer') }} as quantity_on_hand,
        occurred_at,
        schema_id,
        kafka_partition,
        kafka_offset,
        kafka_at,
        landed_at
    from events

)

select * from final
