"""`pick_tasks_enriched`: pick tasks with their order and worker."""

from __future__ import annotations

from mesh.truth.arithmetic import ratio
from mesh.truth.columns import MEASURE, NAMES, Row
from mesh.truth.documents import ORDERS, PICK_TASKS, WORKERS, DocumentType
from mesh.truth.silver.rules import broken_by_pick_task
from mesh.truth.silver.tables import SilverTable
from mesh.truth.source import Source

# the view's column: that of the order, of the worker
_OF_ORDER = {
    "customer_id": "customer_id",
    "order_status": "status",
    "order_total_amount": "total_amount",
    "order_promised_at": "promised_at",
}
_OF_WORKER = {"worker_name": "full_name", "worker_role": "worker_role", "shift": "shift"}


def pick_tasks_enriched(source: Source) -> SilverTable:
    """The view as a table to check; keeps a few columns of every order and worker."""
    orders, workers = _by_id(source, ORDERS, _OF_ORDER), _by_id(source, WORKERS, _OF_WORKER)

    def compute(row: Row) -> Row:
        units = row["units_picked"]
        return {
            **orders.get(row["order_id"], dict.fromkeys(_OF_ORDER)),
            **workers.get(row["worker_id"], dict.fromkeys(_OF_WORKER)),
            "units_picked_per_hour": None if units is None else ratio(units * 3600, row["duration_seconds"]),
            "broken_rules": broken_by_pick_task(row),
        }

    computed = {
        **{name: ORDERS.columns[column] for name, column in _OF_ORDER.items()},
        **{name: WORKERS.columns[column] for name, column in _OF_WORKER.items()},
        "units_picked_per_hour": MEASURE,
        "broken_rules": NAMES,
    }
    return SilverTable("pick_tasks_enriched", PICK_TASKS, computed, compute)


def _by_id(source: Source, documents: DocumentType, columns: dict[str, str]) -> dict[str | None, Row]:
    rows = documents.read_all(source, documents.id_column, *columns.values())
    return {row[documents.id_column]: {name: row[column] for name, column in columns.items()} for row in rows}
