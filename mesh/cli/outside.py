"""The programs beside the mesh: OpenMetadata, whoever takes OpenLineage's events, Airflow."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import click

from mesh.cli.needs import needs
from mesh.instance import Instance
from mesh.quality.results import CheckResult

NOBODY_LISTENS = 99
"""What Airflow's BashOperator takes for skipped."""


@click.group()
def catalog() -> None:
    """The data catalog, OpenMetadata."""


@catalog.command("publish")
@needs("trino", "kafka")
def publish_command(instance: Instance) -> None:
    """Publish models, streams, lineage, products and the last results, and read all of it back; mesh docs first."""
    from mesh.catalog.publish import publish
    from mesh.dbt import read_manifest
    from mesh.quality.latest import latest_results

    def results() -> Iterator[CheckResult]:
        # asked for once the catalog has answered
        yield from latest_results(instance, read_manifest())

    publish(instance, results(), click.echo)


@click.group()
def lineage() -> None:
    """OpenLineage events, for any catalog that reads them."""


@lineage.command()
@click.pass_obj
def send(instance: Instance) -> None:
    """Send what dbt's last command read and wrote; exit with 99 if nobody is named who takes it."""
    from mesh.openlineage.send import find_receiver, send_dbt_events

    receiver = find_receiver(os.environ)
    if receiver is None:
        click.echo("nothing sent: set MESH_OPENMETADATA_URL, or OPENLINEAGE_URL", err=True)
        sys.exit(NOBODY_LISTENS)
    send_dbt_events(instance, receiver)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def airflow(instance: Instance, arguments: tuple[str, ...]) -> None:
    """Run the DAGs by the clock, on loopback; with arguments any command of Airflow's.

    Such as: mesh airflow dags test data_quality_checks
    """
    from mesh.orchestration.airflow import run_airflow, serve_airflow

    if arguments:
        sys.exit(run_airflow(instance, *arguments))
    serve_airflow(instance, click.echo)


COMMANDS = (catalog, lineage, airflow)
