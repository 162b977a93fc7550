"""The dbt project and its contracts: lint, review, count, document."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import click

from mesh.cli.needs import needs, require
from mesh.cli.output import print_table
from mesh.errors import MeshError
from mesh.instance import Instance

FINDINGS, NOT_RUN = 1, 2


@click.command()
@click.pass_obj
def lint(instance: Instance) -> None:
    """Hold the dbt project to its rules; asks no server, exits with 1 on any finding."""
    from mesh.lint.rules import lint_project

    report = lint_project(instance)
    for finding in report.findings:
        click.echo(finding.line())
    click.echo(report.summary())
    if report.findings:
        sys.exit(FINDINGS)


@click.command("review")
@click.option("--base", default="main", show_default=True, help="Any revision; the review begins where they part.")
@click.option("--keep", is_flag=True, help="Leave the schemas of the review in the lake, to look at them.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for review.md and review.html [default: review/ in the instance's home]",
)
@click.pass_obj
def review_command(instance: Instance, base: str, keep: bool, out: Path | None) -> None:
    """Review the working tree as a pull request: exit with 0, with 1 on findings, with 2 if it could not be run."""
    import httpx

    from mesh.review.report import write_reports
    from mesh.review.review import review

    try:
        require(instance, "trino")
        done = review(instance, base, lambda line: click.echo(line, err=True), keep=keep)
        markdown, page = write_reports(done, out or instance.home / "review")
    except (MeshError, httpx.HTTPError) as error:
        click.echo(f"mesh: {error}", err=True)
        sys.exit(NOT_RUN)
    click.echo(markdown.read_text())
    click.echo(f"{markdown}\n{page}", err=True)
    if done.findings:
        sys.exit(FINDINGS)


@click.command("coverage")
@click.pass_obj
def coverage_command(instance: Instance) -> None:
    """Count what is documented, tested, under contract and exposed."""
    from mesh.coverage import measure_coverage
    from mesh.dbt import parse_project

    measures, tests_per_model = measure_coverage(parse_project(instance))
    rows = [(measure.name, measure.text) for measure in measures]
    print_table("coverage", ("what", "how many"), [*rows, ("tests per model", f"{tests_per_model:.1f}")])
    if any(measure.missing for measure in measures):
        sys.exit(FINDINGS)


@click.group("products")
def products_group() -> None:
    """The data products and their contracts."""


@products_group.command("check")
@click.pass_obj
def check_products(instance: Instance) -> None:
    """Compare the contracts in products/ with dbt's groups, models, lineage, exposures and tests."""
    from mesh.contracts.binding import check_bindings
    from mesh.contracts.contract import read_products
    from mesh.dbt import parse_project

    products = read_products()
    faults = check_bindings(products, parse_project(instance))
    rows = [
        (product.id, product.owner, product.freshness(), product.quality(), len(product.inputs), len(product.outputs))
        for product in products
    ]
    print_table("data products", ("product", "owner", "freshness", "quality", "inputs", "outputs"), rows)
    if faults:
        raise MeshError("\n".join([f"{len(faults)} faults", *faults]))


@products_group.command("publish")
@needs("trino")
def publish_products(instance: Instance) -> None:
    """Carry the contracts' objectives to the lake, for dbt's tests."""
    from mesh.contracts.objectives import publish_objectives

    click.echo("published" if publish_objectives(instance) else "in place")


@products_group.command("codeowners")
def write_products_codeowners() -> None:
    """Write .github/CODEOWNERS from the owners in the contracts."""
    from mesh.contracts.codeowners import write_codeowners

    click.echo(write_codeowners())


@click.command("docs")
@click.option("--serve", is_flag=True, help="Show it on loopback until interrupted.")
@click.option("--port", default=8080, show_default=True, help="Where to show it.")
@click.pass_obj
def docs_command(instance: Instance, *, serve: bool, port: int) -> None:
    """The docs site: dbt's own, the guides, and a page of the data products.

    With the mesh down, --serve shows the site that was built last.
    """
    from mesh.site.docs import built_at, generate_docs, serve_docs

    try:
        require(instance, "trino")
    except MeshError as down:
        if not serve:
            raise
        if (built := built_at()) is None:
            raise MeshError(f"no docs have been built yet, and {down}") from down
        click.echo(f"the docs as built at {built:%Y-%m-%d %H:%M} UTC; {down}")
    else:
        page = generate_docs(instance)
    if not serve:
        click.echo(f"{page}; dbt docs serve shows it")
        return
    with contextlib.suppress(KeyboardInterrupt):
        serve_docs(instance, port)


COMMANDS = (lint, review_command, coverage_command, products_group, docs_command)
