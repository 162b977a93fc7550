"""Rows of silver recomputed from documents; deleted rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import bson
import pytest
from bson.datetime_ms import DatetimeMS
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.objectid import ObjectId

from mesh.truth.canonical import DECODING, canonical_bytes
from mesh.truth.compare import compare
from mesh.truth.documents import id_text
from mesh.truth.result import CheckResult
from mesh.truth.silver.tables import TABLES, row_of, rows_of_lake
from mesh.truth.source import Collection, collection_of

ORDERS, INVENTORY, WAVES, _, _, SHIPMENTS, WORKERS = TABLES
ORDER = {
    "_id": "ORD-1",
    "order_id": "ORD-1",
    "status": "shipped",
    "priority": "same_day",
    "wave_id": None,
    "items": [{"sku": "A", "quantity": 2, "unit_price": Decimal128("1.25"), "since": DatetimeMS(5)}],
    "line_count": 1,
    "unit_count": Int64(2),
    "total_amount": Decimal128("2.5"),
    "created_at": DatetimeMS(1709164800123),
}
# document_id, is_deleted, then the columns as Trino gives them
CELLS: dict[str, Any] = {
    "order_id": "ORD-1",
    "status": "shipped",
    "priority": "same_day",
    "items": '[{"sku":"A","quantity":2,"unit_price":{"$numberDecimal":"1.25"},"since":{"$date":5}}]',
    "line_count": 1,
    "unit_count": 2,
    "total_amount": Decimal("2.50"),
    "created_at": "2024-02-29 00:00:00.123000",
    "broken_rules": ["missing_customer_id"],
}


def row(document: dict[str, Any]) -> dict[str, Any]:
    return row_of(ORDERS, bson.decode(bson.encode(document), DECODING))


def lake_row(is_deleted: bool | None = False, document_id: str = '"ORD-1"', **changed: Any) -> list[Any]:
    cells = CELLS | changed
    return [document_id, is_deleted, *(cells.get(name) for name in ORDERS.columns)]


def compare_rows(rows: list[list[Any]], collection: Collection | None = None) -> CheckResult:
    orders = collection or collection_of("orders", [ORDER])
    return compare(
        "silver.orders_current",
        orders.ids,
        lambda row_id: canonical_bytes(row_of(ORDERS, orders.document(row_id))),
        rows_of_lake(ORDERS, orders, iter(rows)),
    )


def test_a_row_that_says_what_its_document_says_passes() -> None:
    result = compare_rows([lake_row()])
    assert result.passed, result.samples


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("status", "packed"),
        ("status", None),
        ("total_amount", Decimal("2.51")),
        ("created_at", "2024-02-29 00:00:00.124000"),
        ("line_count", None),
        ("wave_id", "W-1"),
        ("broken_rules", []),
        ("broken_rules", None),
        ("broken_rules", ["missing_customer_id", "unknown_status"]),
        ("items", "null"),
        ("items", None),
        ("items", "broken"),
        ("items", CELLS["items"].replace("1.25", "1.26")),
    ],
)
def test_one_wrong_cell_fails_and_is_named(column: str, value: Any) -> None:
    result = compare_rows([lake_row(**{column: value})])
    assert result.different == 1
    assert f" {column}" in result.samples[0]


def test_broken_rules_are_compared_in_any_order() -> None:
    orders = collection_of("orders", [{**ORDER, "status": "lost"}])
    rules = ["unknown_status", "missing_customer_id"]
    assert compare_rows([lake_row(status="lost", broken_rules=rules)], orders).passed
    assert compare_rows([lake_row(status="lost", broken_rules=rules[::-1])], orders).passed


def test_a_deleted_row_of_a_document_that_exists_fails() -> None:
    result = compare_rows([lake_row(is_deleted=True)])
    assert result.different == 1
    assert "is_deleted is false in the source, true in the lake" in result.samples[0]


def test_a_deleted_row_of_a_document_that_is_gone_passes() -> None:
    assert compare_rows([lake_row(), lake_row(is_deleted=True, document_id='"ORD-0"')]).passed


def test_a_row_whose_delete_was_lost_fails() -> None:
    result = compare_rows([lake_row(), lake_row(document_id='"ORD-0"')])
    assert result.extra == 1


def test_a_row_that_does_not_know_whether_it_is_deleted_fails() -> None:
    assert compare_rows([lake_row(is_deleted=None)]).different == 1


def test_a_second_row_of_a_document_fails() -> None:
    assert compare_rows([lake_row(), lake_row(is_deleted=True)]).extra == 1


def test_fields_that_changed_their_type_become_null_or_text_not_errors() -> None:
    odd = row(
        {
            "_id": "ORD-1",
            "order_id": {"region": 1},
            "customer_id": 7,
            "store_id": Int64(7),
            "status": 1e10,
            "total_amount": "12.345",
            "unit_count": 2.0,
            "created_at": "2024-02-29",
            "items": {"sku": "A"},
            "shipped_at": 5,
        }
    )
    assert odd == {
        **dict.fromkeys([*ORDERS.columns, "is_deleted"]),
        "order_id": "ORD-1",
        "customer_id": "7",
        "store_id": "7",
        "unit_count": 2,
        "status": "1.0E10",
        "total_amount": "12.35",
        "items": {"json": {"sku": "A"}},
        "broken_rules": ["missing_created_at", "unknown_priority", "unknown_status"],
        "is_deleted": False,
    }


def test_items_that_are_null_are_not_items_that_are_missing() -> None:
    assert row({"_id": 1, "items": None})["items"] == {"json": None}
    assert row({"_id": 1})["items"] is None


@pytest.mark.parametrize(
    ("document_id", "text"),
    [
        ("ORD-1", "ORD-1"),
        ("", ""),
        (5, "5"),
        (ObjectId("64b7f3a1c2d4e5f601234567"), "64b7f3a1c2d4e5f601234567"),
        (Int64(5), "5"),
    ],
)
def test_a_document_without_its_business_id_is_called_by_its_own(document_id: Any, text: str) -> None:
    assert id_text(document_id) == text
    assert row({"_id": document_id})["order_id"] == text


def test_a_shipment_has_its_own_columns() -> None:
    shipment = row_of(SHIPMENTS, {"_id": "S-1", "weight_kg": Decimal128("1.5"), "shipping_cost": 7.125})
    assert (shipment["shipment_id"], shipment["weight_kg"], shipment["shipping_cost"]) == ("S-1", 1.5, "7.13")


@pytest.mark.parametrize(
    ("on_hand", "reserved", "reorder_point", "available", "is_below"),
    [
        (5, 2, 5, 3, True),
        (6, 7, 5, -1, False),
        (5, None, None, None, None),
        (None, 2, 5, None, None),
        (0, 0, 0, 0, True),
    ],
)
def test_available_stock_and_reorder_point(
    on_hand: Any, reserved: Any, reorder_point: Any, available: int | None, is_below: bool | None
) -> None:
    row = row_of(
        INVENTORY,
        {
            "_id": "A",
            "quantity_on_hand": on_hand,
            "quantity_reserved": reserved,
            "reorder_point": reorder_point,
            "unit_cost": Decimal128("0.00005"),
            "units_picked_total": Int64(2**40),
        },
    )
    assert (row["quantity_available"], row["is_below_reorder_point"]) == (available, is_below)
    assert (row["sku"], row["unit_cost"], row["units_picked_total"]) == ("A", "0.0001", 2**40)


@pytest.mark.parametrize(
    ("released_ms", "completed_ms", "seconds"),
    [(0, 1999, 1), (1999, 0, -1), (5, 5, 0), (0, None, None), (None, 0, None)],
)
def test_cycle_time_is_cut_to_whole_seconds(
    released_ms: int | None, completed_ms: int | None, seconds: int | None
) -> None:
    wave = {"_id": "W", "released_at": date(released_ms), "completed_at": date(completed_ms), "order_ids": ["A"]}
    row = row_of(WAVES, wave)
    assert row["cycle_time_seconds"] == seconds
    assert row["order_ids"] == {"json": ["A"]}


@pytest.mark.parametrize(
    ("delivered_ms", "estimated_ms", "is_on_time"), [(5, 5, True), (6, 5, False), (None, 5, None), (5, None, None)]
)
def test_a_delivery_at_its_estimate_is_on_time(
    delivered_ms: int | None, estimated_ms: int | None, is_on_time: bool | None
) -> None:
    shipment = {"_id": "S", "delivered_at": date(delivered_ms), "estimated_delivery_at": date(estimated_ms)}
    assert row_of(SHIPMENTS, shipment)["is_on_time"] is is_on_time


@pytest.mark.parametrize(
    ("code", "name"), [("UPS", "United Parcel Service"), ("ups", None), (None, None), (["UPS"], None)]
)
def test_an_unknown_carrier_has_no_name(code: Any, name: str | None) -> None:
    assert row_of(SHIPMENTS, {"_id": "S", "carrier_code": code})["carrier_name"] == name


@pytest.mark.parametrize(
    ("ended_ms", "units", "hours", "per_hour"),
    [
        (3_600_000, 100, "1.0000", "100.0000"),
        (10_800_000, 100, "3.0000", "33.3333"),
        (180, 1, "0.0001", "20000.0000"),
        (0, 100, "0.0000", None),
        (None, 100, None, None),
        (3_600_000, None, "1.0000", None),
        (-3_600_000, 100, "-1.0000", "-100.0000"),
    ],
)
def test_a_shift_is_measured_when_it_has_ended(
    ended_ms: int | None, units: int | None, hours: str | None, per_hour: str | None
) -> None:
    worker = {
        "_id": "W",
        "role": "picker",
        "shift_started_at": date(0),
        "shift_ended_at": date(ended_ms),
        "shift_units_handled": units,
    }
    row = row_of(WORKERS, worker)
    assert (row["shift_hours"], row["shift_units_per_hour"]) == (hours, per_hour)
    assert row["worker_role"] == "picker"


def test_every_table_reads_its_collection() -> None:
    for table in TABLES:
        row = row_of(table, {"_id": "X"})
        assert row[table.documents.id_column] == "X"
        assert table.name == f"{table.documents.collection}_current"
        assert row["broken_rules"]


def date(milliseconds: int | None) -> DatetimeMS | None:
    return None if milliseconds is None else DatetimeMS(milliseconds)
