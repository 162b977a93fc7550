"""`mesh airflow`: the DAGs by the clock, or any command of Airflow's."""

from __future__ import annotations

import sys

import click

from mesh.instance import Instance
from mesh.orchestration.airflow import run_airflow, serve_airflow


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def airflow(instance: Instance, arguments: tuple[str, ...]) -> None:
    """Run the DAGs by the clock, on loopback; with arguments any command of Airflow's.

    Such as: mesh airflow dags test data_quality_checks
    """
    if arguments:
        sys.exit(run_airflow(instance, *arguments))
    serve_airflow(instance, click.echo)
