"""The business rules that a row can break, by the names of those it breaks. A null breaks no comparison."""

from __future__ import annotations

import re
from typing import Any

from mesh.truth.columns import Row
from mesh.truth.reference import read_reference

_LOCATION = "^[A-Z]-[0-9]{2}-[0-9]{2}$"


def broken_by_order(row: Row) -> list[str]:
    """Of an order."""
    return _names(
        **_missing(row, "customer_id", "created_at", "total_amount"),
        unknown_status=_unknown("order_statuses", row["status"]),
        unknown_priority=_unknown("order_priorities", row["priority"]),
        without_lines=_below(row["line_count"], 1),
        negative_amount=_below(row["total_amount"], 0),
        packed_before_picked=_below(row["packed_at"], row["picking_started_at"]),
        shipped_before_packed=_below(row["shipped_at"], row["packed_at"]),
        delivered_before_shipped=_below(row["delivered_at"], row["shipped_at"]),
        cancelled_before_created=_below(row["cancelled_at"], row["created_at"]),
    )


def broken_by_inventory(row: Row) -> list[str]:
    """Of a stock keeping unit."""
    return _names(
        **_missing(row, "quantity_on_hand", "location", "updated_at"),
        negative_quantity_on_hand=_below(row["quantity_on_hand"], 0),
        negative_quantity_reserved=_below(row["quantity_reserved"], 0),
        reserved_above_on_hand=_below(row["quantity_on_hand"], row["quantity_reserved"]),
        negative_unit_cost=_below(row["unit_cost"], 0),
        malformed_location=_malformed(row["location"], _LOCATION),
    )


def broken_by_wave(row: Row) -> list[str]:
    """Of a wave."""
    orders, picked, cancelled = (row[name] for name in ("order_count", "picked_order_count", "cancelled_order_count"))
    adds_up = None in (orders, picked, cancelled) or picked + cancelled == orders
    return _names(
        **_missing(row, "released_at", "order_count"),
        unknown_status=_unknown("wave_statuses", row["status"]),
        without_orders=_below(orders, 1),
        picked_more_than_released=_below(row["unit_count"], row["picked_unit_count"]),
        orders_do_not_add_up=row["status"] == "completed" and not adds_up,
        completed_before_released=_below(row["completed_at"], row["released_at"]),
    )


def broken_by_pick_task(row: Row) -> list[str]:
    """Of a pick task."""
    return _names(
        **_missing(row, "order_id", "worker_id", "created_at"),
        unknown_status=_unknown("task_statuses", row["status"]),
        picked_more_than_asked=_below(row["unit_count"], row["units_picked"]),
        negative_duration=_below(row["duration_seconds"], 0),
        completed_before_started=_below(row["completed_at"], row["started_at"]),
    )


def broken_by_pack_task(row: Row) -> list[str]:
    """Of a pack task."""
    is_completed = row["status"] == "completed"
    return _names(
        **_missing(row, "order_id", "worker_id", "created_at"),
        missing_weight_kg=is_completed and row["weight_kg"] is None,
        unknown_status=_unknown("task_statuses", row["status"]),
        without_packages=is_completed and _below(row["package_count"], 1),
        negative_weight=_below(row["weight_kg"], 0),
        negative_duration=_below(row["duration_seconds"], 0),
        completed_before_started=_below(row["completed_at"], row["started_at"]),
    )


def broken_by_shipment(row: Row) -> list[str]:
    """Of a shipment."""
    carrier = read_reference("carriers").get(row["carrier_code"])
    return _names(
        **_missing(row, "order_id", "tracking_number", "shipped_at"),
        unknown_carrier=carrier is None,
        unknown_status=_unknown("shipment_statuses", row["status"]),
        malformed_tracking_number=carrier is not None
        and _malformed(row["tracking_number"], carrier["tracking_number_pattern"]),
        negative_cost=_below(row["shipping_cost"], 0),
        estimated_before_shipped=_below(row["estimated_delivery_at"], row["shipped_at"]),
        delivered_before_shipped=_below(row["delivered_at"], row["shipped_at"]),
    )


def broken_by_worker(row: Row) -> list[str]:
    """Of a worker."""
    return _names(
        **_missing(row, "full_name", "hired_at"),
        unknown_role=_unknown("worker_roles", row["worker_role"]),
        negative_hourly_rate=_below(row["hourly_rate"], 0),
        negative_units=_below(row["units_handled"], 0),
        shift_ended_before_started=_below(row["shift_ended_at"], row["shift_started_at"]),
    )


def _names(**broken: bool) -> list[str]:
    return [name for name, is_broken in broken.items() if is_broken]


def _missing(row: Row, *columns: str) -> dict[str, bool]:
    return {f"missing_{column}": row[column] is None for column in columns}


def _unknown(reference: str, name: str | None) -> bool:
    return name not in read_reference(reference)


def _below(value: Any, limit: Any) -> bool:
    return value is not None and limit is not None and bool(value < limit)


def _malformed(text: str | None, pattern: str) -> bool:
    return text is not None and re.search(pattern, text) is None
