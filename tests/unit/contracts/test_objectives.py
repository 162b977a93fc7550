"""Publishing writes what differs, in one statement, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mesh.contracts import objectives
from mesh.contracts.contract import read_products
from mesh.instance import Instance
from mesh.lake import Lake, LakeError


class NotedLake(Lake):
    """Answers the read with rows or an error, and keeps every statement."""

    def __init__(self, published: list[Any] | LakeError) -> None:
        super().__init__(Instance.from_environment())
        self.published = published
        self.statements: list[str] = []

    def rows(self, sql: str) -> Iterator[list[Any]]:
        self.statements.append(sql)
        if len(self.statements) == 1:
            if isinstance(self.published, LakeError):
                raise self.published
            yield from self.published


def written(monkeypatch: pytest.MonkeyPatch, published: list[Any] | LakeError) -> list[str]:
    """The first words of what is executed after the read."""
    lake = NotedLake(published)
    monkeypatch.setattr(objectives, "Lake", lambda *_: lake)
    wrote = objectives.publish_objectives(Instance.from_environment())
    statements = [" ".join(statement.split()[:4]) for statement in lake.statements[1:]]
    assert wrote == bool(statements)
    return statements


def trino_error(name: str) -> LakeError:
    return LakeError(name, name)


REPLACED = ["create schema if not", "create or replace table"]


def test_equal_objectives_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [list(row) for row in objectives.objective_rows(read_products())]
    assert written(monkeypatch, rows) == []


def test_changed_objective_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [list(row) for row in objectives.objective_rows(read_products())]
    rows[0][3] += 1
    assert written(monkeypatch, rows) == REPLACED


@pytest.mark.parametrize("missing", ["SCHEMA_NOT_FOUND", "TABLE_NOT_FOUND", "COLUMN_NOT_FOUND"])
def test_missing_table_is_made(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    assert written(monkeypatch, trino_error(missing)) == REPLACED


def test_any_other_refusal_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LakeError):
        written(monkeypatch, trino_error("PERMISSION_DENIED"))
