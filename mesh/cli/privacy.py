"""`mesh privacy`: what the lake knows of a person, and how it forgets."""

from __future__ import annotations

import click

from mesh.cli.needs import needs
from mesh.cli.output import print_table, report_step
from mesh.instance import Instance


@click.group()
def privacy() -> None:
    """What the lake knows of a person, by its customer_id, and how it forgets."""


@privacy.command("find")
@click.argument("customer")
@needs("trino", "s3")
def find_command(instance: Instance, customer: str) -> None:
    """Where a person stands, table by table; reads all text of the lake."""
    from mesh.privacy.forget import find

    rows = [(table, column, count) for table, counts in find(instance, customer) for column, count in counts.items()]
    print_table("a person in the lake", ("table", "column", "rows"), rows)


@privacy.command("forget")
@click.argument("customer")
@needs("trino", "s3", "mongodb", "kafka", "flink")
def forget_command(instance: Instance, customer: str) -> None:
    """Erase a person from every row, file and snapshot, once the services no longer name it; takes minutes."""
    from mesh.privacy.forget import forget

    kept_until = forget(instance, customer, report_step)
    click.echo(f"forgotten in the lake; Kafka drops the last message with it by {kept_until:%Y-%m-%d %H:%M} UTC")


COMMANDS = (privacy,)
