with

changes as (

    select
        *,
        {{ document_fields() }} as document,
        op = 'd' as is_deleted
    from {{ source('bronze', 'workers_raw') }}

),

final as (

    select
        document_id,
        coalesce(
            {{ document_string('worker_id') }}, {{ document_id() }}
        ) as worker_id,
        {{ document_string('warehouse_id') }} as warehouse_id,
        {{ document_string('full_name') }} as full_name,
        {{ document_string('role') }} as worker_role,
        {{ document_string('shift') }} as shift,
        {{ document_string('status') }} as status,
        {{ document_number('hourly_rate', 'decimal(18, 2)') }} as hourly_rate,
        {{ document_number('shift_tasks_completed', 'integer') }}
            as shift_tasks_completed,
        {{ document_number('shift_units_handled', 'integer') }}
            as shift_units_handled,
        {{ document_number('tasks_completed', 'bigint') }} as tasks_completed,
        {{ document_number('units_handled', 'bigint') }} as units_handled,
        is_deleted,
        {{ document_timestamp('created_at') }} as created_at,
        {{ document_timestamp('updated_at') }} as updated_at,
        {{ document_timestamp('hired_at') }} as hired_at,
        {{ document_timestamp('shift_started_at') }} as shift_started_at,
        {{ document_timestamp('shift_ended_at') }} as shift_ended_at,
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
