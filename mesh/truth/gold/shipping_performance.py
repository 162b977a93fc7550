"""`shipping_performance_daily`: shipments by the day of dispatch and carrier."""

from __future__ import annotations

from collections.abc import Iterator

from mesh.truth.arithmetic import between, day_of, grouped, known, mean_hours, ratio, total
from mesh.truth.columns import Row
from mesh.truth.documents import SHIPMENTS
from mesh.truth.gold.table import GoldTable
from mesh.truth.source import Source
from mesh.truth.values import as_decimal

TABLE = GoldTable(
    "shipping_performance_daily",
    ("date", "carrier_code"),
    (
        "total_shipments",
        "delivered_shipments",
        "on_time_shipments",
        "exception_shipments",
        "total_weight_kg",
        "total_shipping_cost",
        "delivery_rate",
        "on_time_rate",
        "avg_transit_time_hours",
        "avg_shipping_cost",
    ),
)
_COLUMNS = (
    "carrier_code",
    "status",
    "weight_kg",
    "shipping_cost",
    "shipped_at",
    "estimated_delivery_at",
    "delivered_at",
)


def compute(source: Source) -> Iterator[Row]:
    """The table's rows; a shipment that has not been shipped counts nowhere."""
    shipped = (row for row in SHIPMENTS.read_all(source, *_COLUMNS) if row["shipped_at"] is not None)
    for (date, carrier), rows in grouped(shipped, lambda row: (day_of(row["shipped_at"]), row["carrier_code"])).items():
        delivered = sum(row["status"] == "delivered" for row in rows)
        transits = known(between(row["shipped_at"], row["delivered_at"]) for row in rows)
        early = known(between(row["delivered_at"], row["estimated_delivery_at"]) for row in rows)
        on_time = sum(early_ms >= 0 for early_ms in early)
        costs = known(row["shipping_cost"] for row in rows)
        yield {
            "date": date,
            "carrier_code": carrier,
            "total_shipments": len(rows),
            "delivered_shipments": delivered,
            "on_time_shipments": on_time,
            "exception_shipments": sum(row["status"] == "exception" for row in rows),
            # each to the gram, as it is summed
            "total_weight_kg": total(as_decimal(row["weight_kg"], 18, 3) for row in rows),
            "total_shipping_cost": total(costs),
            "delivery_rate": ratio(delivered, len(rows)),
            "on_time_rate": ratio(on_time, len(transits)),
            "avg_transit_time_hours": mean_hours(transits),
            "avg_shipping_cost": ratio(total(costs), len(costs)),
        }
