"""Measures the chain on a stack of its own: start time, memory, and rows per second from Kafka to bronze.

    make bench

The rate is that of a catch-up: orders are written and captured while the landing job does not run, then the job
starts. Rows are counted in bronze; time runs from the first to the last row's landing time.
"""

from __future__ import annotations

import time

import click
import psutil
from own_stack import LANDING_TIMEOUT_SECONDS, own_instance, silent

from flink_jobs.tables import bronze_tables
from mesh import jobs
from mesh.access.login import READER, Login
from mesh.instance import Instance
from mesh.progress import has_uncaptured_change, last_oplog_position, wait_until_landed
from mesh.simulation import replay_orders
from mesh.stack import lifecycle


@click.command()
@click.option("--orders", default=8_000, show_default=True)
@click.option("--port-base", default=25_000, show_default=True)
def main(orders: int, port_base: int) -> None:
    """Print the figures of one run."""
    with own_instance(port_base) as instance:
        lifecycle.install(instance, "wms")
        _measure(instance, orders)


def _measure(instance: Instance, orders: int) -> None:
    click.echo(f"first start       {_timed_start(instance):8.0f} s")
    lifecycle.down(instance)
    click.echo(f"second start      {_timed_start(instance):8.0f} s")
    summary = replay_orders(instance, orders, silent)
    click.echo(f"changes written   {summary.changes_applied / summary.seconds:8,.0f} /s to MongoDB and Kafka")
    while has_uncaptured_change(instance, last_oplog_position(instance)):
        time.sleep(0.2)
    jobs.submit(instance)
    wait_until_landed(instance, LANDING_TIMEOUT_SECONDS, silent)
    rows, seconds = _landed(instance)
    click.echo(f"Kafka to bronze   {rows / seconds:8,.0f} rows/s ({rows:,} rows into 14 tables in {seconds:.0f} s)")
    click.echo(f"memory            {_resident_bytes(instance) / 2**30:8.1f} GB resident, all servers after the load")


def _timed_start(instance: Instance) -> float:
    started = time.monotonic()
    lifecycle.up(instance, "wms", silent)
    return time.monotonic() - started


def _landed(instance: Instance) -> tuple[int, float]:
    tables = " union all ".join(f"select landed_at from bronze.{table.name}" for table in bronze_tables())
    with Login.of_program(instance, READER).connect(catalog="iceberg") as trino:
        rows, milliseconds = (
            trino.cursor()
            .execute(f"select count(*), date_diff('millisecond', min(landed_at), max(landed_at)) from ({tables})")
            .fetchone()
        )
    return rows, milliseconds / 1000


def _resident_bytes(instance: Instance) -> int:
    supervisord = psutil.Process(int((instance.home / "run/supervisord.pid").read_text()))
    return sum(process.memory_info().rss for process in [supervisord, *supervisord.children(recursive=True)])


if __name__ == "__main__":
    main()
