"""`active_operations_snapshot`: what goes on now, which its newest row must say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mesh.truth.columns import Row
from mesh.truth.documents import INVENTORY, ORDERS, PACK_TASKS, PICK_TASKS, SHIPMENTS, WAVES, WORKERS, DocumentType
from mesh.truth.gold.table import GoldTable
from mesh.truth.reference import flag_of
from mesh.truth.source import Source

TABLE = GoldTable(
    "active_operations_snapshot",
    (),
    (
        "open_orders",
        "orders_received",
        "orders_assigned",
        "orders_in_picking",
        "orders_packed",
        "orders_shipped",
        "active_waves",
        "open_pick_tasks",
        "open_pack_tasks",
        "shipments_under_way",
        "shipments_with_exception",
        "workers_on_shift",
        "skus_below_reorder_point",
        "skus_out_of_stock",
        "units_on_hand",
    ),
    rows="order by snapshot_time desc limit 1",
)


def compute(source: Source) -> Iterator[Row]:
    """The one row."""
    orders, shipments = _statuses(source, ORDERS), _statuses(source, SHIPMENTS)
    stock = INVENTORY.read_all(source, "quantity_on_hand", "reorder_point")
    stocked = [row for row in stock if row["quantity_on_hand"] is not None]
    yield {
        "open_orders": _flagged(orders, "order_statuses", "is_final", False),
        "orders_received": orders["received"],
        "orders_assigned": orders["wave_assigned"],
        "orders_in_picking": orders["picking"],
        "orders_packed": orders["packed"],
        "orders_shipped": orders["shipped"],
        "active_waves": _statuses(source, WAVES)["released"],
        "open_pick_tasks": _flagged(_statuses(source, PICK_TASKS), "task_statuses", "is_open"),
        "open_pack_tasks": _flagged(_statuses(source, PACK_TASKS), "task_statuses", "is_open"),
        "shipments_under_way": _flagged(shipments, "shipment_statuses", "is_under_way"),
        "shipments_with_exception": shipments["exception"],
        "workers_on_shift": _statuses(source, WORKERS)["on_shift"],
        "skus_below_reorder_point": sum(
            row["quantity_on_hand"] <= row["reorder_point"] for row in stocked if row["reorder_point"] is not None
        ),
        "skus_out_of_stock": sum(row["quantity_on_hand"] <= 0 for row in stocked),
        "units_on_hand": sum(row["quantity_on_hand"] for row in stocked),
    }


def _statuses(source: Source, documents: DocumentType) -> Counter[str | None]:
    return Counter(row["status"] for row in documents.read_all(source, "status"))


def _flagged(statuses: Counter[str | None], reference: str, flag: str, value: bool = True) -> int:
    return sum(count for status, count in statuses.items() if flag_of(reference, status, flag) is value)
