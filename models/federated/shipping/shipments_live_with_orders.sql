with

live_shipments as (

    select
        cast(shipment_id as varchar) as shipment_id,
        cast(order_id as varchar) as order_id,
        cast(carrier_code as varchar) as carrier_code,
        cast(service_level as varchar) as service_level,
        cast(tracking_number as varchar) as tracking_number,
        cast(status as varchar) as status,
        cast(exception_reason as varchar) as exception_reason,
        cast(weight_kg as double) as weight_kg,
        cast(shipped_at as timestamp(6)) as shipped_at,
        cast(estimated_delivery_at as timestamp(6)) as estimated_delivery_at,
        cast(delivered_at as timestamp(6)) as delivered_at,
        try_cast(package_count as integer) as package_count,
        try_cast(shipping_cost as decimal(18, 2)) as shipping_cost
    from {{ source('mongodb', 'shipments') }}

),

orders as (

    select * from {{ ref('orders_current') }}
    where not is_deleted

),

carriers as (

    select * from {{ ref('carriers') }}

),

shipments_joined_to_orders as (

    select
        live_shipments.*,
        orders.customer_id,
        orders.priority as order_priority,
        orders.status as captured_order_status,
        orders.total_amount as order_total_amount,
        orders.promised_at as order_promised_at,
        carriers.carrier_name,
        coalesce(
            live_shipments.delivered_at, live_shipments.estimated_delivery_at
        ) > orders.promised_at as is_after_promise
    from live_shipments
    left join orders
        on live_shipments.order_id = orders.order_id
    left join carriers
        on live_shipments.carrier_code = carriers.carrier_code

),

final as (

    select
        shipment_id,
        order_id,
        customer_id,
        carrier_code,
        carrier_name,
        service_level,
        tracking_number,
        status,
        exception_reason,
        order_priority,
        captured_order_status,
        package_count,
        weight_kg,
        shipping_cost,
        order_total_amount,
        is_after_promise,
        order_promised_at,
        shipped_at,
        estimated_delivery_at,
        delivered_at
    from shipments_joined_to_orders

)

select * from final
