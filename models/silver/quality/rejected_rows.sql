{{ config(materialized='view') }}

with

orders as (

    select * from {{ ref('orders_current') }}
    where not is_deleted

),

workers as (

    select * from {{ ref('workers_current') }}
    where not is_deleted

),

pick_tasks as (

    select * from {{ ref('pick_tasks_current') }}
    where not is_deleted

),

pack_tasks as (

    select * from {{ ref('pack_tasks_current') }}
    where not is_deleted

),

shipments as (

    select * from {{ ref('shipments_current') }}
    where not is_deleted

),

rows_with_their_rules as (

    select
        'orders_current' as table_name,
        document_id,
        order_id as entity_id,
        broken_rules,
        source_at
    from {{ ref('orders_current') }}
    where not is_deleted

    union all

    select
        'inventory_current' as table_name,
        document_id,
        sku as entity_id,
        broken_rules,
        source_at
    from {{ ref('inventory_current') }}
    where not is_deleted

    union all

    select
        'waves_current' as table_name,
        document_id,
        wave_id as entity_id,
        broken_rules,
        source_at
    from {{ ref('waves_current') }}
    where not is_deleted

    union all

    select
        'pick_tasks_current' as table_name,
        document_id,
        task_id as entity_id,
        broken_rules,
        source_at
    from {{ ref('pick_tasks_current') }}
    where not is_deleted

    union all

    select
        'pack_tasks_current' as table_name,
        document_id,
        task_id as entity_id,
        broken_rules,
        source_at
    from {{ ref('pack_tasks_current') }}
    where not is_deleted

    union all

    select
        'shipments_current' as table_name,
        document_id,
        shipment_id as entity_id,
        broken_rules,
        source_at
    from {{ ref('shipments_current') }}
    where not is_deleted

    union all

    select
        'workers_current' as table_name,
        document_id,
        worker_id as entity_id,
        broken_rules,
        source_at
    from {{ ref('workers_current') }}
    where not is_deleted

),

rows_without_their_counterpart as (

    select
        'pick_tasks_current' as table_name,
        pick_tasks.document_id,
        pick_tasks.task_id as entity_id,
        array['unknown_order'] as broken_rules,
        pick_tasks.source_at
    from pick_tasks
    left join orders
        on pick_tasks.order_id = orders.order_id
    where orders.order_id is null and pick_tasks.order_id is not null

    union all

    select
        'pick_tasks_current' as table_name,
        pick_tasks.document_id,
        pick_tasks.task_id as entity_id,
        array['unknown_worker'] as broken_rules,
        pick_tasks.source_at
    from pick_tasks
    left join workers
        on pick_tasks.worker_id = workers.worker_id
    where workers.worker_id is null and pick_tasks.worker_id is not null

    union all

    select
        'pack_tasks_current' as table_name,
        pack_tasks.document_id,
        pack_tasks.task_id as entity_id,
        array['unknown_order'] as broken_rules,
        pack_tasks.source_at
    from pack_tasks
    left join orders
        on pack_tasks.order_id = orders.order_id
    where orders.order_id is null and pack_tasks.order_id is not null

    union all

    select
        'pack_tasks_current' as table_name,
        pack_tasks.document_id,
        pack_tasks.task_id as entity_id,
        array['unknown_worker'] as broken_rules,
        pack_tasks.source_at
    from pack_tasks
    left join workers
        on pack_tasks.worker_id = workers.worker_id
    where workers.worker_id is null and pack_tasks.worker_id is not null

    union all

    select
        'shipments_current' as table_name,
        shipments.document_id,
        shipments.shipment_id as entity_id,
        array['unknown_order'] as broken_rules,
        shipments.source_at
    from shipments
    left join orders
        on shipments.order_id = orders.order_id
    where orders.order_id is null and shipments.order_id is not null

    union all

    select
        'shipments_current' as table_name,
        shipments.document_id,
        shipments.shipment_id as entity_id,
        array['unknown_worker'] as broken_rules,
        shipments.source_at
    from shipments
    left join workers
        on shipments.worker_id = workers.worker_id
    where workers.worker_id is null and shipments.worker_id is not null

),

rejected_rows as (

    select * from rows_with_their_rules

    union all

    select * from rows_without_their_counterpart

),

final as (

    select
        rejected_rows.table_name,
        rejected_rows.document_id,
        rejected_rows.entity_id,
        broken.rule,
        rejected_rows.source_at
    from rejected_rows
    cross join unnest(rejected_rows.broken_rules) as broken (rule)

)

select * from final
