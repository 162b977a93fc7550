"""What the manifest declares, and who reads what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mesh.errors import MeshError
from mesh.maintain.policy import Relation, lake_tables

RULES = {"compact_files_below_mb": 32, "expire_snapshots_after_hours": 6, "remove_orphans_after_hours": 72}
ARCHIVE = {
    "archive_after_days": 365,
    "archive_by": "date",
    "archive_schema": "archive",
    "archive_location": "s3://wms-archive/",
}


def node(unique_id: str, materialized: str | None, schema: str, **meta: object) -> dict[str, Any]:
    name = unique_id.rsplit(".", maxsplit=1)[-1]
    return {
        "unique_id": unique_id,
        "resource_type": unique_id.split(".", maxsplit=1)[0],
        "source_name": schema,
        "schema": schema,
        "alias": name,
        "config": {"meta": meta} | ({"materialized": materialized} if materialized else {}),
    }


def manifest(*nodes: dict[str, Any], edges: dict[str, list[str]] | None = None) -> dict[str, Any]:
    by_id = {node["unique_id"]: node for node in nodes}
    return {
        "sources": {name: node for name, node in by_id.items() if node["resource_type"] == "source"},
        "nodes": {name: node for name, node in by_id.items() if node["resource_type"] != "source"},
        "child_map": {name: (edges or {}).get(name, []) for name in by_id},
    }


def test_readers_are_the_first_incremental_models_behind_views() -> None:
    (table,) = lake_tables(
        manifest(
            node("source.orders_raw", None, "bronze", retention_days=90, **RULES),
            node("model.stg_orders", "view", "staging"),
            node("model.live", "view", "federated"),
            node("model.merged", "incremental", "silver"),
            node("model.read_live", "incremental", "silver"),
            node("model.daily", "incremental", "gold"),
            node("model.copied", "table", "gold"),
            node("model.of_the_copy", "incremental", "gold"),
            node("test.stg_orders", "test", "tests"),
            edges={
                "source.orders_raw": ["model.stg_orders", "test.stg_orders"],
                "model.stg_orders": ["model.merged", "model.live", "model.copied"],
                "model.live": ["model.read_live", "exposure.board"],
                "model.merged": ["model.daily"],
                "model.copied": ["model.of_the_copy"],
            },
        )
    )
    assert table.readers == (Relation("silver", "merged"), Relation("silver", "read_live"))
    assert table.is_bronze and table.retention == timedelta(days=90) and table.archive is None


def test_views_and_tables_without_rules_are_left_alone() -> None:
    assert not lake_tables(manifest(node("model.a", "view", "silver", **RULES), node("model.b", "table", "gold")))


def test_archive_is_declared_with_its_place() -> None:
    (table,) = lake_tables(manifest(node("model.daily", "incremental", "gold", **RULES, **ARCHIVE)))
    assert table.archive and table.archive.into == Relation("archive", "daily")
    assert (table.archive.by, table.archive.location) == ("date", "s3://wms-archive/")
    assert table.retention is None and table.archive.after == timedelta(days=365)


@pytest.mark.parametrize("missing", ["compact_files_below_mb", "archive_by"])
def test_half_a_declaration_is_named(missing: str) -> None:
    meta = {name: value for name, value in (RULES | ARCHIVE).items() if name != missing}
    with pytest.raises(MeshError, match=rf"model\.daily: .* no {missing}"):
        lake_tables(manifest(node("model.daily", "incremental", "gold", **meta)))


def test_a_source_that_flink_does_not_write_is_compacted_as_any_table() -> None:
    (table,) = lake_tables(manifest(node("source.check_results", None, "quality", **RULES)))
    assert not table.is_bronze
