"""`wave_performance_daily`: waves by the day of their release and warehouse."""

from __future__ import annotations

from collections.abc import Iterator

from mesh.truth.arithmetic import between, day_of, grouped, known, mean_hours, ratio, total
from mesh.truth.columns import Row
from mesh.truth.documents import WAVES
from mesh.truth.gold.table import GoldTable
from mesh.truth.source import Source

TABLE = GoldTable(
    "wave_performance_daily",
    ("date", "warehouse_id"),
    (
        "total_waves",
        "completed_waves",
        "total_orders",
        "picked_orders",
        "cancelled_orders",
        "total_units",
        "picked_units",
        "completion_rate",
        "pick_rate",
        "avg_orders_per_wave",
        "avg_cycle_time_hours",
        "units_picked_per_wave_hour",
    ),
)
_COLUMNS = (
    "warehouse_id",
    "status",
    "order_count",
    "picked_order_count",
    "cancelled_order_count",
    "unit_count",
    "picked_unit_count",
    "released_at",
    "completed_at",
)
_MS_PER_HOUR = 3_600_000


def compute(source: Source) -> Iterator[Row]:
    """The table's rows; a wave that has not been released counts nowhere."""
    released = (row for row in WAVES.read_all(source, *_COLUMNS) if row["released_at"] is not None)
    for (date, warehouse), rows in grouped(
        released, lambda row: (day_of(row["released_at"]), row["warehouse_id"])
    ).items():
        completed = [row for row in rows if row["status"] == "completed"]
        cycles = known(between(row["released_at"], row["completed_at"]) for row in completed)
        orders = total(row["order_count"] for row in rows)
        picked_orders = total(row["picked_order_count"] for row in completed)
        picked_units = total(row["picked_unit_count"] for row in completed)
        yield {
            "date": date,
            "warehouse_id": warehouse,
            "total_waves": len(rows),
            "completed_waves": len(completed),
            "total_orders": orders,
            "picked_orders": picked_orders or 0,
            "cancelled_orders": total(row["cancelled_order_count"] for row in completed) or 0,
            "total_units": total(row["unit_count"] for row in rows),
            "picked_units": picked_units or 0,
            "completion_rate": ratio(len(completed), len(rows)),
            "pick_rate": ratio(picked_orders, total(row["order_count"] for row in completed)),
            "avg_orders_per_wave": ratio(orders, len(rows)),
            "avg_cycle_time_hours": mean_hours(cycles),
            "units_picked_per_wave_hour": None
            if picked_units is None
            else ratio(picked_units * _MS_PER_HOUR, total(cycles)),
        }
