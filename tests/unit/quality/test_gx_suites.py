"""The suites: what each product's consumers rely on, and one line for each fault of a file."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mesh.contracts.contract import read_products
from mesh.errors import MeshError
from mesh.instance import REPOSITORY
from mesh.quality.gx_suites import SUITES, Suite, choose_suites, read_suite, read_suites

PRODUCTS = read_products()


@pytest.fixture(scope="module")
def suites() -> list[Suite]:
    return read_suites(PRODUCTS)


def seed(table: str) -> list[dict[str, str]]:
    with (REPOSITORY / f"seeds/{table}.csv").open() as lines:
        return list(csv.DictReader(lines))


def test_every_product_has_a_suite_and_a_checkpoint(suites: list[Suite]) -> None:
    assert {suite.product for suite in suites} == {product.id for product in PRODUCTS}
    assert len(suites) == len(PRODUCTS)
    assert "orders_dp_checkpoint" in {suite.checkpoint_name for suite in suites}


def test_names_of_checks_are_unique_and_stay(suites: list[Suite]) -> None:
    names = [check.name for suite in suites for check in suite.checks]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert names == [check.name for suite in read_suites(PRODUCTS) for check in suite.checks]
    # what has been published under this name stays under it
    assert "orders_dp_quality.expect_column_values_to_be_unique.order_id.bd59b084" in names


def test_no_expectation_of_a_file_is_lost(suites: list[Suite]) -> None:
    for suite in suites:
        content = json.loads((SUITES / f"{suite.name.removesuffix('_quality')}.json").read_text())
        assert [check.type for check in suite.checks] == [raw["type"] for raw in content["expectations"]]


def test_a_share_of_rows_is_the_promise_of_the_contract_unless_stated(suites: list[Suite]) -> None:
    shares = {check.name: mostly(check.expectation) for suite in suites for check in suite.checks}
    assert share_of(shares, "orders_dp_quality.expect_column_values_to_be_in_set.status") == {0.999}
    assert share_of(shares, "inventory_dp_quality.expect_column_values_to_match_regex.location") == {0.9999}
    assert share_of(shares, "fulfillment_dp_quality.") == {1.0}
    assert share_of(shares, "orders_dp_quality.expect_column_values_to_be_unique.order_id") == {1}


def mostly(expectation: Any) -> float:
    return float(expectation.mostly)


def share_of(shares: dict[str, float], prefix: str) -> set[float]:
    return {share for name, share in shares.items() if name.startswith(prefix)}


def test_a_promise_that_changes_leaves_the_names(tmp_path: Path) -> None:
    text = (SUITES / "orders_dp.json").read_text()
    assert '"mostly": 1' in text
    (tmp_path / "orders_dp.json").write_text(text.replace('"mostly": 1', '"mostly": 0.5'))
    changed, suite = (read_suite(folder / "orders_dp.json", PRODUCTS) for folder in (tmp_path, SUITES))
    assert [check.name for check in changed.checks] == [check.name for check in suite.checks]
    assert [mostly(check.expectation) for check in changed.checks] != [
        mostly(check.expectation) for check in suite.checks
    ]


@pytest.mark.parametrize(
    ("suite", "column", "values"),
    [
        ("orders_dp_quality", "status", "order_statuses.status"),
        ("orders_dp_quality", "priority", "order_priorities.priority"),
        ("shipping_dp_quality", "carrier_code", "carriers.carrier_code"),
        ("shipping_dp_quality", "status", "shipment_statuses.status"),
        ("waves_dp_quality", "status", "wave_statuses.status"),
        ("picking_dp_quality", "status", "task_statuses.status"),
        ("packing_dp_quality", "status", "task_statuses.status"),
        ("packing_dp_quality", "priority", "order_priorities.priority"),
        ("labor_dp_quality", "worker_role", "worker_roles.worker_role"),
        ("fulfillment_dp_quality", "priority", "order_priorities.priority"),
    ],
)
def test_what_consumers_know_is_what_the_models_know(suites: list[Suite], suite: str, column: str, values: str) -> None:
    table, _, key = values.partition(".")
    (found,) = kwargs(suites, suite, "expect_column_values_to_be_in_set", column)
    assert found["value_set"] == [row[key] for row in seed(table)]


def test_tracking_numbers_are_checked_by_each_carriers_pattern(suites: list[Suite]) -> None:
    found = kwargs(suites, "shipping_dp_quality", "expect_column_values_to_match_regex", "tracking_number")
    patterns = {one["row_condition"]["parameter"]: one["regex"] for one in found}
    assert patterns == {row["carrier_code"]: row["tracking_number_pattern"] for row in seed("carriers")}


def kwargs(suites: list[Suite], suite: str, kind: str, column: str) -> list[dict[str, Any]]:
    (found,) = [one for one in suites if one.name == suite]
    return [
        check.expectation.configuration.kwargs
        for check in found.checks
        if check.type == kind and check.columns == (column,)
    ]


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (('"name": "orders_dp_quality"', '"name": "orders"'), "name is orders: the file's is orders_dp_quality"),
        (('"product": "orders-dp"', '"product": "order-dp"'), "meta.product is order-dp: there are fulfillment-dp, "),
        (("silver.orders_current", "silver.orders"), "meta.table is silver.orders: orders-dp offers orders_current"),
        (("silver.orders_current", "gold.orders_current"), "meta.table is gold.orders_current: orders-dp offers "),
        (('"meta"', '"metadata"'), "is no suite: it has no meta"),
        (('"expectations"', '"expectation"'), "has no expectations"),
        (("to_be_unique", "to_be_uniq"), "expectation 1: expect_column_values_to_be_uniq: "),
        (('{"column": "order_id"', '{"colum": "order_id"'), "expectation 1: expect_column_values_to_be_unique: "),
        (('"critical"', '"fatal"'), "expectation 1: expect_column_values_to_be_unique: Invalid severity 'fatal'"),
        (('"notes": "A join by order_id counts no order twice."', '"notes": ""'), "has no notes: say what "),
        (('{"column": "customer_id"}', '{"column": "created_at"}'), "states orders_dp_quality."),
        (('"expectations": [', '"expectations": [['), "no JSON: "),
    ],
)
def test_every_fault_is_one_line_with_its_file(tmp_path: Path, edit: tuple[str, str], fault: str) -> None:
    text = (SUITES / "orders_dp.json").read_text()
    assert edit[0] in text
    (tmp_path / "orders_dp.json").write_text(text.replace(*edit, 1))
    with pytest.raises(MeshError) as raised:
        read_suites(PRODUCTS, tmp_path)
    lines = str(raised.value).splitlines()
    assert all(line.startswith("orders_dp.json: ") for line in lines)
    assert any(fault in line for line in lines)


def test_an_expectation_that_counts_no_rows_is_refused(tmp_path: Path) -> None:
    content = json.loads((SUITES / "orders_dp.json").read_text())
    content["expectations"] = [{"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1}}]
    (tmp_path / "orders_dp.json").write_text(json.dumps(content))
    with pytest.raises(MeshError, match="expect_table_row_count_to_be_between counts no rows: a product promises"):
        read_suites(PRODUCTS, tmp_path)


def test_a_folder_without_a_suite_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=r"no suite \*\.json in "):
        read_suites(PRODUCTS, tmp_path)


def test_suites_are_chosen_by_product(suites: list[Suite]) -> None:
    assert choose_suites(suites, None) == suites
    assert [suite.name for suite in choose_suites(suites, ["orders-dp"])] == ["orders_dp_quality"]
    with pytest.raises(MeshError, match="no suite of order-dp: there are fulfillment-dp, inventory-dp, "):
        choose_suites(suites, ["orders-dp", "order-dp"])
