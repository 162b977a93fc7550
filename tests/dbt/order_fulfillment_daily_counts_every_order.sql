-- Fails if the daily counts do not add up to the orders that have a day.
with

gold as (

    select sum(total_orders) as orders
    from {{ ref("order_fulfillment_daily") }}

),

silver as (

    select count(*) as orders
    from {{ ref("orders_current") }}
    where not is_deleted and created_at is not null

)

select
    gold.orders as gold_orders,
    silver.orders as silver_orders
from gold
cross join silver
where coalesce(gold.orders, 0) != silver.orders
