-- Which orders of the last day went out, by whom, under which number?
with

orders as (

    select * from {{ ref('orders_current') }}
    where not is_deleted

),

shipments as (

    select * from {{ ref('shipments_current') }}
    where not is_deleted

),

last_day as (

    select date(max(created_at)) as date from orders

)

select
    orders.order_id,
    orders.customer_id,
    orders.priority,
    orders.status,
    shipments.tracking_number,
    shipments.carrier_code,
    shipments.shipped_at
from orders
cross join last_day
left join shipments
    on orders.order_id = shipments.order_id
where date(orders.created_at) = last_day.date
order by orders.order_id
limit 100
