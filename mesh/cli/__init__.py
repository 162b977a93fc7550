"""The command line: a module for each group of commands.

A command imports what it runs inside its function, so that none waits for what another one needs.
"""

from __future__ import annotations

import sys

import click

from mesh.cli import access, jobs, outside, privacy, project, quality, stack, stream, tables
from mesh.cli.output import print_table
from mesh.errors import MeshError
from mesh.instance import Instance


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


@main.command("run")
@click.option("--orders", default=20_000, show_default=True, help="How many orders shall exist at least.")
@click.pass_obj
def run_command(instance: Instance, orders: int) -> None:
    """Everything: servers, input, landing, models, docs, truth."""
    from mesh.run import run
    from mesh.steps import show_steps

    with show_steps(instance.home / "logs/run.log") as steps:
        rows = run(instance, orders, steps)
    print_table("the mesh runs", ("what", "value"), rows)
    click.echo("next:  source .venv/bin/activate  and then")
    click.echo("  dbt test                 every test of the models again")
    click.echo("  dbt docs serve           the docs site with lineage, in a browser")
    click.echo('  mesh sql "select * from gold.order_fulfillment_daily order by date desc, priority limit 9"')


for module in (stack, jobs, stream, tables, access, privacy, quality, project, outside):
    for command in module.COMMANDS:
        main.add_command(command)
