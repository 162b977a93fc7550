with

changes as (

    select
        *,
        {{ document_fields() }} as document,
        op = 'd' as is_deleted
    from {{ source('bronze', 'pick_tasks_raw') }}

),

final as (

    select
        document_id,
        coalesce(
            {{ document_string('task_id') }}, {{ document_id() }}
        ) as task_id,
        {{ document_string('order_id') }} as order_id,
        {{ document_string('wave_id') }} as wave_id,
        {{ document_string('warehouse_id') }} as warehouse_id,
        {{ document_string('worker_id') }} as worker_id,
        {{ document_string('cart_id') }} as cart_id,
        {{ document_string('priority') }} as priority,
        {{ document_string('status') }} as status,
        {{ document_number('line_count', 'integer') }} as line_count,
        {{ document_number('unit_count', 'integer') }} as unit_count,
        {{ document_number('units_picked', 'integer') }} as units_picked,
        {{ document_number('duration_seconds', 'bigint') }}
            as duration_seconds,
        is_deleted,
        {{ document_timestamp('created_at') }} as created_at,
        {{ document_timestamp('updated_at') }} as updated_at,
        {{ document_timestamp('assigned_at') }} as assigned_at,
        {{ document_timestamp('started_at') }} as started_at,
        {{ document_timestamp('completed_at') }} as completed_at,
        {{ document_timestamp('cancelled_at') }} as cancelled_at,
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
