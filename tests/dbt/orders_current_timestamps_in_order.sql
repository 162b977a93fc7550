-- Fails for an order whose life runs backwards and that no business rule flags.
select order_id
from {{ ref("orders_current") }}
where
    cardinality(broken_rules) = 0
    and (
        packed_at < picking_started_at
        or shipped_at < packed_at
        or delivered_at < shipped_at
        or cancelled_at < created_at
    )
