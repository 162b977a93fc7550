"""What Iceberg tables need whatever they hold: compaction, expiry of snapshots, removal of orphan files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from mesh.clients.s3 import list_keys
from mesh.maintain.policy import Housekeeping, Relation
from mesh.maintain.session import Session
from mesh.maintain.statements import (
    build_expirable_sql,
    build_expire_sql,
    build_location_sql,
    build_newest_landing_sql,
    build_optimize_sql,
    build_remove_orphans_sql,
    build_small_files_sql,
)
from mesh.maintain.wording import counted

CLOCK_SKEW = timedelta(minutes=1)
"""How much older than the one before it Iceberg lets a snapshot be."""


def keep_house(lake: Session, table: Relation, rules: Housekeeping, as_of: datetime, is_bronze: bool) -> Iterator[str]:
    """Compact, expire, remove orphans; yields what was done.

    Orphans are as old as the store says, whatever `as_of`: a file that Flink has not committed yet is one too.
    In bronze their age is reckoned from Flink's newest commit, so that a job which is down loses none.
    """
    yield from _compact(lake, table, rules.compact_below_mb)
    ((landed_at,),) = lake.query(build_newest_landing_sql(table))
    yield from _expire(lake, table, expiry(as_of, rules.keep_snapshots, landed_at))
    if committed_at := landed_at if is_bronze else datetime.now(UTC):
        yield from remove_orphans(lake, table, committed_at - rules.keep_orphans)


def expiry(as_of: datetime, keep: timedelta, landed_at: datetime | None) -> datetime:
    """Before when snapshots expire: never the newest of Flink's, which tells a restarted job what it committed."""
    return min(as_of - keep, landed_at - CLOCK_SKEW) if landed_at else as_of - keep


def _compact(lake: Session, table: Relation, below_mb: int) -> Iterator[str]:
    ((small_files, delete_files),) = lake.query(build_small_files_sql(table, below_mb))
    if small_files or delete_files:
        lake.change(build_optimize_sql(table, below_mb))
        yield f"{counted(small_files + delete_files, 'small or delete file')} compacted"


def _expire(lake: Session, table: Relation, before: datetime) -> Iterator[str]:
    ((snapshots,),) = lake.query(build_expirable_sql(table, before))
    if snapshots:
        lake.change(build_expire_sql(table, before))
        yield f"{counted(snapshots, 'snapshot')} expired"


def remove_orphans(lake: Session, table: Relation, before: datetime) -> Iterator[str]:
    """Delete the files, older than a point in time, which no snapshot uses; yields what was done."""
    if lake.dry_run:
        return
    ((location,),) = lake.query(build_location_sql(table))
    # by age, or what a writer tidies up meanwhile would be counted too
    old = list_keys(lake.s3, location, before)
    if not old:
        return
    lake.change(build_remove_orphans_sql(table, before))
    if removed := old - list_keys(lake.s3, location, before):
        yield f"{counted(len(removed), 'orphan file')} removed"
