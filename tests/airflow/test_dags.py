"""The DAGs load, are what their pages say, and a failed step neither hides nor stops the report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mesh.instance import Instance
from mesh.orchestration.airflow import DAGS, airflow_environment
from tests.airflow.running import Ran, describe, run_dag

OWN_DAGS = Path(__file__).parent / "dags"
CHECKS = ["dbt_test", "mesh_quality_check", "mesh_quality_measure"]


@pytest.fixture(scope="module")
def dags(instance: Instance) -> dict[str, Any]:
    """The DAGs in `dags/`, by name."""
    found = describe(instance)
    assert found["errors"] == {}
    loaded: dict[str, Any] = found["dags"]
    return loaded


def test_these_dags_exist_and_nothing_else(dags: dict[str, Any]) -> None:
    assert {name: dag["schedule"] for name, dag in dags.items()} == {
        "data_quality_checks": "*/15 * * * *",
        "catalog_refresh": "10 * * * *",
        "lake_maintenance": "40 * * * *",
    }
    assert all(dag["max_active_runs"] == 1 and not dag["catchup"] and dag["tags"] for dag in dags.values())
    assert {task["owner"] for dag in dags.values() for task in dag["tasks"]} == {"platform"}


@pytest.mark.parametrize("name", ["data_quality_checks", "catalog_refresh", "lake_maintenance"])
def test_the_steps_are_the_commands_that_the_page_gives_to_a_person(dags: dict[str, Any], name: str) -> None:
    by_hand = [line.strip() for line in dags[name]["doc"].splitlines() if line.startswith("    ")]
    steps = [task for task in dags[name]["tasks"] if task["id"] != "verdict"]
    assert [task["command"] for task in steps] == by_hand
    assert [task["then"] for task in dags[name]["tasks"]] == [[task["id"]] for task in dags[name]["tasks"][1:]] + [[]]


def test_a_check_is_not_asked_twice_and_runs_whatever_happened_before(dags: dict[str, Any]) -> None:
    build, *others = dags["data_quality_checks"]["tasks"]
    assert build["id"] == "mesh_build" and build["retries"] > 0
    assert {task["rule"] for task in others} == {"all_done"}
    assert [task["id"] for task in others if task["retries"] == 0] == [*CHECKS, "verdict"]
    assert others[-1]["id"] == "verdict"


@pytest.fixture
def _steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own DAGs find the steps of the real ones."""
    monkeypatch.setenv("PYTHONPATH", str(DAGS))


@pytest.mark.usefixtures("_steps")
def test_a_run_in_which_every_step_succeeds_is_a_success(instance: Instance) -> None:
    assert run_dag(instance, "all_is_well", OWN_DAGS) == Ran(
        0, "success", {"mesh_--help": "success", "dbt_--version": "success", "verdict": "success"}
    )


@pytest.mark.usefixtures("_steps")
def test_a_failed_step_fails_the_run_and_the_steps_after_it_still_run(instance: Instance) -> None:
    assert run_dag(instance, "one_step_fails", OWN_DAGS) == Ran(
        1, "failed", {"mesh_no-such-command": "failed", "dbt_--version": "success", "verdict": "failed"}
    )


def test_airflow_reports_to_nobody_and_listens_on_loopback(instance: Instance) -> None:
    environment = airflow_environment(instance, Path("programs"))
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    off = ("CORE__LOAD_EXAMPLES", "USAGE_DATA_COLLECTION__ENABLED", "COSMOS__ENABLE_TELEMETRY")
    assert [environment[f"AIRFLOW__{name}"] for name in off] == ["False"] * 3
    assert (instance.home / "airflow").stat().st_mode & 0o077 == 0
    assert environment["PATH"].split(os.pathsep)[1] == "programs"
