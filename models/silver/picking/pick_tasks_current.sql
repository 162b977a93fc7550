with

unmerged_changes as (

    {{ unmerged_changes(ref('stg_wms__pick_tasks')) }}

),

latest_changes as (

    {{ latest_changes('unmerged_changes', 'completed_at') }}

),

task_statuses as (

    select * from {{ ref('task_statuses') }}

),

checked_changes as (

    select
        changes.*,
        cast(array_except(array[
            if(changes.order_id is null, 'missing_order_id'),
            if(changes.worker_id is null, 'missing_worker_id'),
            if(changes.created_at is null, 'missing_created_at'),
            if(task_statuses.status is null, 'unknown_status'),
            if(
                changes.units_picked > changes.unit_count,
                'picked_more_than_asked'
            ),
            if(changes.duration_seconds < 0, 'negative_duration'),
            if(
                changes.completed_at < changes.started_at,
                'completed_before_started'
            )
        ], array[null]) as array(varchar)) as broken_rules
    from latest_changes as changes
    left join task_statuses
        on changes.status = task_statuses.status

),

final as (

    select
        {{ contract_columns(made_of={'kafka_offset': 'merged_offset'}) }}
    from checked_changes

)

select * from final
