from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mesh.contracts.contract import read_products
from mesh.errors import MeshError
from mesh.quality.dbt_results import check_results, model_runs, read_run_results
from mesh.quality.results import CheckResult

ORDERS = "model.data_mesh.orders_current"
TIMING = [
    {"name": "compile", "started_at": "2026-11-01T09:59:00.000000Z", "completed_at": "2026-11-01T09:59:01.000000Z"},
    {"name": "execute", "started_at": "2026-11-01T10:00:00.000000Z", "completed_at": "2026-11-01T10:00:02.500000Z"},
]


def node(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"resource_type": kind, "name": name, "config": {}, "depends_on": {"nodes": [ORDERS]}, **more}


MANIFEST: dict[str, Any] = {
    "sources": {},
    "nodes": {
        ORDERS: node("model", "orders_current", unique_id=ORDERS, config={"schema": "silver"}),
        "test.unique": node(
            "test", "unique_orders_current_order_id", attached_node=ORDERS, column_name="order_id",
            test_metadata={"name": "unique"}, config={"severity": "WARN"},
        ),
        "test.sql": node("test", "counts_agree", attached_node=None, depends_on={"nodes": [ORDERS, "model.other"]}),
    },
    "unit_tests": {"unit_test.one": node("unit_test", "rules", model="orders_current")},
}  # fmt: skip


def run(unique_id: str, status: str, failures: int | None = 0, message: str | None = None) -> dict[str, Any]:
    result = {
        "unique_id": unique_id,
        "status": status,
        "failures": failures,
        "message": message,
        "timing": [] if status == "skipped" else TIMING,
    }
    metadata = {"invocation_id": "run-1", "generated_at": "2026-11-01T10:05:00.000000Z"}
    return {"metadata": metadata, "results": [result]}


def outcome(*result: Any) -> CheckResult:
    (found,) = check_results(run(*result), MANIFEST, read_products())
    return found


def test_a_test_tells_its_table_column_product_and_time() -> None:
    found = outcome("test.unique", "warn", 3, "Got 3 results,\n configured to warn")
    assert (found.tool, found.run_id, found.check_name) == ("dbt", "run-1", "unique_orders_current_order_id")
    assert (found.product, found.table_name, found.column_name) == ("orders-dp", "silver.orders_current", "order_id")
    assert (found.check_type, found.severity, found.status, found.failures) == ("unique", "warn", "warned", 3)
    assert found.run_at.isoformat() == "2026-11-01T10:00:02.500000+00:00"
    assert found.message == "Got 3 results, configured to warn"


@pytest.mark.parametrize(
    ("status", "expected", "failures"),
    [("pass", "passed", 0), ("fail", "failed", 0), ("error", "errored", None), ("skipped", "skipped", None)],
)
def test_every_status_has_its_word(status: str, expected: str, failures: int | None) -> None:
    found = outcome("test.unique", status, 0)
    assert (found.status, found.failures) == (expected, failures)


def test_a_status_that_is_not_known_is_an_error_and_not_a_success() -> None:
    with pytest.raises(KeyError):
        outcome("test.unique", "quantum")


def test_what_never_ran_has_the_time_of_the_run() -> None:
    assert outcome("test.unique", "skipped", None).run_at.isoformat() == "2026-11-01T10:05:00+00:00"


def test_a_test_of_several_tables_belongs_to_none() -> None:
    found = outcome("test.sql", "pass")
    assert (found.table_name, found.product, found.check_type) == (None, None, "sql")


def test_a_unit_test_belongs_to_its_model() -> None:
    found = outcome("unit_test.one", "pass")
    assert (found.check_name, found.check_type) == ("orders_current.rules", "unit_test")
    assert found.table_name == "silver.orders_current"


def test_runs_of_models_are_no_checks() -> None:
    results = run(ORDERS, "success")
    assert check_results(results, MANIFEST, read_products()) == []
    (row,) = model_runs(results, MANIFEST)
    assert (row["table_name"], row["status"]) == ("silver.orders_current", "success")
    assert (row["completed_at"] - row["started_at"]).total_seconds() == 2.5
    assert list(model_runs(run("test.unique", "pass"), MANIFEST)) == []


def test_a_run_that_was_not_is_told(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="dbt has run nothing yet, start with dbt build"):
        read_run_results(tmp_path)


def test_a_product_that_does_not_offer_the_table_is_not_named() -> None:
    products = [replace(product, outputs=()) for product in read_products()]
    (found,) = check_results(run("test.unique", "pass"), MANIFEST, products)
    assert found.product is None
