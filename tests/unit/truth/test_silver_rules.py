"""Every business rule is broken by what breaks it, and by nothing near it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mesh.truth.silver import rules

ORDER = {
    "customer_id": "C",
    "status": "delivered",
    "priority": "standard",
    "line_count": 1,
    "total_amount": Decimal("0.00"),
    "created_at": 0,
    "picking_started_at": 1,
    "packed_at": 1,
    "shipped_at": 1,
    "delivered_at": 1,
    "cancelled_at": 0,
}
SKU = {
    "quantity_on_hand": 2,
    "quantity_reserved": 2,
    "unit_cost": Decimal("0.0000"),
    "location": "A-01-02",
    "updated_at": 0,
}
WAVE = {
    "status": "completed",
    "order_count": 3,
    "picked_order_count": 2,
    "cancelled_order_count": 1,
    "unit_count": 5,
    "picked_unit_count": 5,
    "released_at": 1,
    "completed_at": 1,
}
TASK = {
    "order_id": "O",
    "worker_id": "W",
    "status": "completed",
    "unit_count": 5,
    "units_picked": 5,
    "package_count": 1,
    "weight_kg": 0.0,
    "duration_seconds": 0,
    "created_at": 0,
    "started_at": 1,
    "completed_at": 1,
}
SHIPMENT = {
    "order_id": "O",
    "carrier_code": "UPS",
    "tracking_number": "1Z" + "A" * 6 + "0" * 10,
    "status": "delivered",
    "shipping_cost": Decimal("0.00"),
    "shipped_at": 1,
    "estimated_delivery_at": 1,
    "delivered_at": 1,
}
WORKER = {
    "full_name": "Ada",
    "hired_at": 0,
    "worker_role": "picker",
    "hourly_rate": Decimal("0.00"),
    "units_handled": 0,
    "shift_started_at": 1,
    "shift_ended_at": 1,
}
OF = {
    "order": (rules.broken_by_order, ORDER),
    "inventory": (rules.broken_by_inventory, SKU),
    "wave": (rules.broken_by_wave, WAVE),
    "pick_task": (rules.broken_by_pick_task, TASK),
    "pack_task": (rules.broken_by_pack_task, TASK),
    "shipment": (rules.broken_by_shipment, SHIPMENT),
    "worker": (rules.broken_by_worker, WORKER),
}


@pytest.mark.parametrize("name", OF)
def test_a_row_at_the_limits_breaks_no_rule(name: str) -> None:
    broken_by, row = OF[name]
    assert broken_by(row) == []


@pytest.mark.parametrize(
    ("name", "changed", "broken"),
    [
        ("order", {"customer_id": None}, ["missing_customer_id"]),
        ("order", {"created_at": None}, ["missing_created_at"]),
        ("order", {"total_amount": None}, ["missing_total_amount"]),
        ("order", {"status": "lost"}, ["unknown_status"]),
        ("order", {"status": None, "priority": None}, ["unknown_status", "unknown_priority"]),
        ("order", {"line_count": 0}, ["without_lines"]),
        ("order", {"total_amount": Decimal("-0.01")}, ["negative_amount"]),
        ("order", {"packed_at": 0, "shipped_at": None}, ["packed_before_picked"]),
        ("order", {"shipped_at": 0}, ["shipped_before_packed"]),
        ("order", {"delivered_at": 0}, ["delivered_before_shipped"]),
        ("order", {"cancelled_at": -1}, ["cancelled_before_created"]),
        ("order", dict.fromkeys(["line_count", "packed_at", "shipped_at", "delivered_at", "cancelled_at"]), []),
        ("inventory", {"quantity_on_hand": None}, ["missing_quantity_on_hand"]),
        ("inventory", {"location": None, "updated_at": None}, ["missing_location", "missing_updated_at"]),
        (
            "inventory",
            {"quantity_on_hand": -1, "quantity_reserved": -1},
            [
                "negative_quantity_on_hand",
                "negative_quantity_reserved",
            ],
        ),
        ("inventory", {"quantity_on_hand": 1}, ["reserved_above_on_hand"]),
        ("inventory", {"unit_cost": Decimal("-0.0001")}, ["negative_unit_cost"]),
        ("inventory", {"location": "A-1-02"}, ["malformed_location"]),
        ("inventory", {"location": "xA-01-02"}, ["malformed_location"]),
        ("inventory", dict.fromkeys(["quantity_reserved", "unit_cost"]), []),
        ("wave", {"released_at": None}, ["missing_released_at"]),
        ("wave", {"order_count": None}, ["missing_order_count"]),
        ("wave", {"status": "Completed", "picked_order_count": 0}, ["unknown_status"]),
        ("wave", {"order_count": 0, "picked_order_count": 0, "cancelled_order_count": 0}, ["without_orders"]),
        ("wave", {"picked_unit_count": 6}, ["picked_more_than_released"]),
        ("wave", {"picked_order_count": 1}, ["orders_do_not_add_up"]),
        ("wave", {"picked_order_count": 1, "status": "released"}, []),
        ("wave", {"picked_order_count": None}, []),
        ("wave", {"completed_at": 0}, ["completed_before_released"]),
        ("pick_task", {"order_id": None, "worker_id": None}, ["missing_order_id", "missing_worker_id"]),
        ("pick_task", {"created_at": None}, ["missing_created_at"]),
        ("pick_task", {"status": "done"}, ["unknown_status"]),
        ("pick_task", {"units_picked": 6}, ["picked_more_than_asked"]),
        ("pick_task", {"duration_seconds": -1}, ["negative_duration"]),
        ("pick_task", {"completed_at": 0}, ["completed_before_started"]),
        ("pick_task", dict.fromkeys(["units_picked", "duration_seconds", "completed_at"]), []),
        ("pack_task", {"order_id": None, "worker_id": None}, ["missing_order_id", "missing_worker_id"]),
        ("pack_task", {"created_at": None}, ["missing_created_at"]),
        ("pack_task", {"weight_kg": None}, ["missing_weight_kg"]),
        ("pack_task", {"weight_kg": None, "status": "in_progress", "package_count": 0}, []),
        ("pack_task", {"status": None}, ["unknown_status"]),
        ("pack_task", {"package_count": 0}, ["without_packages"]),
        ("pack_task", {"package_count": None}, []),
        ("pack_task", {"weight_kg": -0.1}, ["negative_weight"]),
        ("pack_task", {"weight_kg": float("nan")}, []),
        ("pack_task", {"duration_seconds": -1}, ["negative_duration"]),
        ("pack_task", {"completed_at": 0}, ["completed_before_started"]),
        ("shipment", {"order_id": None}, ["missing_order_id"]),
        ("shipment", {"tracking_number": None, "shipped_at": None}, ["missing_tracking_number", "missing_shipped_at"]),
        ("shipment", {"carrier_code": "UPX", "tracking_number": "?"}, ["unknown_carrier"]),
        ("shipment", {"carrier_code": None}, ["unknown_carrier"]),
        ("shipment", {"status": "lost"}, ["unknown_status"]),
        ("shipment", {"tracking_number": "1Z"}, ["malformed_tracking_number"]),
        ("shipment", {"carrier_code": "DHL"}, ["malformed_tracking_number"]),
        ("shipment", {"carrier_code": "DHL", "tracking_number": "0123456789"}, []),
        ("shipment", {"shipping_cost": Decimal("-0.01")}, ["negative_cost"]),
        ("shipment", {"estimated_delivery_at": 0}, ["estimated_before_shipped"]),
        ("shipment", {"delivered_at": 0}, ["delivered_before_shipped"]),
        ("worker", {"full_name": None, "hired_at": None}, ["missing_full_name", "missing_hired_at"]),
        ("worker", {"worker_role": None}, ["unknown_role"]),
        ("worker", {"hourly_rate": Decimal("-0.01")}, ["negative_hourly_rate"]),
        ("worker", {"units_handled": -1}, ["negative_units"]),
        ("worker", {"shift_ended_at": 0}, ["shift_ended_before_started"]),
        ("worker", {"shift_ended_at": None}, []),
    ],
)
def test_a_rule_is_broken_by_what_it_names_alone(name: str, changed: dict[str, Any], broken: list[str]) -> None:
    broken_by, row = OF[name]
    assert broken_by({**row, **changed}) == broken
