"""Every hour, forty minutes past it: compact, expire, delete and archive, as the project declares.

The stack's keeper does the same by itself; this is for servers that have no keeper. By hand:

    mesh maintain
"""

from __future__ import annotations

from airflow.sdk import dag
from pendulum import datetime
from steps import DEFAULT_ARGS, command_step


@dag(
    schedule="40 * * * *",
    start_date=datetime(2024, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["maintenance"],
    doc_md=__doc__,
)
def lake_maintenance() -> None:
    """One step, which takes the lock of builds table by table."""
    command_step("mesh maintain")


lake_maintenance()
