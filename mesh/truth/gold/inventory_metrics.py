"""`inventory_metrics_daily`: how each department's stock changed, from all versions of the inventory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from mesh.truth.arithmetic import day_of, ratio
from mesh.truth.columns import Row
from mesh.truth.gold.table import GoldTable
from mesh.truth.history.versions import ChangeLog, Version

TABLE = GoldTable(
    "inventory_metrics_daily",
    ("date", "department"),
    (
        "sku_count",
        "skus_below_reorder_point",
        "stock_changes",
        "opening_units",
        "units_received",
        "units_picked",
        "units_adjusted",
        "closing_units",
        "closing_stock_value",
        "stock_turnover",
    ),
)


@dataclass
class _Stock:
    """What is in stock, or how that changed."""

    skus: int = 0
    below_reorder_point: int = 0
    units: int = 0
    value: Decimal = Decimal("0.0000")

    def add(self, other: _Stock, sign: int = 1) -> None:
        self.skus += sign * other.skus
        self.below_reorder_point += sign * other.below_reorder_point
        self.units += sign * other.units
        self.value += sign * other.value


@dataclass
class _Day:
    """A department's day."""

    stock: _Stock
    changes: int = 0
    received: int = 0
    picked: int = 0


def compute(log: ChangeLog) -> Iterator[Row]:
    """The table's rows.

    With each version a document's stock leaves the department of the version before and enters its own, on the day
    of the change.
    """
    departments: dict[str | None, dict[str, _Day]] = defaultdict(lambda: defaultdict(lambda: _Day(_Stock())))
    for _, versions in log.versions():
        before: Row | None = None
        for version in versions:
            cells = version.cells()
            date = _date(version, cells)
            if before is not None:
                departments[before["department"]][date].stock.add(_stock_of(before), sign=-1)
            if not version.is_deleted:
                day = departments[cells["department"]][date]
                day.stock.add(_stock_of(cells))
                day.changes += 1
                # what happened before a snapshot, or the first update that is still known, met the document did not
                # happen that day
                former = cells if before is None and version.delivery.op in ("r", "u") else before
                day.received += _growth("units_received_total", former, cells)
                day.picked += _growth("units_picked_total", former, cells)
            before = None if version.is_deleted else cells
    for department, days in departments.items():
        closing = _Stock()
        for date, day in sorted(days.items()):
            closing.add(day.stock)
            opening_units = closing.units - day.stock.units
            yield {
                "date": date,
                "department": department,
                "sku_count": closing.skus,
                "skus_below_reorder_point": closing.below_reorder_point,
                "stock_changes": day.changes,
                "opening_units": opening_units,
                "units_received": day.received,
                "units_picked": day.picked,
                "units_adjusted": day.stock.units - day.received + day.picked,
                "closing_units": closing.units,
                "closing_stock_value": closing.value,
                # by the mean of opening and closing
                "stock_turnover": ratio(2 * day.picked, opening_units + closing.units),
            }


def _stock_of(cells: Row) -> _Stock:
    on_hand, reorder_point, unit_cost = (cells[name] for name in ("quantity_on_hand", "reorder_point", "unit_cost"))
    return _Stock(
        skus=1,
        below_reorder_point=int(None not in (on_hand, reorder_point) and on_hand <= reorder_point),
        units=on_hand or 0,
        value=(on_hand or 0) * Decimal(unit_cost or 0),
    )


def _growth(total: str, before: Row | None, cells: Row) -> int:
    former = 0 if before is None else before[total] or 0
    return int(cells[total] or 0) - int(former)


def _date(version: Version, cells: Row) -> str:
    """A version's own date; a deletion has none, and counts when it was captured."""
    updated_at: str | None = None if version.is_deleted else cells["updated_at"]
    return day_of(version.valid_from // 1000) if updated_at is None else updated_at.split(" ")[0]
