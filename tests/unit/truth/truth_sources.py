"""Sources of a few documents, and lakes that answer every query alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bson.datetime_ms import DatetimeMS

from flink_jobs.topics import COLLECTIONS
from mesh.instance import Instance
from mesh.lake import Lake, LakeError
from mesh.truth.source import Source, collection_of

DAY = 1_709_164_800_000  # 2024-02-29
HOUR = 3_600_000


def date(milliseconds: int | None) -> DatetimeMS | None:
    return None if milliseconds is None else DatetimeMS(milliseconds)


def source_of(**collections: list[dict[str, Any]]) -> Source:
    """A source of these documents; those without `_id` get one."""
    return Source(
        {
            name: collection_of(
                name, [{"_id": f"{name}-{index}", **found} for index, found in enumerate(collections.get(name, []))]
            )
            for name in COLLECTIONS
        }
    )


class FakeLake(Lake):
    """Answers every query with the given rows, or fails."""

    def __init__(self, rows: list[list[Any]] | None) -> None:
        super().__init__(Instance.from_environment())
        self._rows = rows

    # the signature is the real lake's
    def rows(self, sql: str) -> Iterator[list[Any]]:  # noqa: ARG002
        if self._rows is None:
            raise LakeError("Trino: no such table")
        yield from self._rows
