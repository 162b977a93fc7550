"""Gold's old rows in a schema of their own, at a location of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mesh.clients.s3 import ensure_bucket
from mesh.maintain.policy import Archive, Relation
from mesh.maintain.session import Session
from mesh.maintain.statements import (
    build_add_column_sql,
    build_archive_sql,
    build_columns_sql,
    build_count_archive_changes_sql,
    build_create_archive_schema_sql,
    build_create_archive_sql,
)
from mesh.maintain.wording import counted


def apply_archive(lake: Session, table: Relation, archive: Archive, as_of: datetime) -> Iterator[str]:
    """Make the archive equal to the table's rows that are old enough; they stay in the table too."""
    columns = dict(lake.query(build_columns_sql(table)))
    archived = dict(lake.query(build_columns_sql(archive.into)))
    if lake.dry_run and archived.keys() < columns.keys():
        yield f"{archive.into} brought to the columns of {table}, then to its rows"
        return
    if not archived:
        ensure_bucket(lake.s3, archive.location.removeprefix("s3://").split("/")[0])
        lake.change(build_create_archive_schema_sql(archive.into.schema, archive.location))
        lake.change(build_create_archive_sql(table, archive.into))
        yield f"{archive.into} created"
    else:
        for column in columns.keys() - archived.keys():
            lake.change(build_add_column_sql(archive.into, column, columns[column]))
            yield f"{archive.into} got the column {column}"
    change = (table, archive.into, list(columns), archive.by, (as_of - archive.after).date())
    ((copied, replaced),) = lake.query(build_count_archive_changes_sql(*change))
    if copied or replaced:
        lake.change(build_archive_sql(*change))
        yield f"{counted(copied, 'row')} archived, {counted(replaced, 'row')} of the archive replaced"
