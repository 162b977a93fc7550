"""What is too old: bronze by day, behind every reader; silver by what has ceased to be true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mesh.lake import LakeError, Offsets
from mesh.maintain.policy import LakeTable, Relation
from mesh.maintain.session import Session
from mesh.maintain.statements import (
    build_count_ended_sql,
    build_count_old_days_sql,
    build_delete_ended_sql,
    build_delete_merged_days_sql,
    build_delete_old_days_sql,
    build_landed_days_sql,
)
from mesh.maintain.wording import counted


@dataclass(frozen=True)
class LandedDay:
    """Bronze's rows of one day and Kafka partition; without statistics the highest offset is unknown."""

    day: date
    partition: int
    rows: int
    highest_offset: int | None


def apply_retention(lake: Session, table: LakeTable, as_of: datetime) -> Iterator[str]:
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


def _delete_merged_days(lake: Session, table: LakeTable, before: date) -> Iterator[str]:
    landed = [LandedDay(*row) for row in lake.query(build_landed_days_sql(table.relation, before))]
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


def _delete_old_days(lake: Session, table: LakeTable, before: date) -> Iterator[str]:
    ((days, rows),) = lake.query(build_count_old_days_sql(table.relation, before))
    if rows:
        lake.change(build_delete_old_days_sql(table.relation, before))
        yield _days_deleted(days, rows)


def _delete_ended(lake: Session, table: LakeTable, before: datetime) -> Iterator[str]:
    ((rows,),) = lake.query(build_count_ended_sql(table.relation, before))
    if rows:
        lake.change(build_delete_ended_sql(table.relation, before))
        yield f"{counted(rows, 'row')} deleted, superseded or deleted at the source before {before:%Y-%m-%d}"


def _merged_offsets(lake: Session, reader: Relation) -> Offsets | None:
    try:
        return lake.highest_offsets([str(reader)])[str(reader)]
    except LakeError as error:
        if error.is_absent:
            return None
        raise


def _days_deleted(days: int, rows: int) -> str:
    return f"{counted(days, 'day')} of {counted(rows, 'row')} deleted"
