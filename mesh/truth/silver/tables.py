"""The tables with one row a document: the document's columns and those computed from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mesh.truth.arithmetic import between, ratio
from mesh.truth.canonical import Canonical, Document, canonical_bytes, key_of
from mesh.truth.columns import (
    BIGINT,
    BOOLEAN,
    INTEGER,
    MEASURE,
    NAMES,
    TEXT,
    ColumnType,
    Row,
    cells_of,
    cells_of_lake,
    selections_of,
)
from mesh.truth.documents import INVENTORY, ORDERS, PACK_TASKS, PICK_TASKS, SHIPMENTS, WAVES, WORKERS, DocumentType
from mesh.truth.reference import read_reference
from mesh.truth.silver import rules
from mesh.truth.source import Collection

_MS_PER_HOUR = 3_600_000


@dataclass(frozen=True)
class SilverTable:
    """A table with one row per document; its other columns tell how a row came.

    `compute` gives the values of the `computed` columns from those of the document.
    """

    name: str
    documents: DocumentType
    computed: Mapping[str, ColumnType]
    compute: Callable[[Row], Row]

    @property
    def columns(self) -> dict[str, ColumnType]:
        """All columns that tell something of the document."""
        return {**self.documents.columns, **self.computed}


def row_of(table: SilverTable, document: Document) -> dict[str, Canonical]:
    """The cells of the row that a document must have."""
    row = table.documents.read(document)
    return {**cells_of(table.columns, row | table.compute(row)), "is_deleted": False}


def build_rows_sql(table: SilverTable) -> str:
    """The table's rows: document_id, is_deleted and its columns."""
    return f"select document_id, is_deleted, {selections_of(table.columns)} from iceberg.silver.{table.name}"


def rows_of_lake(
    table: SilverTable, collection: Collection, selected: Iterator[list[Any]]
) -> Iterator[tuple[str, bytes]]:
    """(key, canonical bytes) of the rows to compare: all but the deleted ones whose document is gone."""
    columns = table.columns
    for document_id, is_deleted, *values in selected:
        key = key_of(document_id)
        if is_deleted and key not in collection.ids:
            continue
        yield key, canonical_bytes({**cells_of_lake(columns, values), "is_deleted": is_deleted})


def _of_order(row: Row) -> Row:
    return {"broken_rules": rules.broken_by_order(row)}


def _of_inventory(row: Row) -> Row:
    on_hand, reorder_point = row["quantity_on_hand"], row["reorder_point"]
    return {
        "quantity_available": between(row["quantity_reserved"], on_hand),
        "is_below_reorder_point": None if None in (on_hand, reorder_point) else on_hand <= reorder_point,
        "broken_rules": rules.broken_by_inventory(row),
    }


def _of_wave(row: Row) -> Row:
    cycle_ms = between(row["released_at"], row["completed_at"])
    return {
        # whole seconds, cut off towards zero
        "cycle_time_seconds": None if cycle_ms is None else abs(cycle_ms) // 1000 * (1 if cycle_ms > 0 else -1),
        "broken_rules": rules.broken_by_wave(row),
    }


def _of_pick_task(row: Row) -> Row:
    return {"broken_rules": rules.broken_by_pick_task(row)}


def _of_pack_task(row: Row) -> Row:
    return {"broken_rules": rules.broken_by_pack_task(row)}


def _of_shipment(row: Row) -> Row:
    carrier = read_reference("carriers").get(row["carrier_code"])
    early_ms = between(row["delivered_at"], row["estimated_delivery_at"])
    return {
        "carrier_name": None if carrier is None else carrier["carrier_name"],
        "is_on_time": None if early_ms is None else early_ms >= 0,
        "broken_rules": rules.broken_by_shipment(row),
    }


def _of_worker(row: Row) -> Row:
    shift_ms, units = between(row["shift_started_at"], row["shift_ended_at"]), row["shift_units_handled"]
    return {
        "shift_hours": ratio(shift_ms, _MS_PER_HOUR),
        "shift_units_per_hour": None if units is None else ratio(units * _MS_PER_HOUR, shift_ms),
        "broken_rules": rules.broken_by_worker(row),
    }


_RULES = {"broken_rules": NAMES}
TABLES = (
    SilverTable("orders_current", ORDERS, _RULES, _of_order),
    SilverTable(
        "inventory_current",
        INVENTORY,
        {"quantity_available": INTEGER, "is_below_reorder_point": BOOLEAN, **_RULES},
        _of_inventory,
    ),
    SilverTable("waves_current", WAVES, {"cycle_time_seconds": BIGINT, **_RULES}, _of_wave),
    SilverTable("pick_tasks_current", PICK_TASKS, _RULES, _of_pick_task),
    SilverTable("pack_tasks_current", PACK_TASKS, _RULES, _of_pack_task),
    SilverTable("shipments_current", SHIPMENTS, {"carrier_name": TEXT, "is_on_time": BOOLEAN, **_RULES}, _of_shipment),
    SilverTable(
        "workers_current", WORKERS, {"shift_hours": MEASURE, "shift_units_per_hour": MEASURE, **_RULES}, _of_worker
    ),
)
