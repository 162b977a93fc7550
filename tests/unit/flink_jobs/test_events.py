"""Reading Avro events in the Confluent wire format, against a registry on loopback."""

from __future__ import annotations

import io
import json
import struct
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import fastavro
import pytest

from flink_jobs.events import EventReader
from flink_jobs.unreadable import Unreadable

SCHEMA: dict[str, Any] = {
    "type": "record",
    "name": "OrderEvent",
    "fields": [
        {"name": "event_id", "type": "string"},
        {"name": "event_type", "type": ["null", "string"]},
        {"name": "occurred_at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
    ],
}
IMPOSSIBLE = {
    "type": "record",
    "name": "Paid",
    "fields": [{"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 2, "scale": 9}}],
}
RECORD = {
    "event_id": "e-1",
    "event_type": "order.received",
    "occurred_at": datetime(2017, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    "amount": Decimal("1.10"),
}


class _Registry(BaseHTTPRequestHandler):
    """Knows schema 7, and 9, which fastavro does not read; fails for 500, says nonsense for 501; 404 for all else."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        schema_id = int(self.path.removeprefix("/schemas/ids/"))
        status = {7: 200, 9: 200, 500: 500, 501: 200}.get(schema_id, 404)
        schema = IMPOSSIBLE if schema_id == 9 else SCHEMA
        body = b"<html>" if schema_id == 501 else json.dumps({"schema": json.dumps(schema)}).encode()
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def reader() -> Iterator[EventReader]:
    _Registry.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Registry)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield EventReader(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def wire(record: dict[str, Any], schema_id: int = 7) -> bytes:
    """The record as a producer writes it."""
    body = io.BytesIO()
    fastavro.schemaless_writer(body, fastavro.parse_schema(SCHEMA), record)
    return struct.pack(">bI", 0, schema_id) + body.getvalue()


def test_event_keeps_every_digit_and_the_microseconds(reader: EventReader) -> None:
    event = reader.read(b"ORD-1", wire(RECORD))
    assert (event.event_id, event.event_type, event.event_key) == ("e-1", "order.received", "ORD-1")
    assert event.occurred_at == "2017-01-02 03:04:05.678901"
    assert json.loads(event.payload)["amount"] == "1.10"


def test_schema_is_fetched_once(reader: EventReader) -> None:
    for _ in range(5):
        reader.read(None, wire(RECORD))
    assert _Registry.asked == ["/schemas/ids/7"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "wire format"),
        (b"", "wire format"),
        (b"\x01" + wire(RECORD)[1:], "wire format"),
        (wire(RECORD, schema_id=8), "schema 8 is not registered"),
        (wire(RECORD, schema_id=9), "schema 9 cannot be read.*scale"),
        (wire(RECORD)[:-1], "not a record of schema 7"),
        (wire(RECORD) + b"x", "bytes are left"),
        (wire({**RECORD, "event_type": None}), "no event_type"),
    ],
)
def test_unreadable_event_says_why(reader: EventReader, value: bytes | None, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        reader.read(b"k", value)


def test_key_that_is_no_text_is_unreadable(reader: EventReader) -> None:
    with pytest.raises(Unreadable, match="the key is not text"):
        reader.read(b"\xff", wire(RECORD))


@pytest.mark.parametrize("schema_id", [500, 501])
def test_registry_that_fails_is_not_the_messages_fault(reader: EventReader, schema_id: int) -> None:
    with pytest.raises(OSError):
        reader.read(b"k", wire(RECORD, schema_id=schema_id))


@pytest.mark.parametrize("year", [1, 9999])
def test_a_year_has_four_digits_as_flink_reads_it(reader: EventReader, year: int) -> None:
    moment = datetime(year, 1, 1, 0, 0, 0, 5, tzinfo=UTC)
    assert reader.read(b"k", wire({**RECORD, "occurred_at": moment})).occurred_at == f"{year:04}-01-01 00:00:00.000005"
