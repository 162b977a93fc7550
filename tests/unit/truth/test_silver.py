"""Rows of silver recomputed from documents; deleted rows."""

from __future__ import annotations

from typing import Any

import bson
import pytest
from bson.datetime_ms import DatetimeMS
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.objectid import ObjectId

from mesh.truth.canonical import DECODING, canonical_bytes
from mesh.truth.compare import compare
from mesh.truth.result import CheckResult
from mesh.truth.silver import TABLES, id_text, row_of, rows_of_lake
from mesh.truth.source import Collection, collection_of

ORDERS, SHIPMENTS = TABLES
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
    "total_amount": "2.50",
    "created_at": "2024-02-29 00:00:00.123000",
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
        ("total_amount", "2.51"),
        ("created_at", "2024-02-29 00:00:00.124000"),
        ("line_count", None),
        ("wave_id", "W-1"),
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
