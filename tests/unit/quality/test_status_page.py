from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from mesh.contracts.contract import read_products
from mesh.quality.charts import HEIGHT, MARGIN, MOST_POINTS, WIDTH, Point, draw
from mesh.quality.results import CheckResult
from mesh.quality.status_page import build_page

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
COMPLETENESS = {"product": "orders-dp", "output_table": "orders_current", "objective": "completeness"}


def day(number: int, value: str, is_met: bool) -> dict[str, Any]:
    return {
        **COMPLETENESS,
        "date": date(2026, 11, number),
        "unit": "percent",
        "trend": "worse",
        "threshold": Decimal("99.9000"),
        "worst_value": Decimal(value),
        "latest_value": Decimal(value),
        "measured_at": datetime(2026, 11, number),
        "measurements": 1,
        "met_measurements": int(is_met),
        "is_met_now": is_met,
    }


def measured(number: int, value: str, is_met: bool) -> dict[str, Any]:
    return {
        **COMPLETENESS,
        "unit": "percent",
        "measured_at": datetime(2026, 11, number),
        "measured_value": Decimal(value),
        "is_met": is_met,
        "population": 2000,
    }


def check(name: str, product: str, is_failing: bool) -> CheckResult:
    return CheckResult(
        run_id="run",
        run_at=NOW,
        tool="dbt",
        check_name=name,
        check_type="unique",
        product=product,
        table_name="silver.orders_current",
        column_name=None,
        severity="error",
        status="failed" if is_failing else "passed",
        failures=3 if is_failing else 0,
        evaluated=None,
        message="<3 rows>" if is_failing else None,
    )


def products_in_order(html: str) -> list[str]:
    return re.findall(r'<section class="product [^"]*" id="([^"]+)"', html)


def test_what_is_broken_stands_first() -> None:
    days = [day(1, "99.95", True), day(2, "97.50", False)]
    points = [measured(1, "99.95", True), measured(2, "97.50", False)]
    checks = [check("waves_add_up", "waves-dp", True), check("orders_are_unique", "orders-dp", False)]
    html = build_page(read_products(), days, points, checks, NOW)
    assert products_in_order(html)[:2] == ["orders-dp", "waves-dp"]
    assert len(products_in_order(html)) == 8
    assert ">1 broken<" in html and "97.5 %" in html
    assert "Failing checks: 1 of 2" in html
    assert "&lt;3 rows&gt;" in html
    assert html.count('class="missed"') == 1
    assert "orders_are_unique" not in html


def test_what_was_broken_yesterday_and_is_kept_now_is_kept() -> None:
    html = build_page(
        read_products(), [day(1, "97.50", False), day(2, "99.95", True)], [measured(2, "99.95", True)], [], NOW
    )
    assert "1 kept" in html
    assert "broken</td>" not in html.replace("Nothing has been checked", "")


def test_a_promise_of_which_nothing_was_measured_is_not_called_kept() -> None:
    freshness = {"objective": "freshness", "unit": "minutes"}
    days = [{**day(2, "0", True), **freshness, "threshold": Decimal(5)}]
    nothing = {**measured(2, "0", True), **freshness, "population": 0}
    waited = {**measured(1, "2.3", True), **freshness}
    for rows, said in (([nothing], "nothing to measure"), ([waited, nothing], "last 2.3 minutes")):
        html = build_page(read_products(), days, rows, [], NOW)
        assert said in html and ">1 unmeasured<" in html and "at most 5 minutes" in html
        assert "kept</" not in html and "0.0000" not in html
    waiting = {**nothing, "measured_value": Decimal("0.5")}
    assert ">1 kept<" in build_page(read_products(), days, [waiting], [], NOW)


def test_a_product_that_was_never_measured_is_not_called_good() -> None:
    html = build_page(read_products(), [], [], [], NOW)
    assert html.count("not measured yet") == 8
    assert "Nothing has been checked yet" in html


def test_page_asks_no_other_host() -> None:
    html = build_page(read_products(), [day(2, "99.95", True)], [measured(2, "99.95", True)], [], NOW)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
    assert "<script" not in html


def test_chart_stays_in_its_box_and_marks_what_missed() -> None:
    points = [Point(NOW + timedelta(minutes=minute), value, value <= 5) for minute, value in enumerate([1.0, 9.0, 2.0])]
    chart = draw(points, 5, lower_is_better=True)
    assert [x for x, _, _ in chart.points] == [MARGIN, WIDTH / 2, WIDTH - MARGIN]
    assert [y for _, y, _ in chart.points] == [HEIGHT - MARGIN, MARGIN, 51.5]
    assert chart.threshold_y == HEIGHT / 2
    assert [label for _, _, label in chart.broken] == ["2026-11-02 12:01 UTC: 9"]


def test_many_points_are_thinned_to_the_worst() -> None:
    points = [Point(NOW + timedelta(minutes=n), 100 if n == 555 else 1, n != 555) for n in range(1000)]
    assert len(draw(points, 5, lower_is_better=True).points) <= MOST_POINTS
    assert len(draw(points, 5, lower_is_better=True).broken) == 1
    assert len(draw(points, 5, lower_is_better=False).broken) == 0
