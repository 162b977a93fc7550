"""This project keeps its rules, and dbt-bouncer finds what is broken in it."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from mesh.instance import Instance
from mesh.lint import bouncer, current_manifest
from mesh.lint.exceptions import read_exceptions, subtract_exceptions
from mesh.lint.rules import find_all

Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def manifest(parsed_project: Path) -> Manifest:
    read: Manifest = json.loads((parsed_project / "manifest.json").read_text())
    return read


def test_project_has_no_finding_and_needs_its_exceptions(parsed_project: Path, manifest: Manifest) -> None:
    found = subtract_exceptions(find_all(manifest, bouncer.read_settings(), parsed_project), read_exceptions())
    assert not found, "\n".join(finding.line() for finding in found)


def _break(manifest: Manifest) -> None:
    nodes = {unique_id.split(".")[-1]: node for unique_id, node in manifest["nodes"].items()}

    def read(reader: str, *parents: str) -> None:
        nodes[reader]["depends_on"]["nodes"] = list(parents)

    read("stg_wms__orders", "source.data_mesh.bronze.orders_raw", "source.data_mesh.bronze.waves_raw")
    read("stg_wms__waves", "source.data_mesh.bronze.waves_raw", "model.data_mesh.waves_current")
    read("orders_current", "model.data_mesh.order_fulfillment_daily")
    read("wave_performance_daily", "model.data_mesh.stg_wms__waves")
    read("labor_productivity_daily", "model.data_mesh.workers_current", "source.data_mesh.bronze.workers_raw")
    broken = nodes["order_fulfillment_daily"]
    broken |= {"raw_code": "select * from iceberg.silver.orders", "name": "orders", "description": "Orders."}
    broken["columns"]["priority"]["description"] = ""
    broken["contract"]["enforced"] = broken["config"]["contract"]["enforced"] = False
    nodes["inventory_metrics_daily"]["access"] = "protected"
    manifest["macros"]["macro.data_mesh.ratio"]["original_file_path"] = "macros/measures/share.sql"


BROKEN = [
    ("check_model_depends_on_multiple_sources", "stg_wms__orders"),
    ("check_lineage_permitted_upstream_models", "stg_wms__waves"),
    ("check_lineage_permitted_upstream_models", "orders_current"),
    ("check_lineage_permitted_upstream_models", "wave_performance_daily"),
    ("check_lineage_source_cannot_be_used", "labor_productivity_daily"),
    ("check_model_does_not_directly_join_to_source", "labor_productivity_daily"),
    ("check_model_hard_coded_references", "order_fulfillment_daily"),
    ("check_model_names", "order_fulfillment_daily"),
    ("check_model_description_contains_regexp_pattern", "order_fulfillment_daily"),
    ("check_model_column_description_populated", "order_fulfillment_daily.priority"),
    ("check_model_contract_enforced_for_public_model", "order_fulfillment_daily"),
    ("check_exposure_based_on_non_public_models", "replenishment_planner"),
    ("check_macro_name_matches_file_name", "ratio"),
]


@pytest.fixture(scope="module")
def found_in_broken(manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    broken, folder = deepcopy(manifest), tmp_path_factory.mktemp("broken")
    _break(broken)
    (folder / "manifest.json").write_text(json.dumps(broken))
    found = bouncer.failures(bouncer.run_bouncer(bouncer.read_settings(), folder))
    return {(finding.rule, finding.subject) for finding in found}


@pytest.mark.parametrize("expected", BROKEN, ids=" of ".join)
def test_dbt_bouncer_finds_what_is_broken(found_in_broken: set[tuple[str, str]], expected: tuple[str, str]) -> None:
    assert expected in found_in_broken


def test_project_is_parsed_again_only_if_a_file_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    model, target = tmp_path / "models" / "orders.sql", tmp_path / "target"
    target.mkdir()
    model.write_text("select 1")
    for name in ("dbt_project.yml", "profiles.yml", "selectors.yml"):
        (tmp_path / name).write_text("")
    parsed: list[Instance] = []

    def parse(instance: Instance) -> Manifest:
        parsed.append(instance)
        (target / "manifest.json").write_text(json.dumps({"parsed": len(parsed)}))
        return {"parsed": len(parsed)}

    monkeypatch.setattr(current_manifest, "REPOSITORY", tmp_path)
    monkeypatch.setattr(current_manifest, "parse_project", parse)
    monkeypatch.setattr("mesh.dbt.REPOSITORY", tmp_path)
    monkeypatch.setenv("DBT_TARGET_PATH", "target")
    instance = Instance.from_environment()
    assert [current_manifest.current_manifest(instance)["parsed"] for _ in range(2)] == [1, 1]
    model.write_text("select 2 as two")
    assert current_manifest.current_manifest(instance)["parsed"] == 2
    (target / "manifest.json").write_text('{"parsed": "by another command, of other files perhaps"}')
    assert current_manifest.current_manifest(instance)["parsed"] == 3
    model.rename(model.with_name("waves.sql"))
    assert current_manifest.current_manifest(instance)["parsed"] == 4
