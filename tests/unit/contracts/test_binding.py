"""Each way in which dbt can break a contract is found, named, and found alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mesh.contracts.binding import check_bindings
from mesh.contracts.contract import Product

ORDERS = "model.data_mesh.orders_current"
DAILY = "model.data_mesh.orders_daily"
OTHERS = "model.data_mesh.workers_current"

Manifest = dict[str, Any]
Change = Callable[[Manifest], object]


def test_kept_contract_has_no_fault(product: Product, manifest: Manifest) -> None:
    assert check_bindings([product], manifest) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda m: m["groups"].clear(), "orders-dp: dbt has no group orders"),
        (
            lambda m: m["groups"]["group.data_mesh.orders"]["owner"].update(name="Nobody"),
            "orders-dp: is owned by Order Team, the group orders by Nobody",
        ),
        (lambda m: m["nodes"][ORDERS].update(group="labor"), "orders-dp: orders_current is in the group labor"),
        (lambda m: m["nodes"][ORDERS].update(access="protected"), "orders-dp: orders_current has access protected"),
        (
            lambda m: m["nodes"][ORDERS]["config"]["contract"].update(enforced=False),
            "orders-dp: orders_current has no enforced contract",
        ),
        (
            lambda m: m["nodes"][ORDERS].update(description="Orders."),
            "orders-dp: orders_current does not say its grain",
        ),
        (
            lambda m: m["nodes"][ORDERS]["config"].update(schema="staging"),
            "orders-dp: orders_current is in the schema staging, which is none",
        ),
        (
            lambda m: m["nodes"].pop("test.data_mesh.orders_complete"),
            "orders-dp: no test meets_objective measures the completeness of orders_current",
        ),
        (lambda m: m["exposures"].clear(), "gold.orders_daily has no exposure"),
        (
            lambda m: m["exposures"]["exposure.data_mesh.dashboard"]["owner"].update(email=None),
            "exposure dashboard has an owner without email",
        ),
        (
            lambda m: m["exposures"]["exposure.data_mesh.dashboard"].update(url=None),
            "exposure dashboard has no url",
        ),
        (
            lambda m: m["nodes"][OTHERS]["config"].update(schema="gold"),
            "gold.workers_current belongs to no product",
        ),
    ],
)
def test_broken_binding_is_named(product: Product, manifest: Manifest, change: Change, fault: str) -> None:
    change(manifest)
    found, *_ = check_bindings([product], manifest)
    assert found.startswith(fault)


def test_the_mesh_own_gold_belongs_to_no_product_and_is_exposed_all_the_same(
    product: Product, manifest: Manifest
) -> None:
    manifest["nodes"][OTHERS].update(group="platform")
    manifest["nodes"][OTHERS]["config"].update(schema="gold")
    assert check_bindings([product], manifest) == ["gold.workers_current has no exposure"]


def test_test_of_another_objective_measures_nothing(product: Product, manifest: Manifest) -> None:
    manifest["nodes"]["test.data_mesh.orders_complete"]["test_metadata"]["kwargs"]["objective"] = "accuracy"
    assert check_bindings([product], manifest) == [
        "orders-dp: no test meets_objective measures the completeness of orders_current"
    ]


def test_unbuilt_output_is_no_model(product: Product, manifest: Manifest) -> None:
    faults = check_bindings([replace(product, outputs=(*product.outputs, "orders_live"))], manifest)
    assert faults == ["orders-dp: orders_live is no model"]


def test_input_that_does_not_exist(product: Product, manifest: Manifest) -> None:
    faults = check_bindings([replace(product, inputs=(*product.inputs, "bronze.nothing"))], manifest)
    assert faults == ["orders-dp: reads bronze.nothing, which is no source and no model"]


def test_source_read_without_being_declared(product: Product, manifest: Manifest) -> None:
    faults = check_bindings([replace(product, inputs=("silver.workers_current",))], manifest)
    assert faults == ["orders-dp: reads bronze.orders_raw, which its inputTables do not name"]


def test_another_products_table_read_without_being_declared(product: Product, manifest: Manifest) -> None:
    labor = replace(product, id="labor-dp", outputs=("workers_current",), objectives=(), group="labor", owner="Labor")
    manifest["groups"]["group.data_mesh.labor"] = {"name": "labor", "owner": {"name": "Labor"}}
    manifest["parent_map"][DAILY].append(OTHERS)
    assert check_bindings([product, labor], manifest) == [
        "orders-dp: reads silver.workers_current, which its inputTables do not name"
    ]
    declared = replace(product, inputs=(*product.inputs, "silver.workers_current"))
    assert check_bindings([declared, labor], manifest) == []


def test_table_belongs_to_one_product(product: Product, manifest: Manifest) -> None:
    faults = check_bindings([product, replace(product, id="copy-dp", objectives=())], manifest)
    assert "orders_daily is offered by orders-dp and by copy-dp" in faults
