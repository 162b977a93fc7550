"""`mesh quality`: check, measure, show."""

from __future__ import annotations

import sys
from collections import Counter

import click

from mesh.cli.needs import needs
from mesh.instance import Instance


@click.group()
def quality() -> None:
    """Whether the products keep what they promise."""


@quality.command()
@click.option("--product", "products", multiple=True, help="Id of a data product; all of them without.")
@needs("trino")
def check(instance: Instance, products: tuple[str, ...]) -> None:
    """Run the expectations of the products' consumers, keep the results, write Data Docs."""
    from mesh.quality.expectations import check_products, docs_folder

    results = check_products(instance, products or None)
    for result in results:
        if result.status != "passed":
            click.echo(f"{result.status:8} {result.severity:5} {result.check_name}: {result.message}")
    counts = Counter(result.status for result in results)
    click.echo(
        f"{', '.join(f'{count} {status}' for status, count in sorted(counts.items()))}; {docs_folder()}/index.html"
    )
    if counts["failed"] or counts["errored"]:
        sys.exit(1)


@quality.command()
@needs("trino")
def record(instance: Instance) -> None:
    """Keep what the tests of the last dbt command said; `mesh build` does it by itself."""
    from mesh.quality.record import record_dbt

    click.echo(f"{record_dbt(instance)} new results of dbt's tests")


@quality.command("measure")
@needs("trino", "mongodb", "kafka", "connect")
def measure_command(instance: Instance) -> None:
    """Measure freshness, completeness and accuracy of every product; exit with 1 if a promise is broken."""
    from mesh.quality.measure import measure
    from mesh.quality.record import record_dbt

    record_dbt(instance)
    measured = measure(instance)
    for each in measured:
        click.echo(each.line())
    if not all(each.is_met for each in measured):
        sys.exit(1)


@quality.command()
@needs("trino")
def page(instance: Instance) -> None:
    """Write the status page, beside the docs site."""
    from mesh.quality.status_page import write_page

    click.echo(write_page(instance))


COMMANDS = (quality,)
