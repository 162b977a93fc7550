"""`mesh maintain`: every table once, under the lock that builds take too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from mesh.dbt import parse_project
from mesh.instance import Instance
from mesh.lake import LakeError
from mesh.lock import exclusive
from mesh.maintain.archive import apply_archive
from mesh.maintain.housekeeping import keep_house
from mesh.maintain.policy import LakeTable, lake_tables
from mesh.maintain.retention import apply_retention
from mesh.maintain.session import Session
from mesh.maintain.statements import build_columns_sql

_BUSY = {
    "ICEBERG_COMMIT_ERROR": "somebody else writes it",
    "HIVE_METASTORE_ERROR": "the metastore did not answer in time",
}
"""Errors after which nothing of the statement was done, or all of it, and which the next run does not have."""


def declared_tables(instance: Instance) -> list[LakeTable]:
    """What the dbt project declares now.

    Raises:
        MeshError: the project does not parse, or a declaration lacks a part.
    """
    return lake_tables(parse_project(instance))


def maintain(
    instance: Instance, tables: Sequence[LakeTable], as_of: datetime, dry_run: bool, say: Callable[[str], None]
) -> None:
    """Maintain tables, one after the other; says a line for each. Every step is one statement: done or not.

    Args:
        as_of: the moment at which rows and snapshots are so and so old.

    Raises:
        LakeError: Trino refused a statement, and not because a table was busy.
    """
    with Session(instance, dry_run) as lake:
        for table in tables:
            with exclusive(instance, f"mesh maintain of {table.relation}", say):
                say(f"{table.relation}: {'; '.join(_maintain(lake, table, as_of)) or 'nothing to do'}")


def _maintain(lake: Session, table: LakeTable, as_of: datetime) -> list[str]:
    if not lake.query(build_columns_sql(table.relation)):
        return ["not there yet"]
    done: list[str] = []
    try:
        # one by one: what was done before a conflict is told too
        for step in _steps(lake, table, as_of):
            done.append(step)
    except LakeError as error:
        if error.name not in _BUSY:
            raise
        done.append(f"busy, left for the next run: {_BUSY[error.name]}")
    return done


def _steps(lake: Session, table: LakeTable, as_of: datetime) -> Iterator[str]:
    yield from apply_retention(lake, table, as_of)
    yield from keep_house(lake, table.relation, table.housekeeping, as_of, table.is_bronze)
    if table.archive:
        yield from apply_archive(lake, table.relation, table.archive, as_of)
        if lake.query(build_columns_sql(table.archive.into)):
            yield from keep_house(lake, table.archive.into, table.housekeeping, as_of, is_bronze=False)
