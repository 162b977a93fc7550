"""Simulated time: a heap of actions to run, in milliseconds since 1970 UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Any

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Action = Callable[..., None]


def to_datetime(at: int) -> datetime:
    """Return milliseconds since 1970 as a UTC datetime with millisecond precision."""
    return _EPOCH + timedelta(milliseconds=at)


def to_milliseconds(at: datetime) -> int:
    """Return a zoned datetime as milliseconds since 1970 UTC."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


class Clock:
    """Runs scheduled actions in order of time; ties run in the order they were scheduled."""

    def __init__(self, now: int) -> None:
        self.now = now
        self._heap: list[tuple[int, int, bool, Action, tuple[Any, ...]]] = []
        self._sequence = 0
        self._open = 0

    def schedule(self, at: int, action: Action, *args: Any, background: bool = False) -> None:
        """Run `action(*args)` at `at`, not earlier than now.

        A background action (a shift that begins every day for ever) does not count as open work.
        """
        self._sequence += 1
        if not background:
            self._open += 1
        heappush(self._heap, (max(at, self.now), self._sequence, background, action, args))

    def has_due(self, until: int) -> bool:
        """Say whether an action is due at or before `until`."""
        return bool(self._heap) and self._heap[0][0] <= until

    def has_open_work(self) -> bool:
        """Say whether any action other than background ones is scheduled."""
        return self._open > 0

    def run_next(self) -> None:
        """Advance to the next scheduled action and run it."""
        at, _, background, action, args = heappop(self._heap)
        if not background:
            self._open -= 1
        self.now = at
        action(*args)
