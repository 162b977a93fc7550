"""`mesh catalog`: carry what is known to OpenMetadata."""

from __future__ import annotations

import click

from mesh.catalog.publish import publish
from mesh.dbt import read_manifest
from mesh.instance import Instance
from mesh.quality.latest import latest_results


@click.group()
def catalog() -> None:
    """The data catalog, OpenMetadata."""


@catalog.command("publish")
@click.pass_obj
def publish_command(instance: Instance) -> None:
    """Publish models, streams, lineage, products and the last results, and read all of it back; mesh docs first."""
    publish(instance, latest_results(instance, read_manifest()), click.echo)
