with

changes as (

    select
        *,
        {{ document_fields() }} as document,
        op = 'd' as is_deleted
    from {{ source('bronze', 'pack_tasks_raw') }}

),

final as (

    select
        document_id,
        coalesce(
            {{ document_string('task_id') }}, {{ document_id() }}
        ) as task_id,
        {{ document_string('order_id') }} as order_id,
        {{ document_string('warehouse_id') }} as warehouse_id,
        {{ document_string('worker_id') }} as worker_id,
        {{ document_string('station_id') }} as station_id,
        {{ document_string('priority') }} as priority,
        {{ document_string('status') }} as status,
        {{ document_number('unit_count', 'integer') }} as unit_count,
        {{ document_number('package_count', 'integer') }} as package_count,
        {{ document_number('weight_kg', 'double') }} as weight_kg,
        {{ document_number('duration_seconds', 'bigint') }}
            as duration_seconds,
        is_deleted,
        {{ document_timestamp('created_at') }} as created_at,
        {{ document_timestamp('updated_at') }} as updated_at,
        {{ document_timestamp('started_at') }} as started_at,
        {{ document_timestamp('completed_at') }} as completed_at,
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
