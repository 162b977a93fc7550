"""`mesh lineage`: OpenLineage events for other catalogs."""

from __future__ import annotations

import os
import sys

import click

from mesh.instance import Instance
from mesh.openlineage.send import find_receiver, send_dbt_events

NOBODY_LISTENS = 99
"""What Airflow's BashOperator takes for skipped."""


@click.group()
def lineage() -> None:
    """OpenLineage events, for any catalog that reads them."""


@lineage.command()
@click.pass_obj
def send(instance: Instance) -> None:
    """Send what dbt's last command read and wrote; exit with 99 if nobody is named who takes it."""
    receiver = find_receiver(os.environ)
    if receiver is None:
        click.echo("nothing sent: set MESH_OPENMETADATA_URL, or OPENLINEAGE_URL", err=True)
        sys.exit(NOBODY_LISTENS)
    send_dbt_events(instance, receiver)
