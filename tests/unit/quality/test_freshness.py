from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mesh.quality.freshness import Commit, Run, gold_freshness, silver_freshness


def at(minute: float) -> datetime:
    return datetime(2026, 11, 1, 12, tzinfo=UTC) + timedelta(minutes=minute)


def minutes(duration: timedelta) -> float:
    return duration / timedelta(minutes=1)


BEFORE = Commit(at(5), oldest_change_at=at(-30), changes=100)
FIRST = Commit(at(12), oldest_change_at=at(10), changes=7)
SECOND = Commit(at(16), oldest_change_at=at(15), changes=2)


def test_silver_is_as_fresh_as_the_change_that_waited_longest() -> None:
    found = silver_freshness([BEFORE, FIRST, SECOND], None, since=at(6), now=at(20))
    assert (minutes(found.longest), found.changes) == (2, 9)


def test_a_chain_that_stands_still_is_not_fresh() -> None:
    found = silver_freshness([FIRST, SECOND], at(8), since=at(17), now=at(20))
    assert (minutes(found.longest), found.changes) == (12, 0)


def test_nothing_written_is_fresh() -> None:
    assert minutes(silver_freshness([], None, since=at(0), now=at(20)).longest) == 0


def test_gold_shows_a_commit_when_its_next_run_has_ended() -> None:
    # the run that had begun before the second commit does not show it
    runs = [Run(at(6), at(7)), Run(at(13), at(17)), Run(at(19), at(19.5))]
    found = gold_freshness([BEFORE, FIRST, SECOND], runs, None, since=at(8), now=at(20))
    assert (minutes(found.longest), found.changes) == (7, 9)


def test_gold_without_a_run_since_then_waits() -> None:
    found = gold_freshness([BEFORE, FIRST, SECOND], [Run(at(6), at(7))], None, since=at(8), now=at(20))
    assert (minutes(found.longest), found.changes) == (10, 0)


def test_gold_is_never_fresher_than_what_has_not_reached_silver() -> None:
    runs = [Run(at(6), at(7)), Run(at(17), at(18))]
    found = gold_freshness([FIRST, SECOND], runs, at(1), since=at(8), now=at(20))
    assert minutes(found.longest) == 19
