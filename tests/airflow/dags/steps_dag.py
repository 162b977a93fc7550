"""Two DAGs of the steps that the real ones are made of, with commands that need no server."""

from __future__ import annotations

from airflow.sdk import TriggerRule, chain, dag
from steps import command_step, verdict

REPORT = {"trigger_rule": TriggerRule.ALL_DONE}


@dag(schedule=None)
def all_is_well() -> None:
    chain(command_step("mesh --help"), command_step("dbt --version", **REPORT), verdict())


@dag(schedule=None)
def one_step_fails() -> None:
    chain(command_step("mesh no-such-command"), command_step("dbt --version", **REPORT), verdict())


all_is_well()
one_step_fails()
