"""Reads the lake through Trino."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from types import TracebackType
from typing import Any

import requests
from trino.dbapi import Connection
from trino.exceptions import Error, TrinoQueryError

from mesh.instance import Instance
from mesh.trino import connect_trino
from mesh.truth.canonical import Canonical, canonical_text, from_extended_json


class LakeError(Exception):
    """A table is missing or Trino cannot answer; the message is one line."""


class Lake:
    """A connection, opened with the first query. Use it as a context manager."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._connection: Connection | None = None
        self._open = ExitStack()

    def __enter__(self) -> Lake:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def rows(self, sql: str) -> Iterator[list[Any]]:
        """Stream a query's rows.

        Raises:
            LakeError: the query failed, at its start or under way.
        """
        try:
            if self._connection is None:
                self._connection = self._open.enter_context(closing(connect_trino(self._instance)))
            cursor = self._connection.cursor()
            cursor.execute(sql)
            yield from cursor
        except TrinoQueryError as error:
            raise LakeError(f"Trino: {error.message} ({error.error_name})") from error
        except (Error, requests.RequestException) as error:
            raise LakeError(f"Trino does not answer: {str(error).splitlines()[0]}") from error


def key_of(document_id: str | None) -> str:
    """The canonical text of a `document_id`, comparable with the source's keys."""
    return canonical_text(content_of(document_id))


def content_of(text: str | None) -> Canonical:
    """The canonical form of a JSON column; what is not extended JSON is compared as it is, not raised."""
    if text is None:
        return None
    try:
        return from_extended_json(text)
    except ValueError:
        return {"not extended JSON": text}
