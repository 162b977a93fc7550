"""`order_fulfillment_daily`: orders by the day of their creation and priority."""

from __future__ import annotations

from collections.abc import Iterator

from mesh.truth.arithmetic import between, day_of, grouped, known, mean_hours, ratio
from mesh.truth.columns import Row
from mesh.truth.documents import ORDERS
from mesh.truth.gold.table import GoldTable
from mesh.truth.reference import flag_of
from mesh.truth.source import Source

TABLE = GoldTable(
    "order_fulfillment_daily",
    ("date", "priority"),
    ("total_orders", "completed_orders", "completion_rate", "avg_fulfillment_time_hours"),
)


def compute(source: Source) -> Iterator[Row]:
    """The table's rows; an order without a date of creation counts nowhere."""
    orders = ORDERS.read_all(source, "priority", "status", "created_at", "shipped_at")
    dated = (row for row in orders if row["created_at"] is not None)
    for (date, priority), rows in grouped(dated, lambda row: (day_of(row["created_at"]), row["priority"])).items():
        completed = [row for row in rows if flag_of("order_statuses", row["status"], "is_completed")]
        yield {
            "date": date,
            "priority": priority,
            "total_orders": len(rows),
            "completed_orders": len(completed),
            "completion_rate": ratio(len(completed), len(rows)),
            "avg_fulfillment_time_hours": mean_hours(
                known(between(row["created_at"], row["shipped_at"]) for row in completed)
            ),
        }
