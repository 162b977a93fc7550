"""A project of one source, two models, a test and an exposure, as dbt's artifacts tell of it."""

from __future__ import annotations

from typing import Any

import pytest

from mesh.catalog.inputs import Project


@pytest.fixture
def project() -> Project:
    """orders_raw -> stg_orders -> orders_daily -> dashboard; the live model reads MongoDB besides."""
    models = {
        "model.m.stg_orders": _model("stg_orders", "staging", ["source.m.bronze.orders_raw"], "select id from {}"),
        "model.m.orders_daily": _model("orders_daily", "gold", ["model.m.stg_orders", "source.m.mongodb.orders"], ""),
    }
    test = {
        "resource_type": "test",
        "name": "two_tables_agree",
        "unique_id": "test.m.two_tables_agree",
        "depends_on": {"nodes": ["model.m.orders_daily", "model.m.stg_orders"]},
    }
    manifest = {
        "metadata": {},
        "nodes": {**models, "test.m.two_tables_agree": test},
        "sources": {
            "source.m.bronze.orders_raw": _source("iceberg", "bronze", "orders_raw"),
            "source.m.mongodb.orders": _source("mongodb", "wms", "orders"),
        },
        "exposures": {
            f"exposure.m.{kind}": {"name": f"the_{kind}", "type": kind, "meta": {}}
            for kind in ("dashboard", "notebook")
        },
        "unit_tests": {},
    }
    catalog = {
        "nodes": {key: _columns("id", "status") for key in models},
        "sources": {key: _columns("id", "status") for key in manifest["sources"]},
    }
    return Project(manifest, catalog, [], {})


def _model(name: str, schema: str, reads: list[str], sql: str) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "name": name,
        "alias": name,
        "unique_id": f"model.m.{name}",
        "database": "iceberg",
        "schema": schema,
        "config": {"schema": schema, "materialized": "view"},
        "depends_on": {"nodes": reads, "macros": []},
        "compiled_code": sql,
    }


def _source(database: str, schema: str, name: str) -> dict[str, Any]:
    return {
        "resource_type": "source",
        "source_name": "mongodb" if database == "mongodb" else schema,
        "name": name,
        "identifier": name,
        "database": database,
        "schema": schema,
    }


def _columns(*names: str) -> dict[str, Any]:
    return {"columns": {name: {"name": name, "index": number, "type": "varchar"} for number, name in enumerate(names)}}
