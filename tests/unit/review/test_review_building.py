"""Both sides are built without tests, which run on their own: a failed one keeps no model from being compared."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mesh.instance import Instance
from mesh.review.building import Built, build_sides, kind_of, name_of

Manifest = dict[str, Any]
DAILY, ORDERS = "model.data_mesh.orders_daily", "model.data_mesh.orders_current"
MERGED = {"materialized": "incremental", "incremental_strategy": "cdc_merge", "meta": {}}


class FakeSide:
    """Answers every command with the results that were given for it, and notes it."""

    def __init__(self, manifest: Manifest, **results: list[Manifest]) -> None:
        self._manifest = manifest
        self._results = results
        self.ran: list[tuple[str, ...]] = []

    def run(self, _: Instance, *arguments: str) -> list[Manifest]:
        self.ran.append(arguments)
        return self._results[arguments[0]]

    def manifest(self) -> Manifest:
        return self._manifest


class NotedLake:
    def __init__(self) -> None:
        self.queries: list[str] = []

    def query(self, sql: str) -> list[list[Any]]:
        self.queries.append(sql)
        return []


def result(unique_id: str, status: str = "success") -> Manifest:
    return {"unique_id": unique_id, "status": status, "adapter_response": {}, "execution_time": 1.0}


def build(base: FakeSide, change: FakeSide, lake: NotedLake | None = None) -> Built:
    of_base = SimpleNamespace(side=base, manifest=base.manifest(), state=Path("/state"))
    return build_sides(Instance(Path(), Path(), 42000), lake or NotedLake(), of_base, change, lambda _: None)


def test_tests_are_run_apart_from_the_models(base: Manifest, change: Manifest) -> None:
    models, tests = [result(ORDERS), result(DAILY)], [result("test.data_mesh.t.1", "fail")]
    side = FakeSide(change, build=models, test=tests)
    built = build(FakeSide(base, run=models), side)
    assert (built.of_change, built.tests) == (tuple(models), tuple(tests))
    assert built.touched == {"orders_current", "orders_daily"}, "a failed test stops nothing"
    assert [arguments[0] for arguments in side.ran] == ["build", "test"]
    assert [arguments.count("--exclude-resource-type") for arguments in side.ran] == [2, 0]
    assert built.results() == (*models, *tests, *models)


def test_base_builds_what_it_has_of_the_touched_models(base: Manifest, change: Manifest) -> None:
    del base["nodes"][ORDERS]
    side = FakeSide(base, run=[result(DAILY)])
    build(side, FakeSide(change, build=[result(ORDERS), result(DAILY, "error")], test=[]))
    assert side.ran == [("run", "--select", "orders_daily", "--defer", "--state", "/state")]


def test_nothing_touched_builds_nothing_on_the_base(base: Manifest, change: Manifest) -> None:
    side, lake = FakeSide(base), NotedLake()
    built = build(side, FakeSide(change, build=[], test=[]), lake)
    assert (side.ran, lake.queries, built.touched, built.merged_again) == ([], [], frozenset(), ())


@pytest.mark.parametrize(("status", "merged"), [("success", ("orders_current",)), ("error", ())])
def test_incremental_model_that_was_built_is_merged_again(
    base: Manifest, change: Manifest, orders: Manifest, status: str, merged: tuple[str, ...]
) -> None:
    orders["config"] = MERGED
    lake, again = NotedLake(), [result(ORDERS)]
    side = FakeSide(change, build=[result(ORDERS, status), result(DAILY)], test=[], run=again)
    built = build(FakeSide(base, run=[]), side, lake)
    assert (built.merged_again, len(lake.queries)) == (merged, len(merged))
    assert built.merges == (tuple(again) if merged else ())
    assert [arguments[2:3] for arguments in side.ran if arguments[0] == "run"] == [(name,) for name in merged]


@pytest.mark.parametrize(
    ("unique_id", "kind", "name"),
    [
        (DAILY, "model", "orders_daily"),
        ("test.data_mesh.not_null_x.1a2b", "test", "not_null_x"),
        ("test.data_mesh.singular", "test", "singular"),
        ("unit_test.data_mesh.orders_current.newest_wins", "unit_test", "newest_wins"),
        ("seed.data_mesh.zones", "seed", "zones"),
    ],
)
def test_result_is_named_after_its_node(unique_id: str, kind: str, name: str) -> None:
    assert (kind_of(result(unique_id)), name_of(result(unique_id))) == (kind, name)
