"""The daily measures of a handful of documents, and how their comparison fails."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from bson.datetime_ms import DatetimeMS
from bson.decimal128 import Decimal128
from truth_sources import DAY, HOUR, FakeLake, date, source_of

from mesh.truth.gold import (
    labor_productivity,
    operations_snapshot,
    order_fulfillment,
    shipping_performance,
    wave_performance,
)
from mesh.truth.gold.table import GoldTable, build_rows_sql, check_table

Rows = dict[str | None, dict[str, Any]]


def order(status: Any, created: int = DAY, shipped: int | None = None, priority: Any = "standard") -> dict[str, Any]:
    return {"status": status, "priority": priority, "created_at": DatetimeMS(created), "shipped_at": date(shipped)}


def fulfillment(*orders: dict[str, Any]) -> list[dict[str, Any]]:
    return list(order_fulfillment.compute(source_of(orders=list(orders))))


def test_a_day_without_a_completed_order_has_rate_zero_and_no_time() -> None:
    assert fulfillment(order("received"), order("cancelled"), order("packed", shipped=DAY + HOUR)) == [
        {
            "date": "2024-02-29",
            "priority": "standard",
            "total_orders": 3,
            "completed_orders": 0,
            "completion_rate": Decimal("0.0000"),
            "avg_fulfillment_time_hours": None,
        }
    ]


def test_the_mean_is_over_completed_orders_that_say_when_they_shipped() -> None:
    [row] = fulfillment(
        order("shipped", shipped=DAY + HOUR),
        order("delivered", shipped=DAY + 2 * HOUR),
        order("delivered"),
        order("picking", shipped=DAY + 100 * HOUR),
    )
    assert (row["total_orders"], row["completed_orders"]) == (4, 3)
    assert str(row["completion_rate"]) == "0.7500"
    assert str(row["avg_fulfillment_time_hours"]) == "1.5000"


def test_halves_of_the_last_place_are_rounded_up() -> None:
    # 1 / 32 = 0.03125; 180 ms = 0.00005 h
    [row] = fulfillment(order("shipped", shipped=DAY + 180), *[order("received")] * 31)
    assert str(row["completion_rate"]) == "0.0313"
    assert str(row["avg_fulfillment_time_hours"]) == "0.0001"
    [row] = fulfillment(order("shipped", shipped=DAY + 179))
    assert str(row["avg_fulfillment_time_hours"]) == "0.0000"


def test_days_are_utc_and_split_by_priority() -> None:
    rows = fulfillment(
        order("received", created=DAY - 1),
        order("received", created=DAY),
        order("received", created=DAY, priority="same_day"),
        order("received", created=DAY, priority=None),
    )
    assert [(row["date"], row["priority"]) for row in rows] == [
        ("2024-02-28", "standard"),
        ("2024-02-29", "standard"),
        ("2024-02-29", "same_day"),
        ("2024-02-29", None),
    ]


def test_orders_of_odd_contents_count_without_stopping_the_check() -> None:
    rows = fulfillment(
        {"status": "shipped", "priority": "standard", "created_at": "2024-02-29"},
        {"status": "shipped"},
        order(["shipped"]),
        order("shipped", priority=7),
        {**order("shipped"), "shipped_at": "later"},
    )
    assert {row["priority"]: row["total_orders"] for row in rows} == {"standard": 2, "7": 1}
    assert rows[0]["avg_fulfillment_time_hours"] is None


def shipment(**changed: Any) -> dict[str, Any]:
    return {
        "carrier_code": "UPS",
        "status": "in_transit",
        "weight_kg": 1.0005,
        "shipping_cost": Decimal128("0.10"),
        "shipped_at": date(DAY),
        "estimated_delivery_at": date(DAY + HOUR),
        **changed,
    }


def shipping(*shipments: dict[str, Any]) -> Rows:
    return {row["carrier_code"]: row for row in shipping_performance.compute(source_of(shipments=list(shipments)))}


def test_shipments_of_a_carrier() -> None:
    row = shipping(
        shipment(status="delivered", delivered_at=date(DAY + HOUR)),
        shipment(status="delivered", delivered_at=date(DAY + 2 * HOUR), shipping_cost=None),
        # late whatever its status says; without an estimate nobody knows
        shipment(status="exception", delivered_at=date(DAY + 3 * HOUR), shipping_cost="0.25"),
        shipment(status="delivered", delivered_at=date(DAY + 6 * HOUR), estimated_delivery_at=None, weight_kg="heavy"),
        shipment(),
    )["UPS"]
    assert {name: value if isinstance(value, int) else str(value) for name, value in row.items()} == {
        "date": "2024-02-29",
        "carrier_code": "UPS",
        "total_shipments": 5,
        "delivered_shipments": 3,
        "on_time_shipments": 1,
        "exception_shipments": 1,
        # each weight is rounded to the gram, half up
        "total_weight_kg": "4.004",
        "total_shipping_cost": "0.55",
        "delivery_rate": "0.6000",
        "on_time_rate": "0.2500",
        "avg_transit_time_hours": "3.0000",
        "avg_shipping_cost": "0.1375",
    }


def test_a_carrier_without_deliveries_weights_and_costs_has_nulls() -> None:
    row = shipping(shipment(carrier_code=None, weight_kg=None, shipping_cost=None), shipment(shipped_at=None))[None]
    assert row["total_shipments"] == 1
    nulls = {"total_weight_kg", "total_shipping_cost", "on_time_rate", "avg_transit_time_hours", "avg_shipping_cost"}
    assert {name for name, value in row.items() if value is None} == {"carrier_code", *nulls}


def wave(**changed: Any) -> dict[str, Any]:
    return {
        "warehouse_id": "WH-01",
        "status": "completed",
        "order_count": 3,
        "picked_order_count": 2,
        "cancelled_order_count": 1,
        "unit_count": 10,
        "picked_unit_count": 8,
        "released_at": date(DAY),
        "completed_at": date(DAY + 2 * HOUR),
        **changed,
    }


def waves(*documents: dict[str, Any]) -> dict[str, Any]:
    [row] = wave_performance.compute(source_of(waves=list(documents)))
    return row


def test_waves_of_a_day() -> None:
    row = waves(
        wave(),
        wave(completed_at=None),
        wave(status="released", picked_unit_count=100, order_count=7),
        wave(released_at=None),
    )
    assert {name: value if isinstance(value, int) else str(value) for name, value in row.items()} == {
        "date": "2024-02-29",
        "warehouse_id": "WH-01",
        "total_waves": 3,
        "completed_waves": 2,
        "total_orders": 13,
        "picked_orders": 4,
        "cancelled_orders": 2,
        "total_units": 30,
        "picked_units": 16,
        "completion_rate": "0.6667",
        "pick_rate": "0.6667",
        "avg_orders_per_wave": "4.3333",
        "avg_cycle_time_hours": "2.0000",
        "units_picked_per_wave_hour": "8.0000",
    }


def test_a_day_without_a_completed_wave_has_no_rates() -> None:
    row = waves(wave(status="released"))
    assert (row["picked_orders"], row["cancelled_orders"], row["picked_units"]) == (0, 0, 0)
    assert row["pick_rate"] is row["avg_cycle_time_hours"] is row["units_picked_per_wave_hour"] is None
    assert str(row["completion_rate"]) == "0.0000"


def test_waves_that_do_not_count_their_orders_have_null_sums() -> None:
    row = waves(wave(order_count=None, unit_count="many", picked_unit_count=None))
    assert row["total_orders"] is row["total_units"] is row["avg_orders_per_wave"] is row["pick_rate"] is None
    assert row["units_picked_per_wave_hour"] is None
    assert row["picked_orders"] == 2


def test_a_completed_wave_that_does_not_say_when_has_no_time() -> None:
    row = waves(wave(completed_at=None))
    assert (row["completed_waves"], row["picked_units"]) == (1, 8)
    assert row["avg_cycle_time_hours"] is row["units_picked_per_wave_hour"] is None


def test_what_a_worker_did_on_a_day() -> None:
    source = source_of(
        pick_tasks=[
            {"worker_id": "W", "units_picked": 5, "duration_seconds": 1000, "completed_at": date(DAY)},
            {"worker_id": "W", "units_picked": 5, "duration_seconds": 1000},
            {"worker_id": "W", "units_picked": None, "completed_at": date(DAY + 23 * HOUR)},
        ],
        pack_tasks=[{"worker_id": "W", "unit_count": 7, "duration_seconds": 1, "completed_at": date(DAY)}],
        shipments=[{"worker_id": "W", "shipped_at": date(DAY)}, {"shipped_at": date(DAY)}, {"worker_id": "W"}],
    )
    nobody, worker = sorted(labor_productivity.compute(source), key=lambda row: row["worker_id"] or "")
    assert {name: value if isinstance(value, int) else str(value) for name, value in worker.items()} == {
        "date": "2024-02-29",
        "worker_id": "W",
        "tasks_completed": 4,
        "pick_tasks": 2,
        "pack_tasks": 1,
        "shipments": 1,
        "units_picked": 5,
        "units_packed": 7,
        "busy_hours": "0.2781",
        "units_per_busy_hour": "43.1568",
    }
    assert (nobody["worker_id"], nobody["tasks_completed"], nobody["shipments"]) == (None, 1, 1)
    assert (str(nobody["busy_hours"]), nobody["units_per_busy_hour"]) == ("0.0000", None)


def test_what_goes_on_now() -> None:
    statuses = ["received", "wave_assigned", "picking", "packed", "shipped", "delivered", "cancelled", "lost", None]
    [row] = operations_snapshot.compute(
        source_of(
            orders=[{"status": status} for status in statuses],
            waves=[{"status": "released"}, {"status": "completed"}],
            pick_tasks=[{"status": status} for status in ("assigned", "in_progress", "completed", "lost", None)],
            pack_tasks=[{"status": "cancelled"}, {"status": "assigned"}],
            shipments=[{"status": status} for status in ("in_transit", "exception", "exception", "delivered")],
            workers=[{"status": "on_shift"}, {"status": "off_shift"}],
            inventory=[
                {"quantity_on_hand": 5, "reorder_point": 5},
                {"quantity_on_hand": 0},
                {"quantity_on_hand": -1, "reorder_point": 5},
                {"reorder_point": 5},
            ],
        )
    )
    assert row == {
        "open_orders": 5,
        **dict.fromkeys(("orders_received", "orders_assigned", "orders_in_picking", "orders_packed"), 1),
        "orders_shipped": 1,
        "active_waves": 1,
        "open_pick_tasks": 2,
        "open_pack_tasks": 1,
        "shipments_under_way": 3,
        "shipments_with_exception": 2,
        "workers_on_shift": 1,
        "skus_below_reorder_point": 2,
        "skus_out_of_stock": 2,
        "units_on_hand": 4,
    }


def test_an_empty_source_is_counted_too() -> None:
    [row] = operations_snapshot.compute(source_of())
    assert set(row) == set(operations_snapshot.TABLE.columns)
    assert set(row.values()) == {0}


TABLE = GoldTable("sums_daily", ("date", "kind"), ("total", "rate"))
EXPECTED = [
    {"date": "2024-02-29", "kind": "a", "total": 2, "rate": Decimal("0.5000")},
    {"date": "2024-02-29", "kind": None, "total": 0, "rate": None},
]
FIRST: list[Any] = ["2024-02-29", "a", 2, Decimal("0.5000")]
SECOND: list[Any] = ["2024-02-29", None, 0, None]


def test_the_same_rows_pass() -> None:
    result = check_table(TABLE, EXPECTED, FakeLake([SECOND, FIRST]))
    assert result.passed
    assert (result.name, result.source_rows) == ("gold.sums_daily", 2)


@pytest.mark.parametrize(
    ("column", "value"), [("total", 3), ("total", None), ("rate", Decimal("0.5001")), ("rate", Decimal("0.5"))]
)
def test_one_wrong_measure_fails_and_is_named(column: str, value: Any) -> None:
    wrong = [value if name == column else cell for name, cell in zip(TABLE.columns, FIRST, strict=True)]
    result = check_table(TABLE, EXPECTED, FakeLake([wrong, SECOND]))
    assert result.different == 1
    assert f"2024-02-29 a: {column} is" in result.samples[0]


def test_a_day_too_many_too_few_or_twice_fails() -> None:
    assert check_table(TABLE, EXPECTED, FakeLake([FIRST])).missing == 1
    assert check_table(TABLE, EXPECTED, FakeLake([FIRST, SECOND, ["2024-03-01", "a", 1, None]])).extra == 1
    assert check_table(TABLE, EXPECTED, FakeLake([FIRST, FIRST, SECOND])).extra == 1
    assert check_table(TABLE, EXPECTED, FakeLake(None)).error == "Trino: no such table"


def test_a_table_of_one_row_is_compared_by_its_newest() -> None:
    assert build_rows_sql(operations_snapshot.TABLE).endswith(
        "from iceberg.gold.active_operations_snapshot order by snapshot_time desc limit 1"
    )
    table = GoldTable("now", (), ("total",))
    assert check_table(table, [{"total": 1}], FakeLake([[1]])).passed
    assert check_table(table, [{"total": 1}], FakeLake([[2]])).different == 1
    assert check_table(table, [{"total": 1}], FakeLake([])).missing == 1


def test_days_are_selected_as_text() -> None:
    selections = 'cast("date" as varchar), "kind", "total", "rate"'
    assert build_rows_sql(TABLE) == f"select {selections} from iceberg.gold.sums_daily"
