"""Runs DAGs as a person does, and reads from Airflow's own database how that went."""

from __future__ import annotations

import fcntl
import json
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesh.environments import python_environment
from mesh.instance import Instance
from mesh.orchestration.airflow import DAGS, airflow_environment, run_airflow

DESCRIBE = """
import json, sys
from pathlib import Path
from airflow.dag_processing.dagbag import BundleDagBag
bag = BundleDagBag(sys.argv[1], bundle_path=Path(sys.argv[1]))
print(json.dumps({
    "errors": bag.import_errors,
    "dags": {dag.dag_id: {
        "doc": dag.doc_md,
        "schedule": dag.schedule,
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "tags": sorted(dag.tags),
        "tasks": [{
            "id": task.task_id,
            "owner": task.owner,
            "command": task.render_template(
                getattr(task, "bash_command", None)
                or " ".join(["dbt", *getattr(task, "base_cmd", []), *getattr(task, "dbt_cmd_flags", [])]),
                {"params": dag.params.dump()},
                dag.get_template_env(),
            ),
            "rule": task.trigger_rule.value,
            "retries": task.retries,
            "then": sorted(task.downstream_task_ids),
        } for task in dag.topological_sort()],
    } for dag in bag.dags.values()},
}))
"""


@dataclass(frozen=True)
class Ran:
    """The newest run of a DAG: its own state, and that of every task."""

    exit_code: int
    state: str
    tasks: dict[str, str]


def describe(instance: Instance) -> dict[str, Any]:
    """What Airflow makes of `dags/`: import errors by file, and every DAG with its tasks in order."""
    programs = python_environment(instance, "airflow")
    ran = subprocess.run(
        [programs / "python", "-c", DESCRIBE, DAGS],
        env=airflow_environment(instance, programs),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    described: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return described


def run_dag(instance: Instance, dag: str, dags: Path = DAGS, **params: object) -> Ran:
    """`airflow dags test`, with parameters of the run."""
    with (instance.home / "airflow-tests.lock").open("w") as lock:
        # Airflow's database is SQLite, and there are two workers
        fcntl.flock(lock, fcntl.LOCK_EX)
        code = run_airflow(instance, "dags", "test", dag, "--conf", json.dumps(params), dags=dags)
    with sqlite3.connect(instance.home / "airflow/airflow.db") as database:
        newest = database.execute(
            "select run_id, state from dag_run where dag_id = ? order by id desc limit 1", (dag,)
        ).fetchone()
        assert newest, f"no run of {dag}"
        tasks = database.execute(
            "select task_id, state from task_instance where run_id = ? and dag_id = ?", (newest[0], dag)
        )
        return Ran(code, newest[1], dict(tasks))
