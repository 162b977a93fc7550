"""Reads one Avro business event in the Confluent wire format: a zero byte, a schema id, the record."""

from __future__ import annotations

import base64
import http.client
import io
import ssl
import struct
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

import fastavro
import orjson

from flink_jobs.unreadable import Unreadable

_HEADER = struct.Struct(">bI")


@dataclass(frozen=True, slots=True)
class Event:
    """One business event; `payload` is the whole record as JSON, `occurred_at` an ISO timestamp in UTC."""

    event_id: str
    event_type: str
    occurred_at: str
    event_key: str | None
    payload: str
    schema_id: int


class EventReader:
    """Decodes events with the schemas they were written with, each fetched from the registry once."""

    def __init__(self, registry_url: str, authorities: str | None = None) -> None:
        """Connect at the first event.

        Args:
            registry_url: with user and password in it, if it asks for them.
            authorities: certificates (PEM) that the registry's is checked by; the system's if there are none.
        """
        self._registry = _Registry(registry_url, authorities)
        self._schemas: dict[int, Any] = {}

    def read(self, key: bytes | None, value: bytes | None) -> Event:
        """Decode one message.

        Raises:
            Unreadable: the message is not an event of a registered schema.
            OSError: the registry does not answer; not the message's fault, so the job must try again.
        """
        if not value or len(value) <= _HEADER.size or value[0] != 0:
            raise Unreadable("not in the Confluent wire format")
        schema_id = _HEADER.unpack_from(value)[1]
        body = io.BytesIO(value[_HEADER.size :])
        schema = self._schema(schema_id)
        try:
            record = fastavro.schemaless_reader(body, schema, None)
        except Exception as error:  # fastavro raises whatever the bytes lead it into
            raise Unreadable(f"not a record of schema {schema_id}: {error!r}") from error
        if body.read(1):
            raise Unreadable(f"bytes are left after the record of schema {schema_id}")
        return _event(key, record, schema_id)

    def _schema(self, schema_id: int) -> Any:
        if schema_id not in self._schemas:
            try:
                text = self._registry.schema(schema_id)
            except urllib.error.HTTPError as error:
                if error.code == 404:
                    raise Unreadable(f"schema {schema_id} is not registered") from error
                raise
            try:
                self._schemas[schema_id] = fastavro.parse_schema(orjson.loads(text))
            except Exception as error:  # a registry takes schemas that fastavro does not
                raise Unreadable(f"schema {schema_id} cannot be read: {error!r}") from error
        return self._schemas[schema_id]


class _Registry:
    def __init__(self, url: str, authorities: str | None) -> None:
        address = urlsplit(url)
        self._url = address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()
        self._headers = {}
        if address.username:
            login = f"{unquote(address.username)}:{unquote(address.password or '')}"
            self._headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
        self._trust = ssl.create_default_context(cadata=authorities or None) if address.scheme == "https" else None

    def schema(self, schema_id: int) -> str:
        request = urllib.request.Request(f"{self._url}/schemas/ids/{schema_id}", headers=self._headers)
        try:
            with urllib.request.urlopen(request, timeout=30, context=self._trust) as answer:
                return str(orjson.loads(answer.read())["schema"])
        except (http.client.HTTPException, LookupError, TypeError, ValueError) as error:
            raise OSError(f"the registry's answer for schema {schema_id} cannot be read: {error!r}") from error


def _event(key: bytes | None, record: Any, schema_id: int) -> Event:
    if not isinstance(record, dict):
        raise Unreadable(f"schema {schema_id} is not a record")
    missing = [name for name in ("event_id", "event_type", "occurred_at") if record.get(name) is None]
    if missing:
        raise Unreadable(f"the event has no {', '.join(missing)}")
    occurred_at = record["occurred_at"]
    if not isinstance(occurred_at, datetime):
        raise Unreadable("occurred_at is not a timestamp")
    try:
        event_key = key.decode() if key is not None else None
    except UnicodeDecodeError as error:
        raise Unreadable(f"the key is not text: {error}") from error
    return Event(
        event_id=str(record["event_id"]),
        event_type=str(record["event_type"]),
        # not strftime, which writes the year 1 as 1
        occurred_at=occurred_at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds"),
        event_key=event_key,
        payload=orjson.dumps(record, default=_json_value).decode(),
        schema_id=schema_id,
    )


def _json_value(value: object) -> object:
    """What JSON has no word for: decimals keep their digits as text, bytes become base64."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
