"""Each rule over a manifest: one that keeps it, and what breaks it."""

from __future__ import annotations

from typing import Any

import pytest

from mesh.lint import files, keys, references, shared_columns

Manifest = dict[str, Any]
STAGING, TABLE = "model.m.stg_wms__orders", "model.m.orders_current"


def test_sound_manifest_has_no_finding(manifest: Manifest) -> None:
    found = [
        *shared_columns.undocumented_shared_columns(manifest),
        *files.misplaced_properties(manifest),
        *keys.untested_keys(manifest),
        *references.dead_ends(manifest, offered=[]),
        *references.hard_coded_relations(manifest),
    ]
    assert found == []


def test_column_that_is_used_twice_and_described_apart(manifest: Manifest) -> None:
    manifest["nodes"][TABLE]["columns"]["order_id"]["doc_blocks"] = []
    (finding,) = shared_columns.undocumented_shared_columns(manifest)
    assert (finding.rule, finding.subject) == (shared_columns.RULE, "orders_current.order_id")
    assert "{{ doc('order_id') }}" in finding.message


def test_column_of_a_source_is_shared_too(manifest: Manifest) -> None:
    manifest["nodes"][STAGING]["columns"]["landed_at"] = {"doc_blocks": ["doc.m.landed_at"]}
    (finding,) = shared_columns.undocumented_shared_columns(manifest)
    assert finding.subject == "bronze.orders_raw.landed_at"


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("models/silver/orders/schema.yml", "_silver_orders__models.yml or _orders__models.yml"),
        ("models/silver/orders/_silver_waves__models.yml", "_silver_orders__models.yml or _orders__models.yml"),
        ("models/silver/orders/_orders__unit_tests.yml", "_silver_orders__models.yml or _orders__models.yml"),
    ],
)
def test_properties_file_named_otherwise(manifest: Manifest, path: str, right: str) -> None:
    manifest["nodes"][TABLE]["patch_path"] = f"m://{path}"
    (finding,) = files.misplaced_properties(manifest)
    assert (finding.subject, finding.message) == (path, f"rename it to {right}")


@pytest.mark.parametrize("kind", ["unit_tests", "exposures"])
def test_unit_tests_and_exposures_have_their_own_files(manifest: Manifest, kind: str) -> None:
    wrong = "models/silver/orders/_silver_orders__models.yml"
    manifest[kind]["another"] = {"resource_type": kind.removesuffix("s"), "original_file_path": wrong}
    (finding,) = files.misplaced_properties(manifest)
    assert finding.message == f"rename it to _silver_orders__{kind}.yml or _orders__{kind}.yml"


def test_table_without_a_tested_key(manifest: Manifest) -> None:
    del manifest["nodes"]["test.m.key_of_table"]
    (finding,) = keys.untested_keys(manifest)
    assert (finding.subject, finding.message) == ("orders_current", "give it a test unique or unique_combination")


def test_not_null_is_no_key(manifest: Manifest) -> None:
    manifest["nodes"]["test.m.key_of_table"]["test_metadata"]["name"] = "not_null"
    assert [finding.subject for finding in keys.untested_keys(manifest)] == ["orders_current"]


def test_staging_has_the_key_of_its_source_or_none(manifest: Manifest) -> None:
    del manifest["nodes"]["test.m.key_of_source"]
    (finding,) = keys.untested_keys(manifest)
    assert finding.subject == "stg_wms__orders"
    assert "its source" in finding.message


def test_silver_does_not_inherit_a_key(manifest: Manifest) -> None:
    manifest["nodes"][STAGING]["fqn"][1] = "silver"
    assert [finding.subject for finding in keys.untested_keys(manifest)] == ["stg_wms__orders"]


def test_model_that_nobody_reads(manifest: Manifest) -> None:
    manifest["child_map"][TABLE] = ["test.m.key_of_table", "unit_test.m.counts", "analysis.m.orders_now"]
    (finding,) = references.dead_ends(manifest, offered=["waves_current"])
    assert (finding.rule, finding.subject) == (references.DEAD_END, "orders_current")
    assert not list(references.dead_ends(manifest, offered=["orders_current"])), "a product offers it"


@pytest.mark.parametrize(
    "relation",
    [
        "iceberg.silver.orders",
        "silver.orders",
        '"silver"."orders"',
        "{{ target.database }}.silver.orders",
        "{{ env_var('MESH_BRONZE_SCHEMA', 'bronze') }}.orders_raw",
    ],
)
@pytest.mark.parametrize("verb", ["from", "inner join", "FROM\n   "])
def test_relation_named_in_sql(manifest: Manifest, verb: str, relation: str) -> None:
    manifest["nodes"]["analysis.m.orders_now"]["raw_code"] = f"select 1 {verb} {relation} as orders"
    (finding,) = references.hard_coded_relations(manifest)
    assert (finding.rule, finding.subject) == (references.HARD_CODED, "orders_now")
    assert relation in finding.message


def test_relation_named_in_a_macro_of_ours(manifest: Manifest) -> None:
    manifest["macros"]["macro.m.newest"]["macro_sql"] = "select max(id) from silver.orders"
    assert [finding.subject for finding in references.hard_coded_relations(manifest)] == ["newest"]
    manifest["macros"]["macro.m.newest"]["package_name"] = "dbt"
    assert not list(references.hard_coded_relations(manifest)), "dbt's own macros are not ours to mend"
