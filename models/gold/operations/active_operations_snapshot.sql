{{ config(incremental_strategy='append', full_refresh=false, unique_key=none) }}

with

orders as (

    select
        count_if(not order_statuses.is_final) as open_orders,
        count_if(orders.status = 'received') as orders_received,
        count_if(orders.status = 'wave_assigned') as orders_assigned,
        count_if(orders.status = 'picking') as orders_in_picking,
        count_if(orders.status = 'packed') as orders_packed,
        count_if(orders.status = 'shipped') as orders_shipped
    from {{ ref('orders_current') }} as orders
    left join {{ ref('order_statuses') }} as order_statuses
        on orders.status = order_statuses.status
    where not orders.is_deleted

),

waves as (

    select count_if(status = 'released') as active_waves
    from {{ ref('waves_current') }}
    where not is_deleted

),

pick_tasks as (

    select count_if(task_statuses.is_open) as open_pick_tasks
    from {{ ref('pick_tasks_current') }} as pick_tasks
    left join {{ ref('task_statuses') }} as task_statuses
        on pick_tasks.status = task_statuses.status
    where not pick_tasks.is_deleted

),

pack_tasks as (

    select count_if(task_statuses.is_open) as open_pack_tasks
    from {{ ref('pack_tasks_current') }} as pack_tasks
    left join {{ ref('task_statuses') }} as task_statuses
        on pack_tasks.status = task_statuses.status
    where not pack_tasks.is_deleted

),

shipments as (

    select
        count_if(shipment_statuses.is_under_way) as shipments_under_way,
        count_if(shipments.status = 'exception') as shipments_with_exception
    from {{ ref('shipments_current') }} as shipments
    left join {{ ref('shipment_statuses') }} as shipment_statuses
        on shipments.status = shipment_statuses.status
    where not shipments.is_deleted

),

workers as (

    select count_if(status = 'on_shift') as workers_on_shift
    from {{ ref('workers_current') }}
    where not is_deleted

),

inventory as (

    select
        count_if(is_below_reorder_point) as skus_below_reorder_point,
        count_if(quantity_on_hand <= 0) as skus_out_of_stock,
        coalesce(sum(quantity_on_hand), 0) as units_on_hand
    from {{ ref('inventory_current') }}
    where not is_deleted

),

final as (

    select
        orders.open_orders,
        orders.orders_received,
        orders.orders_assigned,
        orders.orders_in_picking,
        orders.orders_packed,
        orders.orders_shipped,
        waves.active_waves,
        pick_tasks.open_pick_tasks,
        pack_tasks.open_pack_tasks,
        shipments.shipments_under_way,
        shipments.shipments_with_exception,
        workers.workers_on_shift,
        inventory.skus_below_reorder_point,
        inventory.skus_out_of_stock,
        inventory.units_on_hand,
        cast(current_timestamp at time zone 'UTC' as timestamp(6))
            as snapshot_time
    from orders
    cross join waves
    cross join pick_tasks
    cross join pack_tasks
    cross join shipments
    cross join workers
    cross join inventory

)

select * from final
