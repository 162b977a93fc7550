with

unmerged_changes as (

    {{ unmerged_changes(ref('stg_wms__workers')) }}

),

latest_changes as (

    {{ latest_changes('unmerged_changes') }}

),

worker_roles as (

    select * from {{ ref('worker_roles') }}

),

checked_changes as (

    select
        changes.*,
        cast(
            cast(date_diff(
                'millisecond', changes.shift_started_at, changes.shift_ended_at
            ) as decimal(28, 4)) / 3600000
            as decimal(12, 4)
        ) as shift_hours,
        cast(array_except(array[
            if(changes.full_name is null, 'missing_full_name'),
            if(changes.hired_at is null, 'missing_hired_at'),
            if(worker_roles.worker_role is null, 'unknown_role'),
            if(changes.hourly_rate < 0, 'negative_hourly_rate'),
            if(changes.units_handled < 0, 'negative_units'),
            if(
                changes.shift_ended_at < changes.shift_started_at,
                'shift_ended_before_started'
            )
        ], array[null]) as array(varchar)) as broken_rules,
        try_cast(
            cast(changes.shift_units_handled as decimal(28, 4)) * 3600000
            / nullif(date_diff(
                'millisecond', changes.shift_started_at, changes.shift_ended_at
            ), 0)
            as decimal(12, 4)
        ) as shift_units_per_hour
    from latest_changes as changes
    left join worker_roles
        on changes.worker_role = worker_roles.worker_role

),

final as (

    select
        {{ contract_columns(made_of={'kafka_offset': 'merged_offset'}) }}
    from checked_changes

)

select * from final
