with

events as (

    select * from {{ source('bronze', 'labor_events') }}

),

final as (

    select
        event_id,
        event_key,
        event_type,
        {{ payload_value('worker_id') }} as worker_id,
        {{ payload_value('role') }} as worker_role,
        {{ payload_value('shift') }} as shift,
        {{ payload_value('tasks_completed', 'integer') }} as tasks_completed,
        {{ payload_value('units_handled', 'integer') }} as units_handled,
        {{ payload_value('minutes_worked', 'bigint') }} as minutes_worked,
        occurred_at,
        schema_id,
        kafka_partition,
        kafka_offset,
        kafka_at,
        landed_at
    from events

)

select * from final
