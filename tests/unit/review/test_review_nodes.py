"""Nothing that a change takes away from models, tests and definitions goes unseen, and nothing is made up."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from mesh.review.nodes import (
    DefinitionChange,
    ModelChange,
    TestChange,
    changes_of_definitions,
    changes_of_models,
    changes_of_tests,
)

Manifest = dict[str, Any]
ORDERS = "model.data_mesh.orders_current"
SOURCE = "source.data_mesh.bronze.orders_raw"
ACCEPTED = 'state: accepted_values({"values": ["open", "done"]})'


def test_equal_manifests_have_no_changes(base: Manifest, change: Manifest) -> None:
    assert changes_of_models(base, change, set()) == []
    assert changes_of_tests(base, change) == []
    assert changes_of_definitions(base, change) == []


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (lambda node: node.update(checksum={"checksum": "2"}), "SQL"),
        (lambda node: node.update(access="private"), "configuration"),
        (lambda node: node.update(unrendered_config={"unique_key": "state"}), "configuration"),
        (lambda node: node.update(contract={"enforced": False}), "contract"),
        (lambda node: node.update(description="Another."), "documentation"),
        (lambda node: node["columns"]["state"].update(description="Another."), "documentation"),
    ],
)
def test_change_of_a_model_is_named(
    base: Manifest, change: Manifest, orders: Manifest, edit: Callable[[Manifest], None], what: str
) -> None:
    edit(orders)
    assert changes_of_models(base, change, set()) == [ModelChange("orders_current", "changed", (what,))]


@pytest.mark.parametrize("macro", ["merged", "helper", "deepest"])
def test_changed_macro_changes_the_models_that_call_it_or_call_what_calls_it(
    base: Manifest, change: Manifest, macro: str
) -> None:
    change["macros"][f"macro.data_mesh.{macro}"]["macro_sql"] = "2"
    names = {"orders_current", "orders_open", "orders_daily"}
    found = changes_of_models(base, change, names)
    assert found == [ModelChange(name, "changed", ("macros",)) for name in sorted(names)]


def test_macro_that_nothing_calls_changes_no_model_until_one_calls_it(base: Manifest, change: Manifest) -> None:
    change["macros"]["macro.data_mesh.unused"]["macro_sql"] = "2"
    assert changes_of_models(base, change, set()) == []
    change["macros"]["macro.data_mesh.deepest"]["depends_on"]["macros"].append("macro.data_mesh.unused")
    assert {one.what for one in changes_of_models(base, change, set())} == {("macros",)}


def test_models_come_removed_added_changed_then_downstream(base: Manifest, change: Manifest, orders: Manifest) -> None:
    del change["nodes"]["model.data_mesh.orders_open"]
    change["nodes"]["new"] = {**orders, "name": "a_new_one"}
    change["nodes"][ORDERS] = {**orders, "checksum": "2", "description": "Another."}
    assert changes_of_models(base, change, {"orders_daily", "orders_current", "a_new_one"}) == [
        ModelChange("orders_open", "removed"),
        ModelChange("a_new_one", "added"),
        ModelChange("orders_current", "changed", ("SQL", "documentation")),
        ModelChange("orders_daily", "downstream"),
    ]


@pytest.mark.parametrize(
    ("section", "key", "lost"),
    [
        ("nodes", "test.not_null", TestChange("lost", "order_id: not_null()", "orders_current")),
        ("nodes", "test.accepted", TestChange("lost", ACCEPTED, "orders_current")),
        ("nodes", "test.complete", TestChange("lost", "complete()", "orders_current")),
        ("nodes", "test.singular", TestChange("lost", "daily_counts_every_order", "orders_daily")),
        ("unit_tests", "unit_test.newest", TestChange("lost", "unit test newest_wins", "orders_current")),
    ],
)
def test_test_that_is_gone_is_lost_and_the_other_way_round_added(
    base: Manifest, change: Manifest, section: str, key: str, lost: TestChange
) -> None:
    del change[section][key]
    assert changes_of_tests(base, change) == [lost]
    assert changes_of_tests(change, base) == [TestChange("added", lost.test, lost.model)]


def test_test_with_other_arguments_is_another_test(base: Manifest, change: Manifest) -> None:
    change["nodes"]["test.accepted"]["test_metadata"]["kwargs"]["values"].append("lost")
    assert [(one.kind, one.test) for one in changes_of_tests(base, change)] == [
        ("lost", ACCEPTED),
        ("added", 'state: accepted_values({"values": ["open", "done", "lost"]})'),
    ]


def test_test_keeps_its_identity_under_another_name_and_id(base: Manifest, change: Manifest) -> None:
    change["nodes"]["test.renamed"] = {**change["nodes"].pop("test.not_null"), "name": "renamed"}
    assert changes_of_tests(base, change) == []


def test_test_goes_with_its_column_or_model_without_loss(base: Manifest, change: Manifest, orders: Manifest) -> None:
    del orders["columns"]["state"], change["nodes"]["test.accepted"]
    assert changes_of_tests(base, change) == []
    del change["nodes"][ORDERS], change["nodes"]["test.not_null"], change["nodes"]["test.complete"]
    change["unit_tests"].clear()
    assert changes_of_tests(base, change) == []


def test_tests_of_a_new_model_are_not_told_apart(base: Manifest, change: Manifest) -> None:
    for name in (ORDERS, "test.accepted", "test.not_null", "test.complete"):
        del base["nodes"][name]
    base["unit_tests"].clear()
    assert changes_of_tests(base, change) == []


def test_test_of_a_new_column_is_added(base: Manifest, change: Manifest) -> None:
    del base["nodes"][ORDERS]["columns"]["state"], base["nodes"]["test.accepted"]
    assert changes_of_tests(base, change) == [TestChange("added", ACCEPTED, "orders_current")]


def test_singular_test_that_reads_another_model_first_is_the_same_test(base: Manifest, change: Manifest) -> None:
    change["nodes"]["test.singular"]["depends_on"]["nodes"].reverse()
    assert changes_of_tests(base, change) == []


def test_singular_test_that_reads_a_source_first_is_seen_when_lost(base: Manifest, change: Manifest) -> None:
    base["nodes"]["test.singular"]["depends_on"]["nodes"].insert(0, SOURCE)
    del change["nodes"]["test.singular"]
    assert [(one.kind, one.test) for one in changes_of_tests(base, change)] == [("lost", "daily_counts_every_order")]


def test_singular_test_that_reads_other_models_is_the_same_test(base: Manifest, change: Manifest) -> None:
    change["nodes"]["test.singular"]["depends_on"]["nodes"] = ["model.data_mesh.orders_open"]
    assert changes_of_tests(base, change) == []


@pytest.mark.parametrize("unique_id", [SOURCE, "seed.data_mesh.zones", "snapshot.data_mesh.s"])
def test_test_of_a_source_seed_or_snapshot_is_seen_when_lost(base: Manifest, change: Manifest, unique_id: str) -> None:
    kind, *_, name = unique_id.split(".")
    for manifest in (base, change):
        section = manifest["sources" if kind == "source" else "nodes"]
        section[unique_id] = {"resource_type": kind, "name": name, "columns": {"order_id": {"name": "order_id"}}}
    # asks what a test of orders_current asks as well
    base["nodes"]["test.other"] = {
        **deepcopy(base["nodes"]["test.not_null"]),
        # dbt attaches a source's test to nothing
        "attached_node": None if kind == "source" else unique_id,
        "depends_on": {"macros": [], "nodes": [unique_id]},
    }
    assert changes_of_tests(base, change) == [TestChange("lost", "order_id: not_null()", name)]
    assert changes_of_tests(change, base) == [TestChange("added", "order_id: not_null()", name)]
    for section in ("nodes", "sources"):
        change[section].pop(unique_id, None)
    assert changes_of_tests(base, change) == [], "gone with what it asked about"


@pytest.mark.parametrize("before", ["ERROR", "error"])  # dbt's default, and as one writes it
@pytest.mark.parametrize("after", ["WARN", "warn"])
def test_test_that_only_warns_is_weakened(base: Manifest, change: Manifest, before: str, after: str) -> None:
    base["nodes"]["test.not_null"]["config"]["severity"] = before
    change["nodes"]["test.not_null"]["config"]["severity"] = after
    assert changes_of_tests(base, change) == [TestChange("weakened", "order_id: not_null()", "orders_current")]
    assert changes_of_tests(change, base) == []


@pytest.mark.parametrize(
    ("option", "strict", "loose"),
    [
        ("where", None, "state = 'open'"),
        ("limit", None, 5),
        ("error_if", "!= 0", "> 10"),
        ("warn_if", "!= 0", "> 10"),
        ("fail_calc", "count(*)", "sum(late)"),
    ],
)
def test_test_is_weakened_by_a_condition_and_not_by_its_removal(
    base: Manifest, change: Manifest, option: str, strict: str | None, loose: str
) -> None:
    base["nodes"]["test.complete"]["config"][option] = strict
    change["nodes"]["test.complete"]["config"][option] = loose
    assert changes_of_tests(base, change) == [TestChange("weakened", "complete()", "orders_current")]
    assert changes_of_tests(change, base) == []


@pytest.mark.parametrize(
    ("option", "one", "other"),
    [("where", "a > 1", "b > 1"), ("error_if", "> 10", "> 20"), ("warn_if", "> 1", "< 1"), ("fail_calc", "a", "b")],
)
def test_test_with_another_condition_may_let_pass_what_it_asked_before(
    base: Manifest, change: Manifest, option: str, one: str, other: str
) -> None:
    base["nodes"]["test.complete"]["config"][option] = one
    change["nodes"]["test.complete"]["config"][option] = other
    assert [found.kind for found in changes_of_tests(base, change)] == ["weakened"]
    assert [found.kind for found in changes_of_tests(change, base)] == ["weakened"]


def test_test_whose_query_is_another_is_changed_and_weakened_where_it_is_that_too(
    base: Manifest, change: Manifest
) -> None:
    change["nodes"]["test.singular"]["checksum"] = {"name": "sha256", "checksum": "2"}
    change["unit_tests"]["unit_test.newest"]["checksum"] = "2"
    newest = TestChange("changed", "unit test newest_wins", "orders_current")
    daily = TestChange("changed", "daily_counts_every_order", "orders_daily")
    assert changes_of_tests(base, change) == [newest, daily]
    change["nodes"]["test.singular"]["config"]["severity"] = "warn"
    assert changes_of_tests(base, change) == [TestChange("weakened", daily.test, daily.model), newest]


def test_lost_tests_come_first_then_weakened_changed_and_added_ones(base: Manifest, change: Manifest) -> None:
    change["nodes"]["test.complete"]["config"]["where"] = "1 = 1"
    change["nodes"]["test.not_null"]["test_metadata"]["name"] = "unique"
    change["nodes"]["test.singular"]["checksum"] = {"name": "sha256", "checksum": "2"}
    assert [one.kind for one in changes_of_tests(base, change)] == ["lost", "weakened", "changed", "added"]


def test_definitions_are_added_changed_and_removed(base: Manifest, change: Manifest) -> None:
    change["metrics"]["metric.total"]["label"] = "Sum"
    change["exposures"]["other"] = {"name": "other"}
    change["semantic_models"].clear()
    assert changes_of_definitions(base, change) == [
        DefinitionChange("changed", "metric", "total"),
        DefinitionChange("removed", "semantic model", "orders"),
        DefinitionChange("added", "exposure", "other"),
    ]


def test_definition_parsed_later_into_another_schema_from_another_file_is_the_same(
    base: Manifest, change: Manifest
) -> None:
    change["metrics"]["metric.total"] |= {"created_at": 2, "path": "a", "original_file_path": "b"}
    change["semantic_models"]["semantic_model.orders"]["node_relation"]["schema_name"] = "review_gold"
    assert changes_of_definitions(base, change) == []
