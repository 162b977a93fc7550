{{ config(unique_key=['date', 'worker_id']) }}

with

pick_tasks as (

    select * from {{ ref('pick_tasks_current') }}
    where not is_deleted and completed_at is not null

),

pack_tasks as (

    select * from {{ ref('pack_tasks_current') }}
    where not is_deleted and completed_at is not null

),

shipments as (

    select * from {{ ref('shipments_current') }}
    where not is_deleted and shipped_at is not null

),

tasks as (

    select
        worker_id,
        'pick' as activity,
        units_picked as units,
        duration_seconds,
        date(completed_at) as work_date
    from pick_tasks

    union all

    select
        worker_id,
        'pack' as activity,
        unit_count as units,
        duration_seconds,
        date(completed_at) as work_date
    from pack_tasks

    union all

    -- handing a parcel over is not timed
    select
        worker_id,
        'ship' as activity,
        null as units,
        null as duration_seconds,
        date(shipped_at) as work_date
    from shipments

),

tasks_per_day as (

    select
        work_date,
        worker_id,
        count(*) as tasks_completed,
        count_if(activity = 'pick') as pick_tasks,
        count_if(activity = 'pack') as pack_tasks,
        count_if(activity = 'ship') as shipments,
        coalesce(sum(units) filter (where activity = 'pick'), 0)
            as units_picked,
        coalesce(sum(units) filter (where activity = 'pack'), 0)
            as units_packed,
        coalesce(sum(duration_seconds), 0) as busy_seconds
    from tasks
    group by work_date, worker_id

),

final as (

    select
        work_date as date,
        worker_id,
        tasks_completed,
        pick_tasks,
        pack_tasks,
        shipments,
        units_picked,
        units_packed,
        {{ ratio('busy_seconds', '3600') }} as busy_hours,
        {{ ratio('(units_picked + units_packed) * 3600', 'busy_seconds') }}
            as units_per_busy_hour,
        {{ source_offsets() }} as source_offsets
    from tasks_per_day

)

select * from final
