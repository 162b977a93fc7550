{{ config(materialized='view') }}

with

versions as (

    select * from {{ ref('workers_versions') }}

),

intervals as (

    {{ version_intervals('versions') }}

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
        version,
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
        valid_from,
        valid_to,
        kafka_partition,
        kafka_offset,
        valid_to is null as is_current
    from intervals

)

select * from final
