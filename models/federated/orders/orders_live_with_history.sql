with

live_orders as (

    select * from {{ ref('orders_live') }}

),

versions as (

    select * from {{ ref('orders_history') }}

),

order_fulfillment_daily as (

    select * from {{ ref('order_fulfillment_daily') }}

),

versions_per_order as (

    select
        order_id,
        count(*) as version_count,
        min(valid_from) as first_version_at,
        max(valid_from) as last_version_at,
        max_by(status, valid_from) as captured_status
    from versions
    group by order_id

),

final as (

    select
        live_orders.order_id,
        live_orders.priority,
        live_orders.status as live_status,
        versions_per_order.captured_status,
        versions_per_order.version_count,
        order_fulfillment_daily.total_orders as total_orders_of_day,
        order_fulfillment_daily.completed_orders as completed_orders_of_day,
        order_fulfillment_daily.completion_rate as completion_rate_of_day,
        order_fulfillment_daily.avg_fulfillment_time_hours
            as avg_fulfillment_time_hours_of_day,
        live_orders.created_at,
        live_orders.updated_at,
        versions_per_order.first_version_at,
        versions_per_order.last_version_at
    from live_orders
    left join versions_per_order
        on live_orders.order_id = versions_per_order.order_id
    left join order_fulfillment_daily
        on
            date(live_orders.created_at) = order_fulfillment_daily.date
            and live_orders.priority = order_fulfillment_daily.priority

)

select * from final
