"""What breaks a consumer is told from what does not, and the contract's version has to say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mesh.contracts.contract import Product
from mesh.review.contracts import ColumnChange, breaking_changes, changes_of_columns, key_of, unversioned

Node = dict[str, Any]


@pytest.fixture
def before(base: Node) -> Node:
    node: Node = base["nodes"]["model.data_mesh.orders_current"]
    return node


def test_columns_are_removed_added_and_of_another_type() -> None:
    before = {"id": "bigint", "gone": "date", "kind": "varchar"}
    after = {"kind": "integer", "id": "bigint", "new": "double"}
    assert changes_of_columns(before, after) == [
        ColumnChange("gone", "removed", "date", None),
        ColumnChange("kind", "type", "varchar", "integer"),
        ColumnChange("new", "added", None, "double"),
    ]


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("integer", "bigint"),
        ("tinyint", "bigint"),
        ("real", "double"),
        ("varchar(10)", "varchar(20)"),
        ("varchar(10)", "varchar"),
        ("decimal(10,2)", "decimal(12,2)"),
        ("decimal(10,2)", "decimal(12,4)"),
    ],
)
def test_wider_type_is_compatible_and_the_narrower_one_breaks(narrow: str, wide: str) -> None:
    assert not ColumnChange("c", "type", narrow, wide).is_breaking
    assert ColumnChange("c", "type", wide, narrow).is_breaking


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("decimal(10,2)", "decimal(10,4)"),  # fewer digits before the point
        ("bigint", "varchar"),
        ("timestamp(6)", "timestamp(6) with time zone"),
        ("array(varchar(5))", "array(varchar(9))"),
        ("varchar(5)", "char(5)"),
    ],
)
def test_other_type_breaks(before: str, after: str) -> None:
    assert ColumnChange("c", "type", before, after).is_breaking


def test_added_column_breaks_nobody_and_a_removed_one_does(before: Node, orders: Node) -> None:
    assert breaking_changes(before, orders, [ColumnChange("c", "added", None, "date")]) == []
    assert breaking_changes(before, orders, [ColumnChange("c", "removed", "date", None)]) == ["c is removed"]


def test_narrowed_type_breaks(before: Node, orders: Node) -> None:
    found = breaking_changes(before, orders, [ColumnChange("c", "type", "bigint", "integer")])
    assert found == ["c is integer, was bigint"]


def test_removed_model_breaks_and_a_new_one_does_not(orders: Node) -> None:
    assert breaking_changes(orders, None, []) == ["the model is removed"]
    assert breaking_changes(None, orders, []) == []


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (lambda node: node["config"].update(unique_key=["a", "b"]), "the key is a, b, was order_id"),
        (lambda node: node["config"].update(unique_key=None), "the key is none, was order_id"),
        (lambda node: node.update(access="protected"), "access is protected, was public"),
        (lambda node: node.update(contract={"enforced": False}), "the contract is enforced no more"),
    ],
)
def test_promise_taken_back_breaks_and_given_does_not(
    before: Node, orders: Node, edit: Callable[[Node], None], found: str
) -> None:
    edit(orders)
    assert breaking_changes(before, orders, []) == [found]
    if "key is a" not in found:
        assert breaking_changes(orders, before, []) == []


def test_key_in_another_order_is_the_same_key(before: Node, orders: Node) -> None:
    before["config"]["unique_key"], orders["config"]["unique_key"] = ["a", "b"], ["b", "a"]
    assert breaking_changes(before, orders, []) == []


def test_key_is_configured_or_tested(orders: Node) -> None:
    assert key_of(orders) == ("order_id",)
    assert key_of({"config": {"unique_key": None}, "primary_key": ["a", "b"]}) == ("a", "b")
    assert key_of({"config": {}}) == ()


@pytest.fixture
def daily(base: Node) -> Node:
    """What the product promises."""
    node: Node = base["nodes"]["model.data_mesh.orders_daily"]
    return node


@pytest.mark.parametrize("is_removed", [False, True])
@pytest.mark.parametrize("version", ["1.4.2", "1.5.0", "0.9.0"])
def test_breaking_a_promise_needs_the_next_major_version(
    daily: Node, product: Product, version: str, is_removed: bool
) -> None:
    after = None if is_removed else daily
    wanted = unversioned(daily, after, [product], [replace(product, version=version)])
    assert wanted == "orders-dp promises orders_daily: raise its version 1.4.2 to 2.0.0"


@pytest.mark.parametrize("is_removed", [False, True])
@pytest.mark.parametrize("version", ["2.0.0", "10.0.0"])
def test_next_major_version_allows_it(daily: Node, product: Product, version: str, is_removed: bool) -> None:
    raised = replace(product, version=version, outputs=())
    assert unversioned(daily, None if is_removed else daily, [product], [raised]) is None


def test_promised_model_has_the_version_of_its_product_alone(daily: Node, product: Product) -> None:
    after = {**daily, "config": {"meta": {"contract_version": 9}}}
    before = {**daily, "deprecation_date": "2026-01-01"}
    assert unversioned(before, after, [product], [product]) is not None
    assert unversioned(before, None, [product], [product]) is not None
    before["access"] = "protected"
    assert unversioned(before, after, [product], [product]) is not None


def test_product_that_is_gone_promises_nothing(daily: Node, product: Product) -> None:
    assert unversioned(daily, daily, [product], []) is None


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [(None, None, 2), (None, 1, 2), (1, 1, 2), (3, 3, 4), (3, 2, 4), (3, None, 4), ("9", "9", 10)],
)
def test_public_model_of_no_product_needs_a_higher_contract_version(
    before: Node, orders: Node, old: int | str | None, new: int | str | None, wanted: int
) -> None:
    for node, version in ((before, old), (orders, new)):
        node["config"]["meta"] = {} if version is None else {"contract_version": version}
    todo = unversioned(before, orders, [], [])
    assert todo == f"orders_current is public: raise contract_version in its meta to {wanted}"


@pytest.mark.parametrize(("old", "new"), [(None, 2), (1, 2), (3, 7), ("9", "10")])
def test_higher_contract_version_allows_it(
    before: Node, orders: Node, product: Product, old: int | str | None, new: int | str
) -> None:
    before["config"]["meta"] = {} if old is None else {"contract_version": old}
    orders["config"]["meta"] = {"contract_version": new}
    assert unversioned(before, orders, [product], [product]) is None


def test_access_taken_away_needs_a_higher_contract_version_too(before: Node, orders: Node) -> None:
    orders["access"] = "protected"
    assert unversioned(before, orders, [], []) is not None
    orders["config"]["meta"] = {"contract_version": 2}
    assert unversioned(before, orders, [], []) is None


def test_public_model_is_removed_only_after_it_was_deprecated(before: Node) -> None:
    assert unversioned(before, None, [], []) == "orders_current is public: give it a deprecation_date first"
    before["config"]["meta"] = {"contract_version": 2}
    assert unversioned(before, None, [], []) is not None
    before["deprecation_date"] = "2026-01-01T00:00:00+00:00"
    assert unversioned(before, None, [], []) is None


def test_deprecation_date_that_the_change_itself_sets_is_too_late(before: Node, orders: Node) -> None:
    orders["deprecation_date"] = "2026-01-01T00:00:00+00:00"
    assert unversioned(before, orders, [], []) is not None


@pytest.mark.parametrize("access", ["protected", "private"])
def test_model_that_is_not_public_needs_nothing(before: Node, orders: Node, product: Product, access: str) -> None:
    before["access"] = access
    assert unversioned(before, orders, [product], [product]) is None
    assert unversioned(before, None, [product], [product]) is None
