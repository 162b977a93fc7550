"""Every hour, ten minutes past it: the docs site, and everything that the catalog shall know.

A catalog that does not answer fails the run, and nothing else waits for it. By hand:

    mesh docs
    mesh catalog publish
"""

from __future__ import annotations

from airflow.sdk import chain, dag
from pendulum import datetime
from steps import DEFAULT_ARGS, command_step


@dag(
    schedule="10 * * * *",
    start_date=datetime(2024, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["catalog"],
    doc_md=__doc__,
)
def catalog_refresh() -> None:
    """Publishing needs the manifest and the catalog that `mesh docs` leaves."""
    chain(command_step("mesh docs"), command_step("mesh catalog publish"))


catalog_refresh()
