"""What the DAGs share: a step is one command of the project, run as a person runs it, in the repository's root."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

REPOSITORY = Path(__file__).resolve().parent.parent

DEFAULT_ARGS: dict[str, Any] = {
    "owner": "platform",
    "retries": 2,
    "retry_delay": timedelta(seconds=10),
    "execution_timeout": timedelta(minutes=30),
}


def command_step(command: str, options: str = "", **arguments: Any) -> BashOperator:
    """A task named after its command: `mesh quality page` is `mesh_quality_page`; options may be a template."""
    return BashOperator(
        task_id=command.replace(" ", "_"),
        bash_command=command + options,
        cwd=str(REPOSITORY),
        **arguments,
    )


@task(trigger_rule=TriggerRule.ALL_DONE, retries=0)
def verdict() -> None:
    """Fail the run if any step failed.

    Airflow takes the state of a run from its last tasks alone, and reporting succeeds on bad news too.
    """
    context = get_current_context()
    run = context["dag_run"]
    states = context["ti"].get_task_states(dag_id=run.dag_id, run_ids=[run.run_id])[run.run_id]
    failed = sorted(name for name, state in states.items() if state in ("failed", "upstream_failed"))
    if failed:
        raise AirflowFailException(f"failed: {', '.join(failed)}")
