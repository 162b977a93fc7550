"""Measures how soon `federated.inventory_live` shows a write to MongoDB, under load, on a stack of its own.

    .venv/bin/python benchmarks/freshness.py

One stock document is marked with a number that grows, at irregular intervals, while `mesh simulate` runs at a
steady rate and nothing is built: all of its changes stay unmerged. The view is asked again and again; a
mark is seen when a query that returns it, or a later one, has ended.
"""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles

import click
import pymongo
from own_stack import own_instance, start_and_land
from trino.dbapi import Connection

from mesh.access.login import READER, Login
from mesh.clients.mongodb import python_uri
from mesh.dbt import run_dbt
from mesh.instance import Instance
from mesh.stack.install import venv_binary

SKU = "SKU-freshness"


@click.command()
@click.option("--orders", default=4_000, show_default=True, help="Orders in silver before the load begins.")
@click.option("--rate", default=20.0, show_default=True, help="Orders a second of the load; each is about 20 changes.")
@click.option("--marks", default=120, show_default=True)
@click.option("--every", default=2.0, show_default=True, help="Mean seconds between marks.")
@click.option("--commit-every", default=15, show_default=True, help="Seconds between commits to bronze.")
@click.option("--port-base", default=25_000, show_default=True)
def main(*, orders: int, rate: float, marks: int, every: float, commit_every: int, port_base: int) -> None:
    """Print the figures of one run."""
    with own_instance(port_base, MESH_COMMIT_SECONDS=str(commit_every)) as instance:
        start_and_land(instance, orders)
        run_dbt(instance, "run", "--select", "+inventory_live", quiet=True)
        with _load(orders + int(rate * marks * every * 2), rate) as load:
            seconds = _seconds_until_seen(instance, marks, every)
            assert load.poll() is None, "the load ended before the last mark was seen"
        _print_figures(seconds)


@contextmanager
def _load(orders: int, rate: float) -> Iterator[subprocess.Popen[bytes]]:
    command = [venv_binary("mesh"), "simulate", "--orders", str(orders), "--rate", str(rate)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()


def _seconds_until_seen(instance: Instance, marks: int, every: float) -> list[float]:
    written_at: list[float] = []
    writer = threading.Thread(target=_write_marks, args=(instance, marks, every, written_at), daemon=True)
    writer.start()
    seconds: list[float] = []
    with Login.of_program(instance, READER).connect(catalog="iceberg") as trino:
        while len(seconds) < marks:
            newest = _newest_mark(trino)
            now = time.monotonic()
            seconds.extend(now - at for at in written_at[len(seconds) : newest])
    return seconds


def _write_marks(instance: Instance, marks: int, every: float, written_at: list[float]) -> None:
    with pymongo.MongoClient[dict[str, object]](python_uri(instance)) as client:
        for mark in range(1, marks + 1):
            time.sleep(random.uniform(0, 2 * every))
            written_at.append(time.monotonic())
            client["wms"]["inventory"].update_one(
                {"_id": SKU}, {"$set": {"sku": SKU, "last_movement_quantity": mark}}, upsert=True
            )


def _newest_mark(trino: Connection) -> int:
    rows = (
        trino.cursor()
        .execute(f"select last_movement_quantity from federated.inventory_live where sku = '{SKU}'")
        .fetchall()
    )
    return int(rows[0][0]) if rows else 0


def _print_figures(seconds: list[float]) -> None:
    percentiles = quantiles(seconds, n=100, method="inclusive")
    click.echo(f"MongoDB to inventory_live, p50  {percentiles[49]:6.1f} s")
    click.echo(f"MongoDB to inventory_live, p99  {percentiles[98]:6.1f} s")
    click.echo(f"MongoDB to inventory_live, max  {max(seconds):6.1f} s")
    click.echo(f"writes measured                 {len(seconds):6}")


if __name__ == "__main__":
    main()
