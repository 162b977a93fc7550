"""The suites: what they say of the products as built, and of products in which everything is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import sync_playwright

from mesh.access.login import MAINTENANCE
from mesh.contracts.contract import read_products
from mesh.errors import MeshError
from mesh.lake import Lake
from mesh.quality.expectations import SOURCE, run_checkpoints
from mesh.quality.gx_suites import Suite, read_suites
from mesh.quality.results import CheckResult
from tests.integration.chain import Chain, query

BAD_PRODUCTS = Path(__file__).with_name("bad_products")
PREFIX = "bad_"
EMPTY = "empty_"
SUITES = {suite.name: suite for suite in read_suites(read_products())}

Results = dict[str, list[CheckResult]]

# the document's Key Validations; each is these columns under these types
DOCUMENT = {
    "orders_dp_quality": {
        "Unique order_id": ["to_be_unique.order_id"],
        "valid status/priority": ["to_be_in_set.status", "to_be_in_set.priority"],
        "timestamp ordering": [
            "greater_than_b.picking_started_at+created_at",
            "greater_than_b.packed_at+picking_started_at",
            "greater_than_b.shipped_at+packed_at",
            "greater_than_b.delivered_at+shipped_at",
            "greater_than_b.cancelled_at+created_at",
        ],
    },
    "inventory_dp_quality": {
        "Non-negative quantities": [
            "to_be_between.quantity_on_hand",
            "to_be_between.quantity_reserved",
            "to_be_between.quantity_available",
        ],
        "unique SKU": ["to_be_unique.sku"],
        "location format": ["to_match_regex.location"],
    },
    "shipping_dp_quality": {
        "Valid carrier codes": ["to_be_in_set.carrier_code", "to_not_be_null.carrier_code"],
        "tracking number format": ["to_match_regex.tracking_number"] * 4,
        "date ordering": [
            "greater_than_b.delivered_at+shipped_at",
            "greater_than_b.estimated_delivery_at+shipped_at",
        ],
    },
}


def by_suite(results: list[CheckResult]) -> Results:
    return {
        name: [result for result in results if result.check_name.startswith(f"{name}.")]
        for name in dict.fromkeys(result.check_name.partition(".")[0] for result in results)
    }


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("expectations")


@pytest.fixture(scope="module")
def started() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def good(chain: Chain, docs: Path, started: datetime) -> Results:
    assert started
    return by_suite(run_checkpoints(chain.instance, docs=docs))


@pytest.fixture(scope="module")
def bad(chain: Chain) -> Iterator[Results]:
    """The outcome of every suite on tables of the products' own columns and types, in schemas aside."""
    schemas = {suite.schema for suite in SUITES.values()}
    with Lake(chain.instance, MAINTENANCE) as lake, pytest.MonkeyPatch.context() as environment:
        try:
            for schema in schemas:
                lake.query(f"create schema if not exists {PREFIX}{schema}")
            for suite in SUITES.values():
                lake.query(_create_bad_table_sql(chain, suite))
            environment.setenv("MESH_SCHEMA_PREFIX", PREFIX)
            yield by_suite(run_checkpoints(chain.instance))
        finally:
            for schema in schemas:
                lake.query(f"drop schema if exists {PREFIX}{schema} cascade")


def _create_bad_table_sql(chain: Chain, suite: Suite) -> str:
    content = yaml.load((BAD_PRODUCTS / f"{suite.name.removesuffix('_quality')}.yaml").read_text(), yaml.BaseLoader)
    rows: list[dict[str, str]] = [{**content["row"], **violation} for violation in content["violations"]]
    types = dict(
        query(
            chain,
            "select column_name, data_type from information_schema.columns"
            f" where table_schema = '{suite.schema}' and table_name = '{suite.table}'",
        )
    )
    columns = sorted({column for row in rows for column in row})
    assert set(columns) <= set(types)
    values = ", ".join(f"({', '.join(_literal(row.get(column)) for column in columns)})" for row in rows)
    selected = ", ".join(
        f"cast({name if name in columns else 'null'} as {kind}) as {name}" for name, kind in types.items()
    )
    rows_of_text = f"(values {values}) as rows ({', '.join(columns)})"
    return f"create table {PREFIX}{suite.table_name} as select {selected} from {rows_of_text}"


def _literal(value: str | None) -> str:
    # every value is text to YAML's base loader
    return "cast(null as varchar)" if value in {None, "null"} else f"'{value}'"


def test_no_query_reads_the_columns_of_the_whole_catalog(chain: Chain, started: datetime, good: Results) -> None:
    assert good  # asked at once: Trino forgets queries after minutes
    sent = query(
        chain,
        "select query from system.runtime.queries"
        f" where source = '{SOURCE}' and created >= from_iso8601_timestamp('{started.isoformat()}')",
    )
    queries = [sql for (sql,) in sent]
    of_columns = [sql for sql in queries if "information_schema" in sql.lower()]
    assert of_columns, "the columns are read some other way: look for it"
    named = ('"table_schema" = ?', '"table_name" = ?')
    assert [sql for sql in of_columns if not all(predicate in sql for predicate in named)] == []
    assert [sql for sql in queries if "jdbc" in sql.lower() or sql.lower().startswith("show")] == []


@pytest.mark.parametrize("suite", SUITES)
def test_every_expectation_passes_on_the_product_as_built(good: Results, suite: str) -> None:
    results = good[suite]
    assert [result.check_name for result in results] == [check.name for check in SUITES[suite].checks]
    assert {result.check_name: result.message for result in results if result.status != "passed"} == {}
    assert all(
        result.evaluated
        for result, check in zip(results, SUITES[suite].checks, strict=True)
        if not check.is_conditional
    )


@pytest.mark.parametrize("suite", SUITES)
def test_every_expectation_fails_on_the_product_that_breaks_it(bad: Results, suite: str) -> None:
    results = bad[suite]
    assert len(results) == len(SUITES[suite].checks)
    expected = {check.name: "failed" if check.severity == "error" else "warned" for check in SUITES[suite].checks}
    assert {result.check_name: result.status for result in results} == expected
    assert all(result.failures and result.message for result in results)


@pytest.mark.parametrize(
    ("suite", "validation"), [(suite, validation) for suite, found in DOCUMENT.items() for validation in found]
)
def test_every_validation_of_the_document_is_made(suite: str, validation: str) -> None:
    wanted = DOCUMENT[suite][validation]
    found = [check.name.rpartition(".")[0] for check in SUITES[suite].checks]
    for name in wanted:
        assert len([one for one in found if one.endswith(f"_{name}")]) == wanted.count(name)


def test_data_docs_need_no_network(good: Results, docs: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "no browser: apt-get install chromium"
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        for suite, results in good.items():
            page.goto((docs / "index.html").as_uri())
            row = page.locator("tr", has_text=results[0].table_name or "").first
            assert f"{len(results)} of {len(results)}" in row.inner_text()
            row.get_by_text("results").click()
            assert f"Validations / {suite}" in page.inner_text("body")
            assert page.locator(".fa-check-circle").count() > len(results)
        browser.close()
    assert len(asked) == 2 * len(good)
    assert [url for url in asked if not url.startswith("file:")] == []


def test_a_table_that_is_gone_is_an_error_of_each_of_its_checks(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_SCHEMA_PREFIX", "no_such_")
    results = run_checkpoints(chain.instance, ["waves-dp"])
    assert [result.check_name for result in results] == [check.name for check in SUITES["waves_dp_quality"].checks]
    assert {(result.status, result.failures) for result in results} == {("errored", None)}
    assert "no_such_silver" in str(results[0].message)


@pytest.mark.parametrize("suite", ["waves_dp_quality", "fulfillment_dp_quality"])
def test_a_product_without_rows_passes_nothing(chain: Chain, monkeypatch: pytest.MonkeyPatch, suite: str) -> None:
    schema, table = SUITES[suite].schema, SUITES[suite].table_name
    query(chain, f"create schema {EMPTY}{schema}")
    try:
        query(chain, f"create table {EMPTY}{table} as select * from {table} where false")
        monkeypatch.setenv("MESH_SCHEMA_PREFIX", EMPTY)
        results = run_checkpoints(chain.instance, [SUITES[suite].product])
    finally:
        query(chain, f"drop schema {EMPTY}{schema} cascade")
    conditional = {check.name for check in SUITES[suite].checks if check.is_conditional}
    assert len(results) == len(SUITES[suite].checks)
    assert {result.status for result in results if result.check_name not in conditional} == {"errored"}


def test_trino_that_does_not_answer_is_one_line(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_TRINO_URL", "http://127.0.0.1:1")
    with pytest.raises(MeshError, match=r"^Trino does not answer at http://127\.0\.0\.1:1: mesh stack up$"):
        run_checkpoints(chain.instance)
