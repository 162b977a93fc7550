-- What is going on in the warehouse, as of the last snapshot?
select
    open_orders,
    orders_received,
    orders_assigned,
    orders_in_picking,
    orders_packed,
    orders_shipped,
    active_waves,
    open_pick_tasks,
    open_pack_tasks,
    shipments_under_way,
    shipments_with_exception,
    workers_on_shift,
    skus_below_reorder_point,
    skus_out_of_stock,
    units_on_hand,
    snapshot_time
from {{ ref('active_operations_snapshot') }}
order by snapshot_time desc
limit 1
