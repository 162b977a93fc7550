"""What may be deleted, decided without a server."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mesh.instance import Instance
from mesh.lake import LakeError
from mesh.lock import exclusive
from mesh.maintain import maintain
from mesh.maintain.housekeeping import CLOCK_SKEW, expiry
from mesh.maintain.policy import Housekeeping, LakeTable, Relation
from mesh.maintain.retention import LandedDay, unmerged_days

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST, SECOND = Relation("silver", "first"), Relation("silver", "second")
MONDAY, TUESDAY = date(2026, 8, 3), date(2026, 8, 4)
RULES = Housekeeping(32, timedelta(hours=6), timedelta(hours=72))


@pytest.mark.parametrize(
    ("landed", "before"),
    [
        (None, NOW - timedelta(hours=6)),
        (NOW - timedelta(minutes=1), NOW - timedelta(hours=6)),
        (NOW - timedelta(days=3), NOW - timedelta(days=3) - CLOCK_SKEW),
    ],
)
def test_newest_snapshot_of_flink_never_expires(landed: datetime | None, before: datetime) -> None:
    assert expiry(NOW, timedelta(hours=6), landed) == before


@pytest.mark.parametrize(
    ("merged", "behind"),
    [
        ({FIRST: {0: 9, 1: 4}, SECOND: {0: 9, 1: 4}}, {}),
        ({FIRST: {0: 9, 1: 4}, SECOND: {0: 8, 1: 4}}, {TUESDAY: {SECOND}}),
        ({FIRST: {0: 9, 1: 4}, SECOND: {0: 9}}, {MONDAY: {SECOND}}),
        ({FIRST: {0: 9, 1: 4}, SECOND: None}, {MONDAY: {SECOND}, TUESDAY: {SECOND}}),
    ],
)
def test_day_is_kept_for_the_reader_that_is_behind(
    merged: Mapping[Relation, dict[int, int] | None], behind: dict[date, set[Relation]]
) -> None:
    landed = [LandedDay(MONDAY, 0, 5, 4), LandedDay(MONDAY, 1, 5, 4), LandedDay(TUESDAY, 0, 5, 9)]
    assert unmerged_days(landed, merged) == behind


def test_day_without_statistics_is_kept() -> None:
    assert unmerged_days([LandedDay(MONDAY, 0, 5, None)], {FIRST: {0: 9}}) == {MONDAY: {FIRST}}


class ConflictingLake:
    """Answers every question; refuses the second change, as Trino does when somebody else was faster."""

    dry_run = False

    def __init__(self, error_name: str) -> None:
        self.error = LakeError("refused", error_name)

    def query(self, sql: str) -> list[Any]:
        if "$files" in sql or "ended_at" in sql:
            return [(2, 1) if "$files" in sql else (7,)]
        return [(NOW,)]

    def change(self, sql: str) -> None:
        if "optimize" in sql:
            raise self.error


def test_conflict_is_told_beside_what_was_done() -> None:
    table = LakeTable(FIRST, RULES, retention=timedelta(days=365))
    first, second = maintain._maintain(ConflictingLake("ICEBERG_COMMIT_ERROR"), table, NOW)  # type: ignore[arg-type]
    assert first.startswith("7 rows deleted") and second.startswith("busy")


def test_other_errors_are_not_called_busy() -> None:
    with pytest.raises(LakeError):
        maintain._maintain(ConflictingLake("GENERIC_INTERNAL_ERROR"), LakeTable(FIRST, RULES), NOW)  # type: ignore[arg-type]


def test_lock_is_waited_for_and_names_its_holder(tmp_path: Path) -> None:
    instance = Instance(home=tmp_path, cache=tmp_path, port_base=42000)
    said: list[str] = []
    order: list[str] = []

    def build() -> None:
        with exclusive(instance, "mesh build", said.append):
            order.append("build")

    with exclusive(instance, "mesh maintain", said.append):
        builder = threading.Thread(target=build)
        builder.start()
        builder.join(0.3)
        order.append("maintain")
    builder.join(5)
    assert order == ["maintain", "build"]
    assert said == ["waiting for mesh maintain"]
