-- Fails where a day does not open with what the day before has closed with.
with

days as (

    select
        date,
        department,
        opening_units,
        lag(closing_units) over (
            partition by department
            order by date
        ) as carried_units
    from {{ ref("inventory_metrics_daily") }}

)

select *
from days
where opening_units != coalesce(carried_units, 0)
