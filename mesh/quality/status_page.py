"""The status page: which products keep their promise, how that went, and which checks fail."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mesh.contracts.contract import Product, read_products
from mesh.dbt import parse_project, target_folder
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lake import Lake, LakeError
from mesh.quality.charts import HEIGHT, WIDTH, Chart, Point, draw
from mesh.quality.latest import latest_results
from mesh.quality.results import CheckResult
from mesh.quality.store import MEASUREMENTS
from mesh.quality.wording import amount, is_measurement, promised
from mesh.site import render_page

PAGE = "status.html"
TEMPLATE = Path(__file__).parent / "status.html.jinja"
DAYS_SHOWN = 30

Row = Mapping[str, Any]
Key = tuple[str, str, str]
"""Product, output table, objective."""

SLO_SQL = f"""
    select * from gold.data_product_slo_daily
    where date >= current_date - interval '{DAYS_SHOWN}' day
    order by date"""
MEASUREMENTS_SQL = f"""
    select product, output_table, objective, unit, measured_at, measured_value, is_met, population
    from {MEASUREMENTS.path}
    where measured_at >= current_date - interval '{DAYS_SHOWN}' day
    order by measured_at"""


@dataclass(frozen=True)
class Promise:
    """One objective of one table.

    `today` is its newest row of `gold.data_product_slo_daily`, `newest` the last measurement that had anything to
    measure; `kept` and `of` count those of that day.
    """

    today: Row
    chart: Chart | None
    newest: Row | None
    kept: int
    of: int

    @property
    def is_broken(self) -> bool:
        """By the last measurement."""
        return not self.today["is_met_now"]

    @property
    def verdict(self) -> str:
        """`kept`, `broken` or `unmeasured`."""
        if self.is_broken:
            return "broken"
        is_now = self.newest is not None and self.newest["measured_at"] == self.today["measured_at"]
        return "kept" if is_now else "unmeasured"


@dataclass(frozen=True)
class Status:
    """What the page says of one product."""

    product: Product
    promises: Sequence[Promise]
    checks: Sequence[CheckResult]

    @property
    def broken(self) -> int:
        """How many promises the last measurement found broken."""
        return sum(promise.is_broken for promise in self.promises)

    def verdicts(self) -> str:
        """As `1 broken, 2 unmeasured`."""
        counts = Counter(promise.verdict for promise in self.promises)
        return ", ".join(f"{counts[one]} {one}" for one in ("broken", "kept", "unmeasured") if counts[one])

    @property
    def failing(self) -> int:
        """How many checks fail."""
        return sum(check.is_failing for check in self.checks)


def write_page(instance: Instance) -> Path:
    """Write the page beside the docs site. Returns it.

    Raises:
        MeshError: nothing has been measured yet.
    """
    try:
        with Lake(instance) as lake:
            days, measured = (_by_name(*lake.named(sql)) for sql in (SLO_SQL, MEASUREMENTS_SQL))
    except LakeError as error:
        raise MeshError(f"there is nothing to show, mesh quality measure first: {error}") from error
    checks = latest_results(instance, parse_project(instance))
    page = target_folder() / PAGE
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(build_page(read_products(), days, measured, checks, datetime.now(UTC)))
    return page


def _by_name(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[Row]:
    return [dict(zip(names, row, strict=True)) for row in rows]


def build_page(
    products: Sequence[Product],
    days: Iterable[Row],
    measured: Iterable[Row],
    checks: Sequence[CheckResult],
    now: datetime,
) -> str:
    """HTML of the page, what is broken first.

    Args:
        days: rows of `gold.data_product_slo_daily`, by date.
        measured: measurements, by time.
        checks: the last result of each, failing ones first.
    """
    newest_day, measured_of = _by_promise(days, measured)
    statuses = [
        Status(
            product,
            _promises(product, newest_day, measured_of),
            [check for check in checks if check.product == product.id],
        )
        for product in products
    ]
    statuses.sort(key=lambda status: (-status.broken, -status.failing, status.product.id))
    return render_page(
        TEMPLATE,
        statuses=statuses,
        failing=[check for check in checks if check.is_failing],
        checks=checks,
        amount=amount,
        promised=promised,
        width=WIDTH,
        height=HEIGHT,
        now=now,
    )


def _by_promise(days: Iterable[Row], measured: Iterable[Row]) -> tuple[Mapping[Key, Row], Mapping[Key, list[Row]]]:
    """The newest day of each promise, and the measurements that had anything to measure."""
    newest_day, measured_of = {_key(day): day for day in days}, defaultdict(list)
    for row in measured:
        if is_measurement(row["unit"], row["measured_value"], row["population"]):
            measured_of[_key(row)].append(row)
    return newest_day, measured_of


def _promises(product: Product, newest_day: Mapping[Key, Row], measured_of: Mapping[Key, list[Row]]) -> list[Promise]:
    promises = []
    for objective in product.objectives:
        for table in objective.tables:
            key = (product.id, table, objective.name)
            if key in newest_day:
                today, measured = newest_day[key], measured_of[key]
                points = [Point(row["measured_at"], float(row["measured_value"]), row["is_met"]) for row in measured]
                of_day = [row["is_met"] for row in measured if row["measured_at"].date() == today["date"]]
                lower_is_better = objective.unit == "minutes"
                promises.append(
                    Promise(
                        today,
                        draw(points, float(today["threshold"]), lower_is_better) if points else None,
                        measured[-1] if measured else None,
                        kept=sum(of_day),
                        of=len(of_day),
                    )
                )
    return sorted(promises, key=lambda promise: not promise.is_broken)


def _key(row: Row) -> Key:
    return row["product"], row["output_table"], row["objective"]
