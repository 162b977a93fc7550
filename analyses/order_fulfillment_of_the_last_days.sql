-- How did fulfillment go in the last seven days that have orders?
with

order_fulfillment_daily as (

    select * from {{ ref('order_fulfillment_daily') }}

),

last_day as (

    select max(date) as date from order_fulfillment_daily

)

select
    order_fulfillment_daily.date,
    order_fulfillment_daily.priority,
    order_fulfillment_daily.total_orders,
    order_fulfillment_daily.completed_orders,
    order_fulfillment_daily.completion_rate,
    order_fulfillment_daily.avg_fulfillment_time_hours
from order_fulfillment_daily
cross join last_day
where order_fulfillment_daily.date > last_day.date - interval '7' day
order by order_fulfillment_daily.date desc, order_fulfillment_daily.priority asc
