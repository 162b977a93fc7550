with

days as (

    select
        sequence(date '2016-01-01', date '2035-12-31', interval '1' day)
            as dates

),

final as (

    select day_of_spine.date_day
    from days
    cross join unnest(days.dates) as day_of_spine (date_day)

)

select * from final
