{{ config(incremental_strategy='append', unique_key=none) }}

with

unmerged_changes as (

    {{ unmerged_changes(ref('stg_wms__workers')) }}

),

final as (

    select
        document_id,
        worker_id,
        warehouse_id,
        full_name,
        worker_role,
        shift,
        status,
        op,
        hourly_rate,
        shift_tasks_completed,
        shift_units_handled,
        tasks_completed,
        units_handled,
        is_deleted,
        created_at,
        updated_at,
        hired_at,
        shift_started_at,
        shift_ended_at,
        source_at,
        source_order,
        kafka_partition,
        kafka_offset,
        kafka_at
    from unmerged_changes

)

select * from final
