"""The lake's answers and errors, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lake import Lake, LakeError


class NotedLake(Lake):
    """Answers every query with the given rows, and counts them."""

    def __init__(self, *rows: list[Any]) -> None:
        super().__init__(Instance.from_environment())
        self._rows = rows
        self.asked: list[str] = []

    def rows(self, sql: str) -> Iterator[list[Any]]:
        self.asked.append(sql)
        yield from self._rows


def test_highest_offsets_of_many_tables_are_one_query() -> None:
    with NotedLake(["bronze.a", 0, 7], ["bronze.a", 1, 3]) as lake:
        assert lake.highest_offsets(["bronze.a", "bronze.b"]) == {"bronze.a": {0: 7, 1: 3}, "bronze.b": {}}
        (asked,) = lake.asked
    assert all(f'from bronze."{table}$partitions"' in asked for table in "ab")


def test_of_no_table_nothing_is_asked() -> None:
    with NotedLake() as lake:
        assert (lake.highest_offsets([]), lake.asked) == ({}, [])


def test_a_trino_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_TRINO_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("trino.constants.DEFAULT_MAX_ATTEMPTS", 1)
    with Lake(Instance.from_environment()) as lake, pytest.raises(LakeError, match=r"\ATrino does not answer: .*\Z"):
        lake.query("select 1")


def test_what_is_not_there_is_told_from_what_was_refused() -> None:
    assert LakeError("", "TABLE_NOT_FOUND").is_absent and not LakeError("", "ICEBERG_COMMIT_ERROR").is_absent
    assert issubclass(LakeError, MeshError), "the command line prints it as a line"
