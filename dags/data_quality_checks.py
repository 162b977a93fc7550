"""Every quarter of an hour: bring the products up to date, check them, and say how they are.

What checks or reports runs whatever happened before it; the verdict fails the run if any step failed. Parameters narrow
dbt's tests and the expectations: `--conf '{"select": "gold", "products": ["orders-dp"]}'` of `mesh airflow dags test`.
By hand:

    mesh build
    mesh lineage send
    dbt test --exclude-resource-type unit_test --select=*
    mesh quality record
    mesh quality check
    mesh quality measure
    mesh quality page
"""

from __future__ import annotations

import os

from airflow.sdk import Param, TriggerRule, chain, dag
from cosmos import DbtTestLocalOperator, ProfileConfig
from cosmos.constants import InvocationMode
from pendulum import datetime
from steps import DEFAULT_ARGS, REPOSITORY, command_step, verdict

# a failed check is a result, not an accident: asking again does not make it better
CHECK = {"trigger_rule": TriggerRule.ALL_DONE, "retries": 0}
REPORT = {"trigger_rule": TriggerRule.ALL_DONE}

PRODUCTS = Param([], type="array", items={"type": "string", "pattern": "^[a-z-]+$"})
OF_PRODUCTS = "{% for product in params.products %} --product {{ product }}{% endfor %}"


@dag(
    schedule="*/15 * * * *",
    start_date=datetime(2024, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["quality", "products"],
    params={"select": "*", "products": PRODUCTS},
    doc_md=__doc__,
)
def data_quality_checks() -> None:
    """The tasks, one after the other: they share the machine, and dbt's `target/`."""
    dbt_test = DbtTestLocalOperator(
        task_id="dbt_test",
        project_dir=REPOSITORY,
        profile_config=ProfileConfig(
            profile_name="data_mesh", target_name="wms", profiles_yml_filepath=REPOSITORY / "profiles.yml"
        ),
        invocation_mode=InvocationMode.SUBPROCESS,
        dbt_executable_path="dbt",
        dbt_cmd_flags=["--exclude-resource-type", "unit_test", "--select={{ params.select }}"],
        # Cosmos runs dbt in a folder of links that it deletes; the results belong where dbt leaves them otherwise
        env={"DBT_TARGET_PATH": str(REPOSITORY / os.environ.get("DBT_TARGET_PATH", "target"))},
        append_env=True,
        install_deps=False,
        **CHECK,
    )
    chain(
        command_step("mesh build"),
        command_step("mesh lineage send", **REPORT),
        dbt_test,
        command_step("mesh quality record", **REPORT),
        command_step("mesh quality check", OF_PRODUCTS, **CHECK),
        command_step("mesh quality measure", **CHECK),
        command_step("mesh quality page", **REPORT),
        verdict(),
    )


data_quality_checks()
