"""The lake's tables: build, prove, ask and maintain them."""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime

import click

from mesh.cli.needs import needs
from mesh.cli.output import print_table
from mesh.errors import MeshError
from mesh.instance import Instance


class _Seconds(click.ParamType[float]):
    """A duration such as `60s` or `5m`, as seconds."""

    name = "duration"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds_per_unit = {"s": 1, "m": 60, "h": 3600}
        try:
            return float(value[:-1]) * seconds_per_unit[value[-1:]]
        except (ValueError, KeyError):
            self.fail(f"{value!r} is no duration: write 60s, 5m or 1h", param, ctx)


@click.command("build")
@click.option("--every", type=_Seconds(), help="Build again and again, e.g. 60s apart; one build at a time.")
@click.option("--test", is_flag=True, help="Run the tests of the models too.")
@needs("trino")
def build_command(instance: Instance, every: float | None, test: bool) -> None:
    """Merge what is new into silver and gold."""
    from mesh.build import build, build_every

    if every is None:
        build(instance, click.echo, test=test)
    else:
        build_every(instance, every, click.echo, test=test)


@click.command("truth")
@click.argument("layers", nargs=-1)
@needs("trino", "mongodb", "kafka")
def truth_command(instance: Instance, layers: tuple[str, ...]) -> None:
    """Compare the lake with MongoDB and Kafka, by code that shares nothing with the models; all LAYERS, or some.

    Such as: mesh truth silver history
    """
    from mesh.truth.check import LAYERS, check_truth

    results = check_truth(instance, layers or LAYERS)
    for result in results:
        click.echo(result.line())
    if not all(result.passed for result in results):
        sys.exit(1)


@click.command("renumber")
@click.argument("table")
@needs("trino")
def renumber_command(instance: Instance, table: str) -> None:
    """Go on after a topic was made again: TABLE of bronze, such as orders_raw.

    Its offsets begin below what is merged, and builds stop. What landed before gets other partitions.
    """
    from mesh.maintain.maintain import declared_tables
    from mesh.maintain.renumber import renumber

    tables = {declared.relation.name: declared for declared in declared_tables(instance) if declared.is_bronze}
    if table not in tables:
        raise MeshError(f"{table} is no table of bronze: {', '.join(sorted(tables))}")
    renumber(instance, tables[table], click.echo)


@click.command("sql")
@click.argument("query")
@click.option(
    "--user", help="Ask as this user, by the password in MESH_TRINO_PASSWORD or typed in; else read-only as `reader`."
)
@click.option("--write", is_flag=True, help="As `maintenance`, which may change tables.")
@needs("trino")
def sql_command(instance: Instance, query: str, user: str | None, write: bool) -> None:
    """Ask Trino."""
    from mesh.access.login import MAINTENANCE, READER, Login
    from mesh.lake import Lake, LakeError

    program = MAINTENANCE if write else READER
    login = Login.of_person(instance, user, _password(user)) if user else Login.of_program(instance, program)
    with Lake(instance, login) as lake:
        try:
            print_table("", *lake.named(query.rstrip(";")))
        except LakeError as error:
            # as Trino says it: Table 'iceberg.gold.nope' does not exist
            missing = re.search(r"Table '(?:iceberg\.)?((\w+)\.\w+)' does not exist", str(error))
            if not missing:
                raise
            table, schema = missing.groups()
            present = lake.query(f"select table_name from information_schema.tables where table_schema = '{schema}'")
            there = f"there are {', '.join(sorted(name for (name,) in present))}" if present else f"nor any in {schema}"
            raise MeshError(f"{table}: no such table; {there}") from error


def _password(user: str) -> str:
    return os.environ.get("MESH_TRINO_PASSWORD") or str(click.prompt(f"password of {user}", hide_input=True, err=True))


@click.command("maintain")
@click.option("--dry-run", is_flag=True, help="Say what it would do, and change nothing.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ"]),
    help="Act as on that day (UTC). With a day to come it deletes rows that are not old enough yet: for trials,"
    " with --dry-run first, never on a lake that matters.",
)
@needs("trino", "s3")
def maintain_command(instance: Instance, dry_run: bool, as_of: datetime | None) -> None:
    """Compact, expire, delete and archive, as the meta of the dbt project declares."""
    from mesh.maintain.maintain import declared_tables, maintain

    moment = as_of.replace(tzinfo=UTC) if as_of else datetime.now(UTC)
    if dry_run:
        click.echo("dry run: nothing is changed, orphan files are not looked for; it would be")
    maintain(instance, declared_tables(instance), moment, dry_run, click.echo)


COMMANDS = (build_command, truth_command, sql_command, maintain_command, renumber_command)
