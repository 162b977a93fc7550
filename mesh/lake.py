"""The lake through Trino, for the project's own Python code; models reach it through dbt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from types import TracebackType
from typing import Any, ClassVar, Self

import requests
from trino.dbapi import Connection
from trino.exceptions import Error, HttpError, TrinoQueryError

from mesh.access.login import READER, Login
from mesh.errors import MeshError
from mesh.instance import Instance

Row = list[Any]
Offsets = Mapping[int, int]
"""Kafka partition to offset."""

_ABSENT = frozenset({"SCHEMA_NOT_FOUND", "TABLE_NOT_FOUND", "COLUMN_NOT_FOUND"})


class LakeError(MeshError):
    """Trino refused a query, or does not answer; the message is one line. `name` is Trino's own, if it has one."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name

    @property
    def is_absent(self) -> bool:
        """Whether what was asked for is not there."""
        return self.name in _ABSENT


class Lake:
    """One connection, opened with the first query. Use it as a context manager.

    It asks as a program of ours that reads, if not told otherwise.
    """

    session: ClassVar[Mapping[str, str]] = {}

    def __init__(self, instance: Instance, login: str | Login = READER) -> None:
        self.instance = instance
        self._login = Login.of_program(instance, login) if isinstance(login, str) else login
        self._connection: Connection | None = None
        self._open = ExitStack()
        self._names: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def rows(self, sql: str) -> Iterator[Row]:
        """Stream a query's rows.

        Raises:
            LakeError: the query failed, at its start or under way.
        """
        try:
            if self._connection is None:
                connection = self._login.connect(catalog="iceberg", session_properties=dict(self.session))
                self._connection = self._open.enter_context(closing(connection))
            cursor = self._connection.cursor()
            cursor.execute(sql)
            self._names = [column.name for column in cursor.description or []]
            yield from cursor
        except TrinoQueryError as error:
            raise LakeError(f"Trino: {error.message} ({error.error_name})", str(error.error_name)) from error
        except HttpError as error:
            raise LakeError(f"Trino does not let {self._login.user} in: {error}") from error
        except (Error, requests.RequestException) as error:
            raise LakeError(f"Trino does not answer: {str(error).splitlines()[0]}") from error

    def named(self, sql: str) -> tuple[list[str], list[Row]]:
        """Column names and rows of a query.

        Raises:
            LakeError: the query failed.
        """
        rows = self.query(sql)
        return list(self._names), rows

    def query(self, sql: str) -> list[Row]:
        """All rows of a query.

        Raises:
            LakeError: the query failed.
        """
        return list(self.rows(sql))

    def highest_offsets(self, tables: Sequence[str]) -> dict[str, Offsets]:
        """The highest Kafka offset that each table holds, by Kafka partition, from Iceberg's metadata: one query.

        Args:
            tables: `schema.table`, each partitioned by `kafka_partition`.

        Raises:
            LakeError: a table is not there.
        """
        found: dict[str, dict[int, int]] = {table: {} for table in tables}
        if found:
            # a row for each partition of the table, and no aggregation: that makes the query three stages long
            of_each = (
                f"select '{schema}.{name}', partition.kafka_partition, data.kafka_offset.max"
                f' from {schema}."{name}$partitions"'
                for schema, name in (table.split(".") for table in found)
            )
            for table, partition, offset in self.rows(" union all ".join(of_each)):
                found[table][partition] = max(offset, found[table].get(partition, -1))
        return dict(found)
