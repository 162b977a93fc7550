"""Gold: `order_fulfillment_daily` recomputed from the source's orders in exact decimal arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from bson.datetime_ms import DatetimeMS

from mesh.truth.canonical import Canonical, Document, canonical_bytes
from mesh.truth.compare import compare
from mesh.truth.lake import Lake, LakeError
from mesh.truth.result import CheckResult
from mesh.truth.source import Source
from mesh.truth.values import as_text, as_timestamp

NAME = "gold.order_fulfillment_daily"
COMPLETED = frozenset({"shipped", "delivered"})
COLUMNS = (
    "date",
    "priority",
    "total_orders",
    "completed_orders",
    "completion_rate",
    "avg_fulfillment_time_hours",
)
_SELECTIONS = ", ".join(f'"{column}"' for column in COLUMNS)
ROWS_SQL = f"select {_SELECTIONS} from iceberg.gold.order_fulfillment_daily"

_PLACES = 4
_MS_PER_HOUR = 3_600_000

Row = dict[str, Canonical]


def check_gold(source: Source, lake: Lake) -> list[CheckResult]:
    """Compare every row and column."""
    expected = compute_fulfillment(source.collections["orders"].documents())
    contents = {row_id: canonical_bytes(row) for row_id, row in expected.items()}
    try:
        found = ((_row_id(row[0], row[1]), canonical_bytes(_row(row))) for row in lake.rows(ROWS_SQL))
        return [compare(NAME, contents.keys(), contents.__getitem__, found)]
    except LakeError as error:
        return [CheckResult(NAME, source_rows=len(contents), error=str(error))]


def compute_fulfillment(orders: Iterable[Document]) -> dict[str, Row]:
    """The table's rows by their id, `2024-02-29 same_day`.

    An order counts on the UTC day of its created_at; one without a date counts nowhere.
    """
    tallies: dict[tuple[str, str | None], _Tally] = {}
    for order in orders:
        created_at = as_timestamp(order.get("created_at"))
        if created_at is not None:
            key = created_at.split(" ")[0], as_text(order.get("priority"))
            tallies.setdefault(key, _Tally()).add(order)
    return {_row_id(date, priority): tally.row(date, priority) for (date, priority), tally in tallies.items()}


@dataclass
class _Tally:
    total: int = 0
    completed: int = 0
    times_ms: list[int] = field(default_factory=list)

    def add(self, order: Document) -> None:
        self.total += 1
        if as_text(order.get("status")) in COMPLETED:
            self.completed += 1
            shipped_at = order.get("shipped_at")
            if isinstance(shipped_at, DatetimeMS):
                self.times_ms.append(int(shipped_at) - int(order["created_at"]))

    def row(self, date: str, priority: str | None) -> Row:
        rate = round_half_up(Fraction(self.completed, self.total))
        hours = None
        if self.times_ms:
            hours = round_half_up(Fraction(sum(self.times_ms), len(self.times_ms) * _MS_PER_HOUR))
        return _row([date, priority, self.total, self.completed, rate, hours])


def round_half_up(value: Fraction) -> Decimal:
    """To 4 places, halves away from zero, rounded once."""
    # exact: a decimal quotient would be rounded to its precision first
    units = int(abs(value) * 10**_PLACES + Fraction(1, 2))
    return Decimal(-units if value < 0 else units).scaleb(-_PLACES)


def _row_id(date: object, priority: str | None) -> str:
    return f"{date} {priority}"


def _row(values: Sequence[object]) -> Row:
    # dates and decimals as text, which keeps a decimal's scale
    cells = (value if value is None or isinstance(value, int) else str(value) for value in values)
    return dict(zip(COLUMNS, cells, strict=True))
