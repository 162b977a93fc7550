"""Pages that show data, in a real browser: whatever a value holds, it is text there and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import great_expectations as gx
import pandas as pd
import pytest
from playwright.sync_api import Page, sync_playwright

from mesh.contracts.contract import read_products
from mesh.quality.gx_docs import write_data_docs
from mesh.quality.results import CheckResult
from mesh.quality.status_page import build_page
from mesh.review.differences import ColumnDifference, DataDifference
from mesh.review.nodes import ModelChange
from mesh.review.report import PAGE as REVIEW
from mesh.review.report import write_reports
from mesh.review.review import ModelReview, Review
from mesh.site import CONTENT_POLICY

HOSTILE = [
    "<script>document.title = 'taken'</script>",
    "<img src=x onerror=\"document.title = 'taken'\">",
    "'\"><svg onload=\"document.title = 'taken'\">",
    "</style></script><b>bold</b>",
]
RESULT = CheckResult(
    run_id="run",
    run_at=datetime(2026, 11, 2, 12, tzinfo=UTC),
    tool="great_expectations",
    check_name="orders.expect_column_values_to_be_in_set.status",
    check_type="expect_column_values_to_be_in_set",
    product="orders-dp",
    table_name="silver.orders_current",
    column_name="status",
    severity="error",
    status="failed",
    failures=4,
    evaluated=4,
    message=" ".join(HOSTILE),
)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "no browser: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page()
        browser.close()


def shown(page: Page, file: Path) -> str:
    """The text that a person sees, in a page in which no value has become markup."""
    assert CONTENT_POLICY in file.read_text()
    page.goto(file.as_uri())
    page.wait_for_timeout(200)
    assert page.title() != "taken"
    assert page.locator("b:text-is('bold'), img[src=x], svg[onload]").count() == 0
    return page.inner_text("body")


@pytest.fixture(scope="module")
def data_docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Great Expectations' site of a suite that found every hostile value."""
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("orders")
    batch = asset.add_batch_definition_whole_dataframe("whole")
    suite = context.suites.add(gx.ExpectationSuite("orders"))
    suite.add_expectation(gx.expectations.ExpectColumnValuesToBeInSet(column="status", value_set=["packed"]))
    validation = context.validation_definitions.add(gx.ValidationDefinition(data=batch, suite=suite, name="orders"))
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(name="orders", validation_definitions=[validation], result_format="COMPLETE")
    )
    ran = checkpoint.run(batch_parameters={"dataframe": pd.DataFrame({"status": HOSTILE})})
    assert not ran.success
    return write_data_docs(context, [RESULT], tmp_path_factory.mktemp("docs"))


def test_what_expectations_found_is_text(page: Page, data_docs: Path) -> None:
    (results,) = (data_docs.parent / "validations").rglob("*.html")
    text = shown(page, results)
    assert [value for value in HOSTILE if value not in text] == []
    assert all(value in shown(page, data_docs) for value in HOSTILE)


def test_what_the_status_page_shows_is_text(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "status.html"
    file.write_text(build_page(read_products(), [], [], [RESULT], RESULT.run_at))
    assert all(value in shown(page, file) for value in HOSTILE)


def test_what_a_review_shows_is_text(page: Page, tmp_path: Path) -> None:
    differences = tuple(
        ColumnDifference("status", 1, "", None, None, ((f"{value} key", f"{value} before", f"{value} after"),))
        for value in HOSTILE
    )
    gone, new = (tuple(f"{value} {kind}" for value in HOSTILE) for kind in ("gone", "new"))
    data = DataDifference("orders", ("id",), ("id", "status"), 9, 9, 4, 4, 0, differences, gone, new)
    sql = ("select 1", "\n".join(f"select {value}" for value in HOSTILE))
    reviewed = ModelReview(ModelChange("orders", "changed", ("SQL",)), (), (), data, (None, None), sql)
    write_reports(Review("0123456789abcdef", (reviewed,), (), (), (), (*HOSTILE,), 1, 0, ()), tmp_path)
    text = shown(page, tmp_path / REVIEW)
    values = [f"{value} {kind}" for value in HOSTILE for kind in ("key", "before", "after", "gone", "new")]
    assert [value for value in values if value not in text] == []
    assert all(f"select {value}" in text for value in HOSTILE)
