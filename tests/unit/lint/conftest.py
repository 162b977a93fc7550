"""A manifest as small as the rules allow: a source, its staging view, a table of it, and who reads that."""

from __future__ import annotations

from typing import Any

import pytest

SOURCE, STAGING, TABLE = "source.m.bronze.orders_raw", "model.m.stg_wms__orders", "model.m.orders_current"
KEY_OF_SOURCE, KEY_OF_TABLE = "test.m.key_of_source", "test.m.key_of_table"


@pytest.fixture
def manifest() -> dict[str, Any]:
    return {
        "metadata": {"project_name": "m"},
        "nodes": {
            STAGING: _model("stg_wms__orders", "staging", [SOURCE], "models/staging/wms/_wms__models.yml"),
            TABLE: _model("orders_current", "silver", [STAGING], "models/silver/orders/_silver_orders__models.yml"),
            KEY_OF_SOURCE: _key_test(KEY_OF_SOURCE, "unique_combination", None, [SOURCE]),
            KEY_OF_TABLE: _key_test(KEY_OF_TABLE, "unique", TABLE, [TABLE]),
            "analysis.m.orders_now": {
                "unique_id": "analysis.m.orders_now",
                "resource_type": "analysis",
                "name": "orders_now",
                "raw_code": "select day(created_at) -- from silver.orders\nfrom {{ ref('orders_current') }}",
                "depends_on": {"nodes": [TABLE]},
            },
        },
        "sources": {
            SOURCE: {
                "unique_id": SOURCE,
                "resource_type": "source",
                "source_name": "bronze",
                "name": "orders_raw",
                "columns": {"order_id": {"doc_blocks": ["doc.m.order_id"]}, "landed_at": {"doc_blocks": []}},
            }
        },
        "macros": {
            "macro.m.newest": {
                "name": "newest",
                "package_name": "m",
                "macro_sql": "{% macro newest(relation) %}select max(id) from {{ relation }}{% endmacro %}",
            }
        },
        "unit_tests": {},
        "exposures": {
            "exposure.m.page": {
                "resource_type": "exposure",
                "original_file_path": "models/silver/orders/_orders__exposures.yml",
            }
        },
        "child_map": {SOURCE: [STAGING], STAGING: [TABLE], TABLE: [KEY_OF_TABLE, "exposure.m.page"]},
    }


def _model(name: str, layer: str, parents: list[str], patch: str) -> dict[str, Any]:
    return {
        "unique_id": f"model.m.{name}",
        "resource_type": "model",
        "name": name,
        "fqn": ["m", layer, name],
        "patch_path": f"m://{patch}",
        "depends_on": {"nodes": parents},
        "columns": {"order_id": {"doc_blocks": ["doc.m.order_id"]}},
        "raw_code": "",
    }


def _key_test(unique_id: str, kind: str, attached: str | None, parents: list[str]) -> dict[str, Any]:
    return {
        "unique_id": unique_id,
        "resource_type": "test",
        "name": unique_id.rsplit(".", maxsplit=1)[-1],
        "attached_node": attached,
        "test_metadata": {"name": kind},
        "depends_on": {"nodes": parents},
        "raw_code": "{{ test_unique(**_dbt_generic_test_kwargs) }}",
    }
