"""Pick tasks with their order and worker; the rows that break rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from bson.decimal128 import Decimal128
from truth_sources import DAY, FakeLake, date, source_of

from mesh.truth.silver.enriched import pick_tasks_enriched
from mesh.truth.silver.rejected import check_rejected, compute_rejected
from mesh.truth.silver.tables import row_of
from mesh.truth.source import Source

ORDER = {
    "order_id": "O-1",
    "customer_id": "C-1",
    "status": "packed",
    "priority": "standard",
    "total_amount": Decimal128("2.5"),
    "promised_at": date(DAY),
    "created_at": date(DAY),
}
WORKER = {"worker_id": "W-1", "full_name": "Ada", "role": "picker", "shift": "early", "hired_at": date(DAY)}
TASK = {
    "_id": "T-1",
    "order_id": "O-1",
    "worker_id": "W-1",
    "status": "completed",
    "units_picked": 10,
    "duration_seconds": Decimal128("7"),
    "created_at": date(DAY),
}


def enriched(**changed: Any) -> dict[str, Any]:
    return row_of(pick_tasks_enriched(source_of(orders=[ORDER], workers=[WORKER])), {**TASK, **changed})


def test_a_task_tells_of_its_order_and_worker() -> None:
    row = enriched()
    assert {name: row[name] for name in ("customer_id", "order_status", "order_total_amount", "order_promised_at")} == {
        "customer_id": "C-1",
        "order_status": "packed",
        "order_total_amount": "2.50",
        "order_promised_at": "2024-02-29 00:00:00.000000",
    }
    assert (row["worker_name"], row["worker_role"], row["shift"]) == ("Ada", "picker", "early")
    assert (row["status"], row["task_id"], row["broken_rules"]) == ("completed", "T-1", [])


@pytest.mark.parametrize("order_id", ["O-2", None, {"a": 1}])
def test_a_task_without_its_order_stays(order_id: Any) -> None:
    row = enriched(order_id=order_id)
    assert row["customer_id"] is row["order_status"] is row["order_total_amount"] is row["order_promised_at"] is None
    assert row["worker_name"] == "Ada"


def test_a_task_without_its_worker_stays() -> None:
    row = enriched(worker_id="W-2")
    assert row["worker_name"] is row["worker_role"] is row["shift"] is None
    assert row["customer_id"] == "C-1"


@pytest.mark.parametrize(
    ("units", "seconds", "per_hour"),
    [(10, 7, "5142.8571"), (10, 0, None), (None, 7, None), (10, None, None), (0, 7, "0.0000")],
)
def test_units_per_hour(units: int | None, seconds: int | None, per_hour: str | None) -> None:
    assert enriched(units_picked=units, duration_seconds=seconds)["units_picked_per_hour"] == per_hour


def rejecting_source() -> Source:
    return source_of(
        orders=[ORDER],
        workers=[WORKER],
        pick_tasks=[TASK, {**TASK, "_id": "T-2", "order_id": "O-2", "worker_id": None, "task_id": "named"}],
        pack_tasks=[{**TASK, "_id": 3, "weight_kg": 1, "worker_id": "W-2"}],
        inventory=[{"_id": "A", "quantity_on_hand": 1, "location": "?", "updated_at": date(DAY)}],
    )


EXPECTED = {
    'pick_tasks_current "T-2" missing_worker_id': "named",
    'pick_tasks_current "T-2" unknown_order': "named",
    "pack_tasks_current 3 unknown_worker": "3",
    'inventory_current "A" malformed_location': "A",
}
LAKE = [
    ["pick_tasks_current", '"T-2"', "missing_worker_id", "named"],
    ["pick_tasks_current", '"T-2"', "unknown_order", "named"],
    ["pack_tasks_current", "3", "unknown_worker", "3"],
    ["inventory_current", '"A"', "malformed_location", "A"],
]


def test_each_rule_broken_is_a_row_alone_or_beside_other_collections() -> None:
    assert dict(compute_rejected(rejecting_source())) == EXPECTED


def test_the_same_rows_pass_in_any_order() -> None:
    assert check_rejected(rejecting_source(), FakeLake(LAKE[::-1])).passed


@pytest.mark.parametrize(
    ("rows", "missing", "extra", "different"),
    [
        (LAKE[1:], 1, 0, 0),
        ([*LAKE, LAKE[0]], 0, 1, 0),
        ([*LAKE[:3], ["inventory_current", '"A"', "missing_location", "A"]], 1, 1, 0),
        ([*LAKE[:3], ["inventory_current", '"A"', "malformed_location", "B"]], 0, 0, 1),
    ],
)
def test_a_rejected_row_that_is_wrong_fails(rows: list[Any], missing: int, extra: int, different: int) -> None:
    result = check_rejected(rejecting_source(), FakeLake(rows))
    assert (result.missing, result.extra, result.different) == (missing, extra, different)
    assert not result.passed


def test_a_view_that_is_not_there_is_an_error() -> None:
    result = check_rejected(rejecting_source(), FakeLake(None))
    assert (result.passed, result.error) == (False, "Trino: no such table")


def test_amounts_of_the_lake_are_compared_by_their_digits() -> None:
    column = pick_tasks_enriched(source_of()).columns["order_total_amount"]
    assert column.from_lake(Decimal("2.50")) == "2.50"
