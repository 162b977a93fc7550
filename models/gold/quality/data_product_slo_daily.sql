{{
    config(
        incremental_strategy='merge',
        unique_key=['date', 'product', 'output_table', 'objective']
    )
}}

{% set days_compared = 7 %}

with

-- they are only ever added at the present moment: what can be new is of the
-- last day, or after it
measurements as (

    select
        *,
        cast(measured_at as date) as date
    from {{ source('quality', 'objective_measurements') }}
    where
        cast(measured_at as date)
        >= {{ last_built_day() }} - interval '{{ days_compared }}' day

),

days as (

    select
        date,
        product,
        output_table,
        objective,
        max_by(unit, measured_at) as unit,
        max_by(threshold, measured_at) as threshold,
        count(*) as measurements,
        count_if(is_met) as met_measurements,
        sum(population) as population,
        if(
            objective = 'freshness', max(measured_value), min(measured_value)
        ) as worst_value,
        max_by(measured_value, measured_at) as latest_value,
        max_by(is_met, measured_at) as is_met_now,
        max(measured_at) as measured_at
    from measurements
    group by 1, 2, 3, 4

),

days_with_what_was_before as (

    select
        days.date,
        days.product,
        days.output_table,
        days.objective,
        avg(earlier.worst_value) as earlier_value
    from days
    inner join days as earlier
        on
            days.product = earlier.product
            and days.output_table = earlier.output_table
            and days.objective = earlier.objective
            and days.date > earlier.date
            and days.date <= earlier.date + interval '{{ days_compared }}' day
    group by 1, 2, 3, 4

),

final as (

    select
        days.date,
        days.product,
        days.output_table,
        days.objective,
        days.unit,
        days.threshold,
        days.worst_value,
        days.latest_value,
        days.measurements,
        days.met_measurements,
        days.population,
        days.measured_at,
        days.is_met_now,
        cast(earlier.earlier_value as decimal(18, 4)) as earlier_value,
        days.measurements = days.met_measurements as is_met,
        case
            when earlier.earlier_value is null then 'new'
            when days.worst_value = earlier.earlier_value then 'steady'
            when
                (days.worst_value < earlier.earlier_value)
                = (days.objective = 'freshness')
                then 'better'
            else 'worse'
        end as trend
    from days
    left join days_with_what_was_before as earlier
        on
            days.date = earlier.date
            and days.product = earlier.product
            and days.output_table = earlier.output_table
            and days.objective = earlier.objective
    where days.date >= {{ last_built_day() }}

)

select * from final
