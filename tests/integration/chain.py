"""The running chain, as the integration tests drive and measure it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from mesh.access.login import MAINTENANCE, READER, Login
from mesh.dbt import run_dbt
from mesh.instance import Instance
from mesh.lake import Lake
from mesh.progress import wait_until_landed
from mesh.simulation import replay_orders
from mesh.stack.supervise import Supervisor
from mesh.truth.check import LAYERS, check_truth
from tests.integration.dbt_in_process import invoke

LANDING_TIMEOUT_SECONDS = 400


class Chain:
    """One running chain and how many orders it was given."""

    def __init__(self, instance: Instance, target: Path) -> None:
        self.instance = instance
        self.target = target
        self.orders = 0

    def replay(self, more_orders: int) -> None:
        """Write more orders to MongoDB and the event topics."""
        self.orders += more_orders
        replay_orders(self.instance, self.orders, print)

    def land(self) -> None:
        """Wait until bronze holds all that was written."""
        wait_until_landed(self.instance, LANDING_TIMEOUT_SECONDS, print)

    def dbt(self, *arguments: str, **environment: str) -> None:
        """Run dbt with artifacts and logs of the test's own."""
        folders = {"DBT_TARGET_PATH": str(self.target), "DBT_LOG_PATH": str(self.target / "logs")}
        with mock.patch("mesh.dbt._invoke", invoke):
            run_dbt(self.instance, *arguments, environment={**folders, **environment})

    def build(self, *models: str) -> None:
        """Merge what is new, and compute gold again: all of it, or some models where a test looks at no other."""
        self.dbt("run", *(("--select", *models) if models else ("--selector", "fresh")))

    def assert_true(self, *layers: str) -> None:
        """Fail on any difference between MongoDB and the lake."""
        results = check_truth(self.instance, layers or LAYERS)
        assert results
        failed = [result for result in results if not result.passed]
        assert not failed, "\n".join(f"{result.line()} {result.samples}" for result in failed)

    def kill(self, process: str) -> int:
        """SIGKILL a supervised process; returns how often it had died before."""
        (state,) = [state for state in Supervisor(self.instance).states() if state.name == process]
        os.kill(state.pid, signal.SIGKILL)
        return state.restarts

    def deaths(self, process: str) -> int:
        """How often a process died since the stack came up."""
        (state,) = [state for state in Supervisor(self.instance).states() if state.name == process]
        return state.restarts


def maintained_at(instance: Instance, moment: float) -> None:
    """Make the keeper believe that it maintained the lake at a moment (seconds since the epoch)."""
    mark = instance.home / "run/maintained"
    mark.touch()
    os.utime(mark, (moment, moment))


def query(chain: Chain, sql: str) -> list[Any]:
    """Rows of a Trino query."""
    with Lake(chain.instance, MAINTENANCE) as lake:
        return lake.query(sql)


def bronze_bytes_read(chain: Chain, query_id: str) -> int:
    """Bytes that a query read from tables of the bronze schema, by Trino's own statistics."""
    answer = Login.of_program(chain.instance, READER).get(f"/v1/query/{query_id}").json()
    assert answer["state"] == "FINISHED"
    in_bronze = {source["fragmentId"] for source in answer["inputs"] if source["schema"] == "bronze"}
    elsewhere = {source["fragmentId"] for source in answer["inputs"] if source["schema"] != "bronze"}
    assert in_bronze, "the query scans no bronze table: nothing was measured"
    assert not in_bronze & elsewhere, "a stage scans bronze and another schema: the bytes cannot be told apart"
    return sum(
        int(operator["physicalInputDataSize"].removesuffix("B"))
        for stage in _stages(answer["outputStage"])
        if stage["stageId"].split(".")[-1] in in_bronze
        for operator in stage["stageStats"]["operatorSummaries"]
    )


def tables_that_dbt_reads(chain: Chain, schema: str, work: Callable[[], object]) -> set[str]:
    """Tables of a schema of which dbt's queries read rows during some work; to read a table's metadata is not that."""
    ask = Login.of_program(chain.instance, READER).get

    def asked() -> set[str]:
        return {one["queryId"] for one in ask("/v1/query").json() if one["session"].get("source", "").startswith("dbt")}

    before = asked()
    work()
    found = {
        source["table"]
        for query_id in asked() - before
        for source in ask(f"/v1/query/{query_id}").json()["inputs"]
        if source["schema"] == schema
    }
    assert any("$" in table for table in found), "not even metadata was read: nothing was measured"
    return {table for table in found if "$" not in table}


def _stages(stage: dict[str, Any]) -> list[dict[str, Any]]:
    return [stage, *(found for child in stage.get("subStages", []) for found in _stages(child))]
