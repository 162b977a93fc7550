"""The status page: which products keep their promise, how that went, and which checks fail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trino.exceptions import Error as TrinoError

from mesh.contracts.contract import Product, read_products
from mesh.dbt import parse_project, target_folder
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.quality.charts import HEIGHT, WIDTH, Chart, Point, draw
from mesh.quality.latest import latest_results
from mesh.quality.results import CheckResult
from mesh.quality.store import MEASUREMENTS
from mesh.site import render_page
from mesh.trino import connect_trino

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
    select product, output_table, objective, measured_at, measured_value, is_met
    from {MEASUREMENTS.path}
    where measured_at >= current_date - interval '{DAYS_SHOWN}' day
    order by measured_at"""


@dataclass(frozen=True)
class Promise:
    """One objective of one table; `today` is its newest row of `gold.data_product_slo_daily`."""

    today: Row
    chart: Chart

    @property
    def is_broken(self) -> bool:
        """By the last measurement."""
        return not self.today["is_met_now"]


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
        with connect_trino(instance) as trino:
            cursor = trino.cursor()

            def rows(sql: str) -> list[Row]:
                found = cursor.execute(sql).fetchall()
                names = [column[0] for column in cursor.description or []]
                return [dict(zip(names, row, strict=True)) for row in found]

            days, measured = rows(SLO_SQL), rows(MEASUREMENTS_SQL)
    except TrinoError as error:
        raise MeshError(f"there is nothing to show, mesh quality measure first: {error}") from error
    checks = latest_results(instance, parse_project(instance))
    page = target_folder() / PAGE
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(build_page(read_products(), days, measured, checks, datetime.now(UTC)))
    return page


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
    newest_day, points_of = _by_promise(days, measured)
    statuses = [
        Status(
            product,
            _promises(product, newest_day, points_of),
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
        width=WIDTH,
        height=HEIGHT,
        now=now,
    )


def _by_promise(days: Iterable[Row], measured: Iterable[Row]) -> tuple[Mapping[Key, Row], Mapping[Key, list[Point]]]:
    newest_day, points_of = {_key(day): day for day in days}, defaultdict(list)
    for row in measured:
        points_of[_key(row)].append(Point(row["measured_at"], float(row["measured_value"]), row["is_met"]))
    return newest_day, points_of


def _promises(product: Product, newest_day: Mapping[Key, Row], points_of: Mapping[Key, list[Point]]) -> list[Promise]:
    promises = []
    for objective in product.objectives:
        for table in objective.tables:
            key = (product.id, table, objective.name)
            if key in newest_day:
                today = newest_day[key]
                chart = draw(points_of[key], float(today["threshold"]), lower_is_better=objective.unit == "minutes")
                promises.append(Promise(today, chart))
    return sorted(promises, key=lambda promise: not promise.is_broken)


def _key(row: Row) -> Key:
    return row["product"], row["output_table"], row["objective"]
