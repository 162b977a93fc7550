with

events as (

    select * from {{ source('bronze', 'packing_events') }}

),

final as (

    select
        event_id,
        event_key,
        event_type,
        {{ payload_value('task_id') }} as task_id,
        {{ payload_value('order_id') }} as order_id,
        {{ payload_value('worker_id') }} as worker_id,
        {{ payload_value('package_count', 'integer') }} as package_count,
        {{ payload_value('unit_count', 'integer') }} as unit_count,
        {{ payload_value('weight_grams', 'integer') }} as weight_grams,
        {{ payload_value('duration_seconds', 'bigint') }} as duration_seconds,
        occurred_at,
        schema_id,
        kafka_partition,
        kafka_offset,
        kafka_at,
        landed_at
    from events

)

select * from final
