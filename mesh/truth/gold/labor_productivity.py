"""`labor_productivity_daily`: what each worker did on a day."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from mesh.truth.arithmetic import day_of, grouped, known, ratio, total
from mesh.truth.columns import Row
from mesh.truth.documents import PACK_TASKS, PICK_TASKS, SHIPMENTS, DocumentType
from mesh.truth.gold.table import GoldTable
from mesh.truth.source import Source

TABLE = GoldTable(
    "labor_productivity_daily",
    ("date", "worker_id"),
    (
        "tasks_completed",
        "pick_tasks",
        "pack_tasks",
        "shipments",
        "units_picked",
        "units_packed",
        "busy_hours",
        "units_per_busy_hour",
    ),
)
_SECONDS_PER_HOUR = 3600


def compute(source: Source) -> Iterator[Row]:
    """The table's rows; work that is not done counts nowhere, handing a shipment over takes no time."""
    work = chain(
        _done(source, PICK_TASKS, "completed_at", "units_picked", "duration_seconds"),
        _done(source, PACK_TASKS, "completed_at", "unit_count", "duration_seconds"),
        _done(source, SHIPMENTS, "shipped_at"),
    )
    for (date, worker), rows in grouped(work, lambda row: (row["date"], row["worker_id"])).items():
        picks, packs, ships = (
            [row for row in rows if row["done"] is documents] for documents in (PICK_TASKS, PACK_TASKS, SHIPMENTS)
        )
        picked, packed = (total(row["units"] for row in tasks) or 0 for tasks in (picks, packs))
        busy_seconds = total(row["seconds"] for row in rows) or 0
        yield {
            "date": date,
            "worker_id": worker,
            "tasks_completed": len(rows),
            "pick_tasks": len(picks),
            "pack_tasks": len(packs),
            "shipments": len(ships),
            "units_picked": picked,
            "units_packed": packed,
            "busy_hours": ratio(busy_seconds, _SECONDS_PER_HOUR),
            "units_per_busy_hour": ratio((picked + packed) * _SECONDS_PER_HOUR, busy_seconds),
        }


def _done(
    source: Source, documents: DocumentType, done_at: str, units: str | None = None, seconds: str | None = None
) -> Iterator[Row]:
    for row in documents.read_all(source, *known(["worker_id", done_at, units, seconds])):
        if row[done_at] is not None:
            yield {
                "done": documents,
                "date": day_of(row[done_at]),
                "worker_id": row["worker_id"],
                "units": units and row[units],
                "seconds": seconds and row[seconds],
            }
