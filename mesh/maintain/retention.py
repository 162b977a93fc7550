"""What is too old: bronze by day, behind every reader; silver by what has ceased to be true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from trino.exceptions import TrinoQueryError

from mesh.maintain.lake import Lake
from mesh.maintain.policy import LakeTable, Relation
from mesh.maintain.statements import (
    build_count_ended_sql,
    build_count_old_days_sql,
    build_delete_ended_sql,
    build_delete_merged_days_sql,
    build_delete_old_days_sql,
    build_landed_days_sql,
    build_merged_offsets_sql,
)
from mesh.maintain.wording import counted

Offsets = Mapping[int, int]
"""Kafka partition to the highest offset that a reader has merged."""


@dataclass(frozen=True)
class LandedDay:
    """Bronze's rows of one day and Kafka partition; without statistics the highest offset is unknown."""

    day: date
    partition: int
    rows: int
    highest_offset: int | None


def apply_retention(lake: Lake, table: LakeTable, as_of: datetime) -> Iterator[str]:
    """Delete what is older than the table's retention; yields what was done, and what was kept."""
    if table.retention is None:
        return
    before = as_of - table.retention
    if not table.is_bronze:
        yield from _delete_ended(lake, table, before)
    elif table.readers:
        yield from _delete_merged_days(lake, table, before.date())
    else:
        yield from _delete_old_days(lake, table, before.date())


def unmerged_days(landed: Sequence[LandedDay], merged: Mapping[Relation, Offsets | None]) -> dict[date, set[Relation]]:
    """The days of which a reader has not merged every row, and those readers; None is a reader that cannot tell."""
    behind: dict[date, set[Relation]] = defaultdict(set)
    for part in landed:
        for reader, offsets in merged.items():
            highest = (offsets or {}).get(part.partition)
            if part.highest_offset is None or highest is None or highest < part.highest_offset:
                behind[part.day].add(reader)
    return behind


def _delete_merged_days(lake: Lake, table: LakeTable, before: date) -> Iterator[str]:
    landed = [LandedDay(*row) for row in lake.ask(build_landed_days_sql(table.relation, before))]
    if not landed:
        return
    kept = unmerged_days(landed, {reader: _merged_offsets(lake, reader) for reader in table.readers})
    old = [part for part in landed if part.day not in kept]
    if old:
        offsets: dict[int, int] = defaultdict(int)
        for part in old:
            offsets[part.partition] = max(offsets[part.partition], part.highest_offset or 0)
        lake.change(build_delete_merged_days_sql(table.relation, sorted({part.day for part in old}), offsets))
        yield _days_deleted(len({part.day for part in old}), sum(part.rows for part in old))
    if kept:
        readers = ", ".join(map(str, sorted(set().union(*kept.values()))))
        yield f"{counted(len(kept), 'day')} kept, {min(kept)} to {max(kept)}, not merged by {readers}"


def _delete_old_days(lake: Lake, table: LakeTable, before: date) -> Iterator[str]:
    ((days, rows),) = lake.ask(build_count_old_days_sql(table.relation, before))
    if rows:
        lake.change(build_delete_old_days_sql(table.relation, before))
        yield _days_deleted(days, rows)


def _delete_ended(lake: Lake, table: LakeTable, before: datetime) -> Iterator[str]:
    ((rows,),) = lake.ask(build_count_ended_sql(table.relation, before))
    if rows:
        lake.change(build_delete_ended_sql(table.relation, before))
        yield f"{counted(rows, 'row')} deleted, superseded or deleted at the source before {before:%Y-%m-%d}"


def _merged_offsets(lake: Lake, reader: Relation) -> Offsets | None:
    try:
        return dict(lake.ask(build_merged_offsets_sql(reader)))
    except TrinoQueryError as error:
        if error.error_name in ("TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "COLUMN_NOT_FOUND"):
            return None
        raise


def _days_deleted(days: int, rows: int) -> str:
    return f"{counted(days, 'day')} of {counted(rows, 'row')} deleted"
