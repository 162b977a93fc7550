"""The stream's beginning: write to the stores, and wait until it has landed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from mesh.cli.needs import needs
from mesh.cli.output import report_step
from mesh.instance import Instance


@click.command("simulate")
@click.option("--orders", default=20_000, show_default=True, help="How many orders shall exist in all.")
@click.option("--from-day", type=click.DateTime(["%Y-%m-%d"]), help="First day to replay, of the data's 2017.")
@click.option("--rate", type=float, help="New orders a second; without it as fast as possible.")
@click.option("--seed", default=7, show_default=True)
@click.option(
    "--faulty",
    type=click.FloatRange(0, 1),
    default=0,
    help="Break the products: this share of the new documents lacks a field that is needed, e.g. 0.05.",
)
@needs("mongodb", "kafka", "registry")
def simulate_command(
    instance: Instance, *, orders: int, from_day: datetime | None, rate: float | None, seed: int, faulty: float
) -> None:
    """Replay a retailer's baskets as orders through the warehouse."""
    from mesh.simulate.baskets import DEFAULT_FROM_DAY
    from mesh.simulation import replay_orders

    day = from_day.date() if from_day else DEFAULT_FROM_DAY
    summary = replay_orders(instance, orders, report_step, from_day=day, rate=rate, seed=seed, faulty_share=faulty)
    click.echo(
        f"{summary.orders_created:,} orders exist; {summary.changes_applied - summary.changes_before:,} changes"
        f" written in {summary.seconds:.0f} s"
    )


@click.command("load")
@click.argument("collection")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@needs("mongodb")
def load_command(instance: Instance, collection: str, file: Path) -> None:
    """Load documents of your own, one JSON document a line, into a collection."""
    from mesh.simulation import load_documents

    loaded = load_documents(instance, collection, file)
    click.echo(f"{loaded.upserted} documents replaced or created by _id, {loaded.inserted} inserted without one")


@click.command("wait")
@click.option("--timeout", default=600, show_default=True, help="Seconds in which nothing moves.")
@needs("mongodb", "kafka", "connect", "trino")
def wait_command(instance: Instance, timeout: int) -> None:
    """Wait until everything written so far is in bronze."""
    from mesh.progress import wait_until_landed

    seconds = wait_until_landed(instance, timeout, report_step)
    click.echo(f"all of it is in bronze after {seconds:.1f} s")


@click.command("reconcile")
@click.argument("collections", nargs=-1)
@click.option("--read-again", is_flag=True, help="First let Debezium read every collection from the beginning.")
@click.option("--however-many", is_flag=True, help="Even if most of a collection is gone.")
@click.option("--timeout", default=3600, show_default=True, help="Seconds in which nothing of what was read lands.")
@needs("mongodb", "kafka", "connect", "trino")
def reconcile_command(
    instance: Instance, *, collections: tuple[str, ...], read_again: bool, however_many: bool, timeout: int
) -> None:
    """Make silver hold what MongoDB holds where nobody told a change: after a rename, a drop, a restore.

    Of all COLLECTIONS, or some: what is gone is deleted; with --read-again what is missing or stale comes too.
    """
    from flink_jobs.topics import COLLECTIONS
    from mesh.build import build
    from mesh.progress import wait_until_landed
    from mesh.reconcile import ghosts
    from mesh.reconcile import read_again as snapshot

    if unknown := set(collections) - set(COLLECTIONS):
        raise click.UsageError(
            f"no collection of ours: {', '.join(sorted(unknown))}; there are {', '.join(COLLECTIONS)}"
        )
    if read_again:
        report_step("Debezium reads every collection again")
        snapshot.read_again(instance)
    wait_until_landed(instance, timeout, report_step)
    build(instance, report_step)
    compared = ghosts.tell_deletes(instance, collections or COLLECTIONS, report_step, however_many=however_many)
    if any(one.ghosts for one in compared):
        wait_until_landed(instance, timeout, report_step)
        build(instance, report_step)
    if any(one.missing for one in compared) and not read_again:
        click.echo("what is missing and was not written this minute: mesh reconcile --read-again")


COMMANDS = (simulate_command, load_command, wait_command, reconcile_command)
