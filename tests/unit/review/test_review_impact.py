"""A changed column is followed to every column, exposure and product that is made of it."""

from __future__ import annotations

from typing import Any

import pytest

from mesh.contracts.contract import Product
from mesh.review.impact import Reached, reached_by, reached_by_rows

Manifest = dict[str, Any]
ORDERS = {"order_id": "varchar", "state": "varchar", "amount": "decimal(10,2)"}
TABLES = {
    ("bronze", "orders_raw"): {"order_id": "varchar", "status": "varchar", "amount": "decimal(10,2)"},
    ("silver", "orders_current"): ORDERS,
    ("silver", "orders_open"): ORDERS,
    ("gold", "orders_daily"): {"last_state": "varchar", "total": "decimal(38,2)", "orders": "bigint"},
}


@pytest.mark.parametrize(("column", "made_of_it"), [("state", "last_state"), ("amount", "total")])
def test_column_reaches_through_two_models_that_select_everything(
    base: Manifest, product: Product, column: str, made_of_it: str
) -> None:
    assert reached_by([("orders_current", column)], base, TABLES, [product]) == [
        Reached(
            "orders_current",
            column,
            (f"orders_daily.{made_of_it}", f"orders_open.{column}"),
            ("Dashboard",),
            ("orders-dp",),
        )
    ]


def test_column_that_nothing_reads_on_stops_where_it_is(base: Manifest, product: Product) -> None:
    found = reached_by([("orders_current", "order_id")], base, TABLES, [product])
    assert found == [Reached("orders_current", "order_id", ("orders_open.order_id",), (), ())]


def test_exposure_and_product_of_the_changed_model_itself_are_reached(base: Manifest, product: Product) -> None:
    base["exposures"]["exposure.dashboard"]["label"] = None
    found = reached_by([("orders_daily", "orders")], base, TABLES, [product])
    assert found == [Reached("orders_daily", "orders", (), ("dashboard",), ("orders-dp",))]


def test_model_without_compiled_sql_is_passed_over(base: Manifest) -> None:
    del base["nodes"]["model.data_mesh.orders_open"]["compiled_code"]
    found = reached_by([("orders_current", "state")], base, TABLES, [])
    assert found == [Reached("orders_current", "state", (), (), ())]


def test_tables_that_the_review_built_itself_are_followed(base: Manifest) -> None:
    tables = dict(TABLES)
    for node in base["nodes"].values():
        if sql := node.get("compiled_code"):
            node["compiled_code"] = sql.replace('"silver"', '"review_base_silver"')
    for schema, name in TABLES:
        if schema == "silver":
            tables[("review_base_silver", name)] = tables.pop((schema, name))
    (found,) = reached_by([("orders_current", "state")], base, tables, [])
    assert found.below == ("orders_daily.last_state", "orders_open.state")


def test_rows_reach_every_model_that_reads_them_and_its_consumers(base: Manifest, product: Product) -> None:
    base["child_map"] = {
        "model.data_mesh.orders_current": ["model.data_mesh.orders_open", "test.data_mesh.counted"],
        "model.data_mesh.orders_open": ["model.data_mesh.orders_daily"],
    }
    # the count of rows is made of no column
    assert reached_by_rows(["orders_current", "orders_daily"], base, [product]) == [
        Reached("orders_current", "", ("orders_daily", "orders_open"), ("Dashboard",), ("orders-dp",)),
        Reached("orders_daily", "", (), ("Dashboard",), ("orders-dp",)),
    ]
