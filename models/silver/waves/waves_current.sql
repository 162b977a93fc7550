with

unmerged_changes as (

    {{ unmerged_changes(ref('stg_wms__waves')) }}

),

latest_changes as (

    {{ latest_changes('unmerged_changes', 'released_at') }}

),

wave_statuses as (

    select * from {{ ref('wave_statuses') }}

),

checked_changes as (

    select
        changes.*,
        cast(array_except(array[
            if(changes.released_at is null, 'missing_released_at'),
            if(changes.order_count is null, 'missing_order_count'),
            if(wave_statuses.status is null, 'unknown_status'),
            if(changes.order_count < 1, 'without_orders'),
            if(
                changes.picked_unit_count > changes.unit_count,
                'picked_more_than_released'
            ),
            if(
                changes.status = 'completed'
                and cast(changes.picked_order_count as bigint)
                + changes.cancelled_order_count
                != changes.order_count,
                'orders_do_not_add_up'
            ),
            if(
                changes.completed_at < changes.released_at,
                'completed_before_released'
            )
        ], array[null]) as array(varchar)) as broken_rules,
        date_diff(
            'second', changes.released_at, changes.completed_at
        ) as cycle_time_seconds
    from latest_changes as changes
    left join wave_statuses
        on changes.status = wave_statuses.status

),

final as (

    select
        {{ contract_columns(made_of={'kafka_offset': 'merged_offset'}) }}
    from checked_changes

)

select * from final
