"""Two equal manifests, as small as they can be, for a test to change one of; and a product that promises a model."""

from __future__ import annotations

from typing import Any

import pytest

from mesh.contracts.contract import Product

MERGE, HELPER, DEEPEST = "macro.data_mesh.merged", "macro.data_mesh.helper", "macro.data_mesh.deepest"
# as dbt writes it where nothing is configured
STRICTEST = {
    "severity": "ERROR",
    "where": None,
    "limit": None,
    "fail_calc": "count(*)",
    "warn_if": "!= 0",
    "error_if": "!= 0",
}


def model(name: str, schema: str, sql: str, *columns: str, **config: Any) -> dict[str, Any]:
    return {
        "unique_id": f"model.data_mesh.{name}",
        "resource_type": "model",
        "name": name,
        "alias": name,
        "schema": schema,
        "relation_name": f'"iceberg"."{schema}"."{name}"',
        "raw_code": sql,
        "compiled_code": sql,
        "checksum": {"name": "sha256", "checksum": sql},
        "access": "public",
        "description": f"What {name} is.",
        "contract": {"enforced": True, "checksum": "1"},
        "primary_key": [],
        "deprecation_date": None,
        "config": {"materialized": "view", "meta": {}, **config},
        "unrendered_config": config,
        "depends_on": {"macros": [MERGE], "nodes": []},
        "columns": {column: {"name": column, "description": f"The {column}."} for column in columns},
    }


def generic(asked: str, node: dict[str, Any], column: str | None = None, **arguments: Any) -> dict[str, Any]:
    return {
        "resource_type": "test",
        "name": f"{asked}_{node['name']}_{column}",
        "attached_node": node["unique_id"],
        "column_name": column,
        "test_metadata": {"name": asked, "kwargs": {"model": "...", "column_name": column, **arguments}},
        "checksum": {"name": "none", "checksum": ""},
        "config": dict(STRICTEST),
        "depends_on": {"macros": [], "nodes": [node["unique_id"]]},
    }


def small() -> dict[str, Any]:
    orders = model(
        "orders_current",
        "silver",
        'select order_id, status as state, amount from "iceberg"."bronze"."orders_raw"',
        "order_id",
        "state",
        "amount",
        unique_key="order_id",
    )
    opened = model("orders_open", "silver", 'select * from "iceberg"."silver"."orders_current"')
    daily = model(
        "orders_daily",
        "gold",
        'with o as (select * from "iceberg"."silver"."orders_open")'
        " select max(state) as last_state, sum(amount) as total, count(*) as orders from o",
        "last_state",
        "total",
        "orders",
    )
    singular = {
        "resource_type": "test",
        "name": "daily_counts_every_order",
        "checksum": {"name": "sha256", "checksum": "1"},
        "config": dict(STRICTEST),
        "depends_on": {"macros": [], "nodes": [daily["unique_id"], orders["unique_id"]]},
    }
    return {
        "nodes": {
            **{node["unique_id"]: node for node in (orders, opened, daily)},
            "test.not_null": generic("not_null", orders, "order_id"),
            "test.accepted": generic("accepted_values", orders, "state", values=["open", "done"]),
            "test.complete": generic("complete", orders),
            "test.singular": singular,
        },
        "sources": {
            "source.data_mesh.bronze.orders_raw": {
                "schema": "bronze",
                "name": "orders_raw",
                "columns": {"order_id": {"name": "order_id"}},
            }
        },
        "unit_tests": {
            "unit_test.newest": {"name": "newest_wins", "model": "orders_current", "checksum": "1", "config": {}}
        },
        "macros": {
            MERGE: {"macro_sql": "{{ helper() }}", "depends_on": {"macros": [HELPER]}},
            # the deepest calls the first again
            HELPER: {"macro_sql": "{{ deepest() }}", "depends_on": {"macros": [DEEPEST, "macro.dbt.gone"]}},
            DEEPEST: {"macro_sql": "1", "depends_on": {"macros": [MERGE]}},
            "macro.data_mesh.unused": {"macro_sql": "1", "depends_on": {"macros": []}},
        },
        "metrics": {"metric.total": {"name": "total", "label": "Total", "created_at": 1}},
        "semantic_models": {"semantic_model.orders": {"name": "orders", "node_relation": {"schema_name": "gold"}}},
        "exposures": {
            "exposure.dashboard": {
                "name": "dashboard",
                "label": "Dashboard",
                "depends_on": {"nodes": [daily["unique_id"]]},
            }
        },
    }


@pytest.fixture
def base() -> dict[str, Any]:
    return small()


@pytest.fixture
def change() -> dict[str, Any]:
    return small()


@pytest.fixture
def orders(change: dict[str, Any]) -> dict[str, Any]:
    """The change's orders_current."""
    node: dict[str, Any] = change["nodes"]["model.data_mesh.orders_current"]
    return node


@pytest.fixture
def product() -> Product:
    return Product(
        id="orders-dp",
        version="1.4.2",
        name="Orders",
        domain="orders",
        owner="Order Team",
        group="orders",
        purpose="Every order.",
        usage=None,
        sources=(),
        inputs=("bronze.orders_raw",),
        outputs=("orders_daily",),
        schemas=("gold",),
        objectives=(),
    )
