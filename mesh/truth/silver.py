"""Silver: every typed column of every current row, recomputed from the source's documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bson.objectid import ObjectId

from mesh.truth.canonical import Canonical, Document, canonical_bytes, from_bson
from mesh.truth.compare import compare
from mesh.truth.lake import Lake, LakeError, content_of, key_of
from mesh.truth.result import CheckResult
from mesh.truth.source import Collection, Source
from mesh.truth.values import as_decimal, as_double, as_integer, as_text, as_timestamp


@dataclass(frozen=True)
class ColumnType:
    """A kind of column: how a document's field becomes a cell, what to select, how that becomes a cell.

    Cells are what JSON can hold, so that a row has canonical bytes.
    """

    from_field: Callable[[Any], Canonical]
    selection: str = '"{}"'
    from_lake: Callable[[Any], Canonical] = lambda value: value


def _digits(value: object) -> str | None:
    return None if value is None else str(value)


def _parsed(text: str | None) -> Canonical:
    return None if text is None else {"json": content_of(text)}


TEXT = ColumnType(as_text)
INTEGER = ColumnType(as_integer)
DOUBLE = ColumnType(as_double)
AMOUNT = ColumnType(lambda field: _digits(as_decimal(field, 18, 2)), from_lake=_digits)
# as text: beyond year 9999 there is no Python datetime
TIMESTAMP = ColumnType(as_timestamp, selection='cast("{}" as varchar)')
# wrapped, so that a null in the document is not the null of a missing field
JSON = ColumnType(lambda field: {"json": from_bson(field)}, from_lake=_parsed)


@dataclass(frozen=True)
class SilverTable:
    """A table with one row per document of a collection; its columns are fields of the same name.

    `id_column` takes the document's own id where the document lacks the field. `columns` are all the table's
    columns that tell something of the document; the rest tell how it came.
    """

    collection: str
    name: str
    id_column: str
    columns: Mapping[str, ColumnType]


TABLES = (
    SilverTable(
        "orders",
        "orders_current",
        "order_id",
        {
            "order_id": TEXT,
            "customer_id": TEXT,
            "store_id": TEXT,
            "warehouse_id": TEXT,
            "wave_id": TEXT,
            "priority": TEXT,
            "status": TEXT,
            "currency": TEXT,
            "cancellation_reason": TEXT,
            "items": JSON,
            "line_count": INTEGER,
            "unit_count": INTEGER,
            "total_amount": AMOUNT,
            "created_at": TIMESTAMP,
            "updated_at": TIMESTAMP,
            "promised_at": TIMESTAMP,
            "picking_started_at": TIMESTAMP,
            "packed_at": TIMESTAMP,
            "shipped_at": TIMESTAMP,
            "delivered_at": TIMESTAMP,
            "cancelled_at": TIMESTAMP,
        },
    ),
    SilverTable(
        "shipments",
        "shipments_current",
        "shipment_id",
        {
            "shipment_id": TEXT,
            "order_id": TEXT,
            "warehouse_id": TEXT,
            "worker_id": TEXT,
            "carrier_code": TEXT,
            "service_level": TEXT,
            "tracking_number": TEXT,
            "status": TEXT,
            "exception_reason": TEXT,
            "package_count": INTEGER,
            "weight_kg": DOUBLE,
            "shipping_cost": AMOUNT,
            "created_at": TIMESTAMP,
            "updated_at": TIMESTAMP,
            "shipped_at": TIMESTAMP,
            "estimated_delivery_at": TIMESTAMP,
            "delivered_at": TIMESTAMP,
        },
    ),
)


def check_silver(source: Source, lake: Lake) -> list[CheckResult]:
    """Compare the rows that are not deleted; a deleted row of a document that exists differs."""
    return [_check_table(table, source.collections[table.collection], lake) for table in TABLES]


def row_of(table: SilverTable, document: Document) -> dict[str, Canonical]:
    """The row that a document must have."""
    row: dict[str, Canonical] = {
        name: column.from_field(document[name]) if name in document else None for name, column in table.columns.items()
    }
    if row[table.id_column] is None:
        row[table.id_column] = id_text(document["_id"])
    row["is_deleted"] = False
    return row


def id_text(document_id: object) -> str:
    """A document's id as text: a plain one as it is, an ObjectId's digits, any other as extended JSON."""
    if isinstance(document_id, ObjectId):
        return str(document_id)
    text = as_text(document_id)
    return json.dumps(from_bson(document_id), ensure_ascii=False) if text is None else text


def build_rows_sql(table: SilverTable) -> str:
    """The table's rows: document_id, is_deleted and the typed columns."""
    selections = [column.selection.format(name) for name, column in table.columns.items()]
    return f"select document_id, is_deleted, {', '.join(selections)} from iceberg.silver.{table.name}"


def rows_of_lake(
    table: SilverTable, collection: Collection, selected: Iterator[list[Any]]
) -> Iterator[tuple[str, bytes]]:
    """(key, canonical bytes) of the rows to compare: all but the deleted ones whose document is gone."""
    for document_id, is_deleted, *values in selected:
        key = key_of(document_id)
        if is_deleted and key not in collection.ids:
            continue
        row = {
            name: column.from_lake(value) for (name, column), value in zip(table.columns.items(), values, strict=True)
        }
        yield key, canonical_bytes({**row, "is_deleted": is_deleted})


def _check_table(table: SilverTable, collection: Collection, lake: Lake) -> CheckResult:
    name = f"silver.{table.name}"
    try:
        return compare(
            name,
            collection.ids,
            lambda row_id: canonical_bytes(row_of(table, collection.document(row_id))),
            rows_of_lake(table, collection, lake.rows(build_rows_sql(table))),
        )
    except LakeError as error:
        return CheckResult(name, source_rows=len(collection.ids), error=str(error))
