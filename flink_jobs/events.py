"""Reads one Avro business event in the Confluent wire format: a zero byte, a schema id, the record."""

from __future__ import annotations

import base64
import io
import struct
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

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

    def __init__(self, registry_url: str) -> None:
        self._registry_url = registry_url
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
                with urllib.request.urlopen(f"{self._registry_url}/schemas/ids/{schema_id}", timeout=30) as answer:
                    text = orjson.loads(answer.read())["schema"]
            except urllib.error.HTTPError as error:
                if error.code == 404:
                    raise Unreadable(f"schema {schema_id} is not registered") from error
                raise
            self._schemas[schema_id] = fastavro.parse_schema(orjson.loads(text))
        return self._schemas[schema_id]


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
        occurred_at=occurred_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
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
