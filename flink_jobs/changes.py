"""Reads one Debezium change message of a MongoDB collection. Pure Python, each message parsed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from flink_jobs.images import strict_image
from flink_jobs.unreadable import Unreadable

OPERATIONS = frozenset("crud")
_LAST_MS = 253_402_300_799_999  # of the year 9999
_LAST_ORDER = 2**32 - 1  # the increment of a MongoDB timestamp has 32 bits


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one document.

    `op` is Debezium's: c(reate), r(ead by a snapshot), u(pdate), d(elete). `before` and `after` are the whole
    document as MongoDB extended JSON, valid as JSON. `source_at_ms` (ms since the epoch) and `source_order` (within
    that second) are MongoDB's own position of the change, in which the changes of a document are totally ordered.
    """

    document_id: str
    op: str
    before: str | None
    after: str | None
    source_at_ms: int
    source_order: int


def read_change(key: bytes | None, value: bytes | None) -> Change:
    """Read a message as Debezium's MongoDB connector writes it through the JSON converter, with or without schemas.

    Raises:
        Unreadable: the message is not such a change.
    """
    message = _json_object("value", value)
    op = message.get("op")
    if not isinstance(op, str) or op not in OPERATIONS:
        raise Unreadable(f"op is {op!r}, not one of c, r, u, d")
    # a delete says all there is to say without its document
    if "oversize_bytes" in message and op != "d":
        raise Unreadable(
            f"the change has {message['oversize_bytes']} bytes, more than a message may: its key names the document"
        )
    source = message.get("source")
    if not isinstance(source, dict):
        raise Unreadable("no source block")
    before, after = _document(message, "before"), _document(message, "after")
    if after is None and op != "d":
        raise Unreadable(
            f"op {op} without after: the connector must capture post-images (capture.mode.full.update.type)"
        )
    document_id = _json_object("key", key).get("id")
    if not isinstance(document_id, str):
        raise Unreadable("the key has no id")
    return Change(
        document_id, op, before, after, _integer(source, "ts_ms", _LAST_MS), _integer(source, "ord", _LAST_ORDER)
    )


def _json_object(part: str, content: bytes | None) -> dict[str, Any]:
    if not content:
        raise Unreadable(f"the {part} is empty")
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"the {part} is not JSON: {error}") from error
    if isinstance(parsed, dict) and parsed.keys() == {"schema", "payload"}:
        parsed = parsed["payload"]
    if not isinstance(parsed, dict):
        raise Unreadable(f"the {part} is not a JSON object")
    return parsed


def _document(message: dict[str, Any], image: str) -> str | None:
    document = message.get(image)
    if document is None:
        return None
    if not (isinstance(document, str) and document.startswith("{")):
        raise Unreadable(f"{image} is not a document")
    return strict_image(document)


def _integer(source: dict[str, Any], name: str, largest: int) -> int:
    value = source.get(name)
    if type(value) is not int or not -1 <= value <= largest:
        raise Unreadable(f"source.{name} is {value!r}, not an integer from -1 to {largest}")
    return value
