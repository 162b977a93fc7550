"""What was found becomes findings, findings become the exit code, and a skipped test has not passed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from mesh.cli.project import review_command
from mesh.contracts.contract import Product
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lake import Lake, LakeError
from mesh.review import review as review_module
from mesh.review.building import Built, kind_of
from mesh.review.review import Review

Manifest = dict[str, Any]
DAILY = "model.data_mesh.orders_daily"
NOTHING = Review("0123456789abcdef", (), (), (), (), (), 0, 0, ())


def result(unique_id: str, status: str, message: str = "") -> Manifest:
    return {
        "unique_id": unique_id,
        "status": status,
        "message": message,
        "execution_time": 1.0,
        "adapter_response": {},
    }


def is_test(one: Manifest) -> bool:
    """Whether it comes from the `dbt test` of its own."""
    return kind_of(one) in ("test", "unit_test")


class EmptyLake(Lake):
    """Has the columns of orders_daily, and no rows."""

    def query(self, sql: str) -> list[list[Any]]:  # noqa: ARG002
        return [[0] * 5]


@contextmanager
def no_schemas(*_: object, **__: object) -> Iterator[None]:
    yield


def columns_of(_: Lake, schemas: list[str]) -> dict[tuple[str, str], dict[str, str]]:
    total = {"last_state": "varchar", "total": "decimal(38,2)"}
    found = {("gold", "orders_daily"): {**total, "orders": "bigint"}, ("review_gold", "orders_daily"): total}
    return {name: columns for name, columns in found.items() if name[0] in schemas}


def run_review(
    monkeypatch: pytest.MonkeyPatch, base: Manifest, change: Manifest, product: Product, *results: Manifest
) -> Review:
    sides = [SimpleNamespace(prefix=prefix, products=[product]) for prefix in ("review_base_", "review_")]
    built = Built(
        state=base,
        base=base,
        change=change,
        touched=frozenset({"orders_daily"}),
        of_base=(),
        of_change=tuple(one for one in results if not is_test(one)),
        tests=tuple(one for one in results if is_test(one)),
        merges=(),
        merged_again=(),
    )
    monkeypatch.setattr(review_module, "Lake", EmptyLake)
    monkeypatch.setattr(review_module, "review_schemas", no_schemas)
    monkeypatch.setattr(review_module, "columns_of", columns_of)
    monkeypatch.setattr(
        review_module, "base_side", lambda *_: SimpleNamespace(commit="abc", side=sides[0], manifest=base)
    )
    monkeypatch.setattr(review_module, "change_side", lambda _: sides[1])
    monkeypatch.setattr(review_module, "build_sides", lambda *_: built)
    offsets = iter([{("orders", 0): 5, ("orders", 1): 7}, {("orders", 0): 8, ("orders", 1): 7, ("waves", 0): 2}])
    monkeypatch.setattr(review_module, "landed_offsets", lambda _: next(offsets))
    monkeypatch.setattr(review_module, "lint_change", lambda *_: ["a.sql:1 LT01 spaces"])
    return review_module.review(Instance(Path(), Path(), 42000), "main", lambda _: None)


def test_findings_are_failures_breaks_lost_tests_undocumented_columns_and_lint(
    monkeypatch: pytest.MonkeyPatch, base: Manifest, change: Manifest, product: Product
) -> None:
    daily = change["nodes"][DAILY]
    daily |= {"schema": "review_gold", "checksum": "2"}
    daily["columns"]["total"]["description"] = ""
    del change["nodes"]["test.accepted"]
    found = run_review(
        monkeypatch, base, change, product, result("test.data_mesh.not_null_x.1", "fail", "Got 2\n rows")
    )
    assert found.findings == (
        "test not_null_x: Got 2 rows",
        "breaking: orders_daily: orders is removed; orders-dp promises orders_daily: raise its version 1.4.2 to 2.0.0",
        'lost test of orders_current: state: accepted_values({"values": ["open", "done"]})',
        "undocumented: orders_daily.total: describe it beside the model",
        "a.sql:1 LT01 spaces",
    )
    assert [(one.column, one.products) for one in found.reached] == [("orders", ("orders-dp",))]


def test_skipped_test_has_not_passed(
    monkeypatch: pytest.MonkeyPatch, base: Manifest, change: Manifest, product: Product
) -> None:
    statuses = ("pass", "pass", "fail", "error", "skipped", "skipped", "skipped")
    results = [result(f"test.data_mesh.t{number}.1", status) for number, status in enumerate(statuses)]
    found = run_review(monkeypatch, base, change, product, *results)
    assert (found.passed, found.failed) == (2, 2)


def test_failed_model_is_a_finding_and_no_failed_test(
    monkeypatch: pytest.MonkeyPatch, base: Manifest, change: Manifest, product: Product
) -> None:
    results = (result(DAILY, "error", "no such column"), result("test.data_mesh.t.1", "warn"))
    found = run_review(monkeypatch, base, change, product, *results)
    assert found.findings[0] == "model orders_daily: no such column"
    assert (found.passed, found.failed) == (1, 0)


def test_break_of_a_public_model_of_no_product_is_a_finding_until_its_version_is_raised(
    monkeypatch: pytest.MonkeyPatch, base: Manifest, change: Manifest, product: Product
) -> None:
    change["nodes"][DAILY] |= {"schema": "review_gold", "checksum": "2"}
    other = replace(product, outputs=("another",))
    told = "breaking: orders_daily: orders is removed; orders_daily is public: raise contract_version in its meta to 2"
    assert told in run_review(monkeypatch, base, change, other).findings
    change["nodes"][DAILY]["config"]["meta"] = {"contract_version": 2}
    found = run_review(monkeypatch, base, change, other)
    assert not any("breaking" in finding for finding in found.findings)
    assert found.models[0].breaking == ("orders is removed",), "the report shows it all the same"


def test_removed_public_model_is_a_finding_until_it_was_deprecated(
    monkeypatch: pytest.MonkeyPatch, base: Manifest, change: Manifest, product: Product
) -> None:
    opened = "model.data_mesh.orders_open"
    del change["nodes"][opened]
    found = run_review(monkeypatch, base, change, product).findings
    told = "breaking: orders_open: the model is removed; orders_open is public: give it a deprecation_date first"
    assert told in found
    base["nodes"][opened]["deprecation_date"] = "2026-01-01T00:00:00+00:00"
    assert told not in run_review(monkeypatch, base, change, product).findings


def test_failed_unit_test_is_named(
    monkeypatch: pytest.MonkeyPatch, base: Manifest, change: Manifest, product: Product
) -> None:
    failed = result("unit_test.data_mesh.orders_current.newest_wins", "fail", "actual differs")
    found = run_review(monkeypatch, base, change, product, failed)
    assert "newest_wins" in found.findings[0]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (NOTHING, 0),
        (replace(NOTHING, findings=("one",)), 1),
        (MeshError("no common ancestor"), 2),
        (LakeError("Trino does not answer: connection refused"), 2),
        (httpx.ConnectError("connection refused"), 2),
    ],
)
def test_exit_code_says_clean_findings_or_not_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, outcome: Review | Exception, code: int
) -> None:
    def review(*_: object, **__: object) -> Review:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(review_module, "review", review)
    monkeypatch.setattr("mesh.cli.project.require", lambda *_: None)
    ran = CliRunner().invoke(review_command, ["--out", str(tmp_path)], obj=Instance(tmp_path, tmp_path, 42000))
    assert ran.exit_code == code
    assert (tmp_path / "review.html").exists() is (code < 2)


def test_messages_that_land_meanwhile_are_counted(
    monkeypatch: pytest.MonkeyPatch, base: Manifest, change: Manifest, product: Product
) -> None:
    assert run_review(monkeypatch, base, change, product).landed_meanwhile == 3 + 2
