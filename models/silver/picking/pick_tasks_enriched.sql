{{ config(materialized='view') }}

with

pick_tasks as (

    select * from {{ ref('pick_tasks_current') }}

),

orders as (

    select * from {{ ref('orders_current') }}

),

workers as (

    select * from {{ ref('workers_current') }}

),

final as (

    select
        pick_tasks.document_id,
        pick_tasks.task_id,
        pick_tasks.order_id,
        orders.customer_id,
        pick_tasks.wave_id,
        pick_tasks.warehouse_id,
        pick_tasks.worker_id,
        pick_tasks.cart_id,
        pick_tasks.priority,
        pick_tasks.status,
        orders.status as order_status,
        workers.full_name as worker_name,
        workers.worker_role,
        workers.shift,
        pick_tasks.line_count,
        pick_tasks.unit_count,
        pick_tasks.units_picked,
        orders.total_amount as order_total_amount,
        pick_tasks.duration_seconds,
        pick_tasks.is_deleted,
        pick_tasks.broken_rules,
        pick_tasks.created_at,
        pick_tasks.updated_at,
        pick_tasks.assigned_at,
        pick_tasks.started_at,
        pick_tasks.completed_at,
        pick_tasks.cancelled_at,
        orders.promised_at as order_promised_at,
        try_cast(
            cast(pick_tasks.units_picked as decimal(28, 4)) * 3600
            / nullif(pick_tasks.duration_seconds, 0)
            as decimal(12, 4)
        ) as units_picked_per_hour
    from pick_tasks
    left join orders
        on
            pick_tasks.order_id = orders.order_id
            and not orders.is_deleted
    left join workers
        on
            pick_tasks.worker_id = workers.worker_id
            and not workers.is_deleted

)

select * from final
