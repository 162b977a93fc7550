"""A contract and the manifest that keeps it, as small as they can be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mesh.contracts.contract import Objective, Product

ORDERS = "model.data_mesh.orders_current"
DAILY = "model.data_mesh.orders_daily"
RAW = "source.data_mesh.bronze.orders_raw"
OTHERS = "model.data_mesh.workers_current"


@pytest.fixture
def product() -> Product:
    return Product(
        id="orders-dp",
        version="1.0.0",
        name="Orders",
        domain="orders",
        owner="Order Team",
        group="orders",
        purpose="Every order.",
        usage=None,
        sources=("MongoDB wms.orders",),
        inputs=("bronze.orders_raw",),
        outputs=("orders_current", "orders_daily"),
        schemas=("silver", "gold"),
        objectives=(
            Objective("freshness", Decimal(5), "minutes", ("orders_current", "orders_daily")),
            Objective("completeness", Decimal("99.9"), "percent", ("orders_current",)),
        ),
    )


def model(name: str, schema: str, group: str = "orders") -> dict[str, Any]:
    return {
        "unique_id": f"model.data_mesh.{name}",
        "resource_type": "model",
        "name": name,
        "database": "iceberg",
        "schema": schema,
        "group": group,
        "access": "public",
        "description": "One row per order; the latest `state` <of it>.",
        "config": {"schema": schema, "contract": {"enforced": True}},
        "columns": {"order_id": {"name": "order_id", "data_type": "varchar", "description": "Id of the order."}},
    }


@pytest.fixture
def manifest() -> dict[str, Any]:
    return {
        "groups": {"group.data_mesh.orders": {"name": "orders", "owner": {"name": "Order Team"}}},
        "sources": {RAW: {"source_name": "bronze", "name": "orders_raw"}},
        "nodes": {
            ORDERS: model("orders_current", "silver"),
            DAILY: model("orders_daily", "gold"),
            OTHERS: model("workers_current", "silver", group="labor"),
            "test.data_mesh.orders_complete": {
                "resource_type": "test",
                "attached_node": ORDERS,
                "test_metadata": {
                    "name": "meets_objective",
                    "kwargs": {"product": "orders-dp", "objective": "completeness"},
                },
            },
            "test.data_mesh.singular": {"resource_type": "test", "test_metadata": None},
        },
        "parent_map": {ORDERS: [RAW], DAILY: [ORDERS]},
        "exposures": {
            "exposure.data_mesh.dashboard": {
                "name": "dashboard",
                "label": "Dashboard",
                "type": "dashboard",
                "url": "https://dashboards.example.com",
                "description": "Orders a day.",
                "owner": {"name": "Operations", "email": "operations@example.com"},
                "depends_on": {"nodes": [DAILY]},
            }
        },
    }
