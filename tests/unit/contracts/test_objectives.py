"""Publishing writes what differs, in one statement, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from trino.exceptions import TrinoUserError

from mesh.contracts import objectives
from mesh.contracts.contract import read_products
from mesh.instance import Instance


class _Lake:
    """Stands in for connection and cursor; answers the read with rows or an error, and keeps every statement."""

    def __init__(self, published: list[Any] | TrinoUserError) -> None:
        self.published = published
        self.statements: list[str] = []

    def __enter__(self) -> _Lake:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def cursor(self) -> _Lake:
        return self

    def execute(self, statement: str) -> _Lake:
        self.statements.append(statement)
        if len(self.statements) == 1 and isinstance(self.published, TrinoUserError):
            raise self.published
        return self

    def fetchall(self) -> list[Any]:
        return self.published if isinstance(self.published, list) else []


def written(monkeypatch: pytest.MonkeyPatch, published: list[Any] | TrinoUserError) -> list[str]:
    """The first words of what is executed after the read."""
    lake = _Lake(published)
    # called as the real one is
    monkeypatch.setattr(objectives, "connect_trino", lambda instance: lake)  # noqa: ARG005
    wrote = objectives.publish_objectives(Instance.from_environment())
    statements = [" ".join(statement.split()[:4]) for statement in lake.statements[1:]]
    assert wrote == bool(statements)
    return statements


def trino_error(name: str) -> TrinoUserError:
    return TrinoUserError({"errorName": name, "errorType": "USER_ERROR", "message": name})


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
    with pytest.raises(TrinoUserError):
        written(monkeypatch, trino_error("PERMISSION_DENIED"))
