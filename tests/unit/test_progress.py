"""Waiting for the stream: as long as something moves, and not much longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from unittest.mock import MagicMock

import pytest

from mesh import progress
from mesh.errors import MeshError
from mesh.progress import wait_until_landed

Standing = Callable[[Iterator[int]], None]


@pytest.fixture
def landing(monkeypatch: pytest.MonkeyPatch) -> Standing:
    """A topic of 1,000 messages, of which so many have landed at each look; a look takes 60 seconds."""
    clock = count(0, 60)

    def stand(landed: Iterator[int]) -> None:
        replaced: dict[str, Any] = {
            "last_oplog_position": lambda _: (1, 1),
            "captured_position": lambda _: (1, 1),
            "last_message_offsets": lambda _: {("topic", 0): 999},
            "landed_offsets": lambda *_: {("topic", 0): next(landed) - 1},
            "time": MagicMock(monotonic=lambda: next(clock)),
        }
        for name, value in replaced.items():
            monkeypatch.setattr(progress, name, value)

    return stand


def test_a_backlog_of_any_length_is_waited_for(landing: Standing) -> None:
    landing(iter([*range(0, 1_000, 10), 1_000]))
    assert wait_until_landed(MagicMock(commit_seconds=15), 600, print) > 100 * 60


def test_what_stands_still_is_given_up(landing: Standing) -> None:
    landing(iter([10, 500, *[990] * 1_000]))
    with pytest.raises(MeshError, match=r"^10 messages have not landed, none in 600 s, in topic-0: see mesh jobs list"):
        wait_until_landed(MagicMock(commit_seconds=15), 600, print)
