{{ config(unique_key=['date', 'priority']) }}

with

orders as (

    select * from {{ ref('orders_current') }}
    where not is_deleted

),

order_statuses as (

    select * from {{ ref('order_statuses') }}

),

orders_with_outcome as (

    select
        orders.priority,
        date(orders.created_at) as order_date,
        coalesce(order_statuses.is_completed, false) as is_completed,
        date_diff('millisecond', orders.created_at, orders.shipped_at)
            as fulfillment_milliseconds
    from orders
    left join order_statuses
        on orders.status = order_statuses.status

),

orders_per_day as (

    select
        order_date,
        priority,
        count(*) as total_orders,
        count_if(is_completed) as completed_orders,
        count_if(is_completed and fulfillment_milliseconds is not null)
            as timed_orders,
        sum(fulfillment_milliseconds) filter (where is_completed)
            as fulfillment_milliseconds
    from orders_with_outcome
    where order_date is not null
    group by order_date, priority

),

final as (

    select
        order_date as date,
        priority,
        total_orders,
        completed_orders,
        {{ ratio('completed_orders', 'total_orders') }} as completion_rate,
        {{ mean_hours('fulfillment_milliseconds', 'timed_orders') }}
            as avg_fulfillment_time_hours,
        {{ source_offsets() }} as source_offsets
    from orders_per_day

)

select * from final
