"""How long it takes from a write in MongoDB until a product shows it, from what Iceberg and dbt have recorded.

A change is readable in bronze and silver from the commit that added its row, and in gold from the end of the first
run that began after that commit. What is not readable yet is as old as it is: a chain that stands still is not fresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Commit:
    """Changes that became readable in a table of bronze or silver together; moments in UTC."""

    at: datetime
    oldest_change_at: datetime
    changes: int


@dataclass(frozen=True)
class Run:
    """A successful run of a gold model."""

    started_at: datetime
    completed_at: datetime


@dataclass(frozen=True)
class Freshness:
    """The longest that a change had to wait, or is waiting, and how many changes became readable."""

    longest: timedelta
    changes: int


def build_commits_sql(schema: str, table: str, since: datetime) -> str:
    """Commits of a table after a moment, with the oldest change that each made readable.

    Compaction makes nothing readable, and a commit that wrote the whole table is a first load or a full refresh, whose
    changes have been waiting for no stream.
    """
    return f"""
        select
            cast(snapshots.committed_at at time zone 'UTC' as timestamp(6)) as committed_at,
            min(rows_of_table.source_at) as oldest_change_at,
            count(*) as changes
        from {schema}."{table}" as rows_of_table
        inner join {schema}."{table}$entries" as entries
            on rows_of_table."$path" = entries.data_file.file_path
        inner join {schema}."{table}$snapshots" as snapshots
            on entries.snapshot_id = snapshots.snapshot_id
        where
            entries.status <> 2
            and snapshots.operation <> 'replace'
            and snapshots.summary['added-records'] <> snapshots.summary['total-records']
            and snapshots.committed_at > timestamp '{since:%Y-%m-%d %H:%M:%S.%f} UTC'
        group by 1
        order by 1"""


def build_runs_sql(since: datetime) -> str:
    """Successful runs of every table of dbt's that ended after a moment, and the one before them."""
    moment = f"timestamp '{since:%Y-%m-%d %H:%M:%S.%f}'"
    return f"""
        select table_name, started_at, completed_at
        from (
            select
                *,
                max(if(completed_at <= {moment}, completed_at)) over (partition by table_name) as last_before
            from quality.model_runs
            where status = 'success'
        )
        where completed_at >= coalesce(last_before, {moment})
        order by started_at"""


def commits(rows: Iterable[Sequence[Any]]) -> list[Commit]:
    """From the rows of `build_commits_sql`."""
    return [Commit(at.replace(tzinfo=UTC), oldest.replace(tzinfo=UTC), changes) for at, oldest, changes in rows]


def runs(rows: Iterable[Sequence[Any]]) -> dict[str, list[Run]]:
    """By table, from the rows of `build_runs_sql`."""
    found: dict[str, list[Run]] = {}
    for table, started, completed in rows:
        found.setdefault(table, []).append(Run(started.replace(tzinfo=UTC), completed.replace(tzinfo=UTC)))
    return found


def silver_freshness(
    commits: Sequence[Commit], pending_since: datetime | None, since: datetime, now: datetime
) -> Freshness:
    """Of a table whose commits are readable at once. `since` is when it was measured before."""
    delays = [commit.at - commit.oldest_change_at for commit in commits if commit.at > since]
    changes = sum(commit.changes for commit in commits if commit.at > since)
    return _longest(delays, pending_since, changes, now)


def gold_freshness(
    commits: Sequence[Commit], runs: Sequence[Run], pending_since: datetime | None, since: datetime, now: datetime
) -> Freshness:
    """Of a table that shows silver's commits from the end of its own next run.

    Args:
        commits: of all silver tables that it reads, not only those after `since`.
        runs: those that ended after `since`, and the one before them.
    """
    delays, changes, shown_until = [], 0, datetime.min.replace(tzinfo=UTC)
    for run in runs:
        shown = [commit for commit in commits if shown_until < commit.at <= run.started_at]
        shown_until = run.started_at
        if run.completed_at > since:
            delays += [run.completed_at - commit.oldest_change_at for commit in shown]
            changes += sum(commit.changes for commit in shown)
    waiting = [commit.oldest_change_at for commit in commits if commit.at > shown_until]
    oldest = min([*waiting, *([pending_since] if pending_since else [])], default=None)
    return _longest(delays, oldest, changes, now)


def _longest(delays: list[timedelta], pending_since: datetime | None, changes: int, now: datetime) -> Freshness:
    waiting = [max(timedelta(0), now - pending_since)] if pending_since else []
    return Freshness(max([*delays, *waiting], default=timedelta(0)), changes)
