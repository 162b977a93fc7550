with

live_orders as (

    select
        cast(order_id as varchar) as order_id,
        cast(customer_id as varchar) as customer_id,
        cast(store_id as varchar) as store_id,
        cast(warehouse_id as varchar) as warehouse_id,
        cast(wave_id as varchar) as wave_id,
        cast(priority as varchar) as priority,
        cast(status as varchar) as status,
        cast(currency as varchar) as currency,
        cast(cancellation_reason as varchar) as cancellation_reason,
        cast(created_at as timestamp(6)) as created_at,
        cast(updated_at as timestamp(6)) as updated_at,
        cast(promised_at as timestamp(6)) as promised_at,
        cast(picking_started_at as timestamp(6)) as picking_started_at,
        cast(packed_at as timestamp(6)) as packed_at,
        cast(shipped_at as timestamp(6)) as shipped_at,
        cast(delivered_at as timestamp(6)) as delivered_at,
        cast(cancelled_at as timestamp(6)) as cancelled_at,
        json_format(cast(items as json)) as items,
        try_cast(line_count as integer) as line_count,
        try_cast(unit_count as integer) as unit_count,
        try_cast(total_amount as decimal(18, 2)) as total_amount
    from {{ source('mongodb', 'orders') }}

),

final as (

    select
        order_id,
        customer_id,
        store_id,
        warehouse_id,
        wave_id,
        priority,
        status,
        currency,
        cancellation_reason,
        items,
        line_count,
        unit_count,
        total_amount,
        created_at,
        updated_at,
        promised_at,
        picking_started_at,
        packed_at,
        shipped_at,
        delivered_at,
        cancelled_at
    from live_orders

)

select * from final
