"""The command line: thin, one function a command."""

from __future__ import annotations

import contextlib
import shlex
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from trino.exceptions import Error as TrinoError

from mesh import jobs
from mesh.build import build, build_every
from mesh.catalog.commands import catalog
from mesh.contracts.binding import check_bindings
from mesh.contracts.codeowners import write_codeowners
from mesh.contracts.contract import read_products
from mesh.contracts.objectives import publish_objectives
from mesh.coverage import measure_coverage
from mesh.dbt import parse_project
from mesh.errors import MeshError
from mesh.instance import ENDPOINTS, Instance
from mesh.lint.commands import lint
from mesh.maintain.maintain import declared_tables, maintain
from mesh.openlineage.commands import lineage
from mesh.orchestration.commands import airflow
from mesh.progress import wait_until_landed
from mesh.quality.commands import quality
from mesh.review.commands import review_command
from mesh.run import run
from mesh.simulate.baskets import DEFAULT_FROM_DAY
from mesh.simulation import load_documents, replay_orders
from mesh.site.docs import generate_docs, serve_docs
from mesh.stack import lifecycle
from mesh.stack.supervise import Supervisor
from mesh.trino import connect_trino
from mesh.truth.check import check_truth

console = Console(highlight=False)


class _OneLineErrors(click.Group):
    """Prints a MeshError as one line and exits with 1, instead of a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except MeshError as error:
            click.echo(f"mesh: {error}", err=True)
            sys.exit(1)


@click.group(cls=_OneLineErrors)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Run the data mesh: servers, input, jobs, and the proof of its numbers."""
    ctx.obj = Instance.from_environment()


@main.group()
def stack() -> None:
    """The servers."""


@stack.command()
@click.option("--profile", default="wms", show_default=True)
@click.pass_obj
def install(instance: Instance, profile: str) -> None:
    """Fetch the servers' packages, without starting anything."""
    lifecycle.install(instance, profile)


@stack.command()
@click.option("--profile", default="wms", show_default=True)
@click.pass_obj
def up(instance: Instance, profile: str) -> None:
    """Install what is missing, start the servers, create what they must hold."""
    lifecycle.up(instance, profile, report_step)


@stack.command()
@click.pass_obj
def down(instance: Instance) -> None:
    """Stop what this instance started, and only that."""
    click.echo("stopped" if lifecycle.down(instance) else "nothing was running")


@stack.command()
@click.pass_obj
def status(instance: Instance) -> None:
    """Every process: state, age, and how often it died and was restarted; every address."""
    supervisor = Supervisor(instance)
    if not supervisor.is_running():
        raise MeshError("the stack is down: mesh stack up")
    rows = [
        (state.name, state.state, state.pid or "", f"{state.uptime_seconds} s", state.restarts)
        for state in supervisor.states()
    ]
    print_table("stack", ("process", "state", "pid", "up for", "restarts"), rows)
    addresses = [
        (server, instance.endpoint(server), "yours" if instance.is_external(server) else "ours") for server in ENDPOINTS
    ]
    print_table("addresses", ("server", "address", "whose"), addresses)


@stack.command()
@click.argument("process")
@click.option("--lines", default=50, show_default=True)
@click.option("--follow", "-f", is_flag=True)
@click.pass_obj
def logs(instance: Instance, process: str, lines: int, follow: bool) -> None:
    """Print the end of a process's log."""
    path = instance.home / "logs" / f"{process}.log"
    if not path.exists():
        known = ", ".join(sorted(log.stem for log in path.parent.glob("*.log")))
        raise MeshError(f"no log of {process!r}: there are {known or 'none yet'}")
    with path.open(errors="replace") as log:
        click.echo("".join(log.readlines()[-lines:]), nl=False)
        while follow:
            click.echo(log.readline(), nl=False)
            time.sleep(0.1)


@stack.command()
@click.pass_obj
def env(instance: Instance) -> None:
    """Print this instance as shell exports: eval "$(mesh stack env)"."""
    for name, value in instance.environment().items():
        click.echo(f"export {name}={shlex.quote(value)}")


@main.group("jobs")
def jobs_group() -> None:
    """The landing job in the Flink cluster."""


@jobs_group.command("submit")
@click.pass_obj
def submit_job(instance: Instance) -> None:
    """Start the landing job, from its newest savepoint or checkpoint."""
    job, resumed = jobs.submit(instance)
    click.echo(f"{job.name} {job.id} runs, {resumed}")


@jobs_group.command("list")
@click.pass_obj
def list_jobs(instance: Instance) -> None:
    """Every job that the cluster remembers."""
    rows = [(job.name, job.state, job.id) for job in jobs.list_jobs(instance)]
    print_table("jobs", ("job", "state", "id"), rows)


@jobs_group.command("stop")
@click.pass_obj
def stop_job(instance: Instance) -> None:
    """Stop the landing job with a savepoint."""
    click.echo(f"stopped; mesh jobs submit resumes from {jobs.stop(instance)}")


@main.command("simulate")
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
@click.pass_obj
def simulate_command(
    instance: Instance, *, orders: int, from_day: datetime | None, rate: float | None, seed: int, faulty: float
) -> None:
    """Replay a retailer's baskets as orders through the warehouse."""
    day = from_day.date() if from_day else DEFAULT_FROM_DAY
    summary = replay_orders(instance, orders, report_step, from_day=day, rate=rate, seed=seed, faulty_share=faulty)
    click.echo(
        f"{summary.orders_created:,} orders exist; {summary.changes_applied - summary.changes_before:,} changes"
        f" written in {summary.seconds:.0f} s"
    )


@main.command("load")
@click.argument("collection")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def load_command(instance: Instance, collection: str, file: Path) -> None:
    """Load documents of your own, one JSON document a line, into a collection."""
    loaded = load_documents(instance, collection, file)
    click.echo(f"{loaded.upserted} documents replaced or created by _id, {loaded.inserted} inserted without one")


@main.command("wait")
@click.option("--timeout", default=600, show_default=True, help="Seconds.")
@click.pass_obj
def wait_command(instance: Instance, timeout: int) -> None:
    """Wait until everything written so far is in bronze."""
    seconds = wait_until_landed(instance, timeout, report_step)
    click.echo(f"all of it is in bronze after {seconds:.1f} s")


@main.command("truth")
@click.pass_obj
def truth_command(instance: Instance) -> None:
    """Compare bronze, silver and gold with MongoDB, by code that shares nothing with the models."""
    results = check_truth(instance)
    for result in results:
        click.echo(result.line())
    if not all(result.passed for result in results):
        sys.exit(1)


class _Seconds(click.ParamType[float]):
    """A duration such as `60s` or `5m`, as seconds."""

    name = "duration"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds_per_unit = {"s": 1, "m": 60, "h": 3600}
        try:
            return float(value[:-1]) * seconds_per_unit[value[-1:]]
        except (ValueError, KeyError):
            self.fail(f"{value!r} is no duration: write 60s, 5m or 1h", param, ctx)


@main.command("build")
@click.option("--every", type=_Seconds(), help="Build again and again, e.g. 60s apart; one build at a time.")
@click.option("--test", is_flag=True, help="Run the tests of the models too.")
@click.pass_obj
def build_command(instance: Instance, every: float | None, test: bool) -> None:
    """Merge what is new into silver and gold."""
    if every is None:
        build(instance, click.echo, test=test)
    else:
        build_every(instance, every, click.echo, test=test)


@main.command("coverage")
@click.pass_obj
def coverage_command(instance: Instance) -> None:
    """Count what is documented, tested, under contract and exposed."""
    measures, tests_per_model = measure_coverage(parse_project(instance))
    rows = [(measure.name, measure.text) for measure in measures]
    print_table("coverage", ("what", "how many"), [*rows, ("tests per model", f"{tests_per_model:.1f}")])
    if any(measure.missing for measure in measures):
        sys.exit(1)


@main.command("sql")
@click.argument("query")
@click.pass_obj
def sql_command(instance: Instance, query: str) -> None:
    """Ask Trino."""
    try:
        with connect_trino(instance) as trino:
            cursor = trino.cursor()
            rows = cursor.execute(query.rstrip(";")).fetchall()
            print_table("", [column.name for column in cursor.description or []], rows)
    except TrinoError as error:
        raise MeshError(str(error)) from error


@main.group("products")
def products_group() -> None:
    """The data products and their contracts."""


@products_group.command("check")
@click.pass_obj
def check_products(instance: Instance) -> None:
    """Compare the contracts in products/ with dbt's groups, models, lineage, exposures and tests."""
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
@click.pass_obj
def publish_products(instance: Instance) -> None:
    """Carry the contracts' objectives to the lake, for dbt's tests."""
    click.echo("published" if publish_objectives(instance) else "in place")


@products_group.command("codeowners")
def write_products_codeowners() -> None:
    """Write .github/CODEOWNERS from the owners in the contracts."""
    click.echo(write_codeowners())


@main.command("docs")
@click.option("--serve", is_flag=True, help="Show it on loopback until interrupted.")
@click.option("--port", default=8080, show_default=True, help="Where to show it.")
@click.pass_obj
def docs_command(instance: Instance, *, serve: bool, port: int) -> None:
    """The docs site: dbt's own, the guides, and a page of the data products."""
    page = generate_docs(instance)
    if not serve:
        click.echo(f"{page}; dbt docs serve shows it")
        return
    with contextlib.suppress(KeyboardInterrupt):
        serve_docs(instance, port)


@main.command("maintain")
@click.option("--dry-run", is_flag=True, help="Say what it would do, and change nothing.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ"]),
    help="Act as on that day (UTC). With a day to come it deletes rows that are not old enough yet: for trials,"
    " with --dry-run first, never on a lake that matters.",
)
@click.pass_obj
def maintain_command(instance: Instance, dry_run: bool, as_of: datetime | None) -> None:
    """Compact, expire, delete and archive, as the meta of the dbt project declares."""
    moment = as_of.replace(tzinfo=UTC) if as_of else datetime.now(UTC)
    if dry_run:
        click.echo("dry run: nothing is changed, orphan files are not looked for; it would be")
    maintain(instance, declared_tables(instance), moment, dry_run, click.echo)


@main.command("run")
@click.option("--orders", default=20_000, show_default=True, help="How many orders shall exist at least.")
@click.pass_obj
def run_command(instance: Instance, orders: int) -> None:
    """Everything: servers, input, landing, models, docs, truth."""
    print_table("the mesh runs", ("what", "value"), run(instance, orders, click.echo))
    click.echo("next:  source .venv/bin/activate  and then")
    click.echo("  dbt test                 every test of the models again")
    click.echo("  dbt docs serve           the docs site with lineage, in a browser")
    click.echo('  mesh sql "select * from gold.order_fulfillment_daily order by date desc, priority limit 9"')


for group in (quality, catalog, lineage, airflow, lint, review_command):
    main.add_command(group)


def report_step(line: str) -> None:
    """Progress for a person who waits."""
    click.echo(f"  {line}")


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on the terminal."""
    table = Table(*header, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console.print(table)
