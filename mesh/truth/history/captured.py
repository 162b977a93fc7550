"""Reads a change message of a collection as Debezium's MongoDB connector writes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson

_OPERATIONS = ("c", "r", "u", "d")
_LAST_MS = 253_402_300_799_999
_LAST_ORDER = 2**32 - 1
# a snapshot read carries its reader's clock: what was written just after it must come after it
_READ_EARLIER_SECONDS = 5


Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """One change: its document's id as extended JSON, and the document after it, or before a deletion.

    `position` is the oplog's second since 1970, and the change's place in it: the source's order.
    """

    document_id: str
    op: str
    document: str | None
    position: Position


def read_change(key: bytes | None, value: bytes | None) -> Change | None:
    """The change that a message tells, nothing for a message that tells none: those land as dead letters."""
    message, document_id = _object(value), _object(key).get("id")
    op, source, before, after = (message.get(name) for name in ("op", "source", "before", "after"))
    if op not in _OPERATIONS or not isinstance(source, dict) or not isinstance(document_id, str):
        return None
    if not _is_document(before) or not _is_document(after) or (after is None and op != "d"):
        return None
    millis, order = _integer(source.get("ts_ms"), _LAST_MS), _integer(source.get("ord"), _LAST_ORDER)
    if millis is None or order is None:
        return None
    second = millis // 1000 - (_READ_EARLIER_SECONDS if op == "r" else 0)
    return Change(document_id, op, before if after is None else after, (second, order))


def forget_person(change: Change) -> Change:
    """The change as the lake has it since the customer of its document was forgotten: see mesh privacy."""
    document = orjson.loads(change.document or b"{}")
    return replace(change, document=orjson.dumps({**document, "customer_id": "forgotten"}).decode())


def _object(content: bytes | None) -> dict[str, Any]:
    try:
        parsed = orjson.loads(content or b"")
    except ValueError:
        return {}
    if isinstance(parsed, dict) and parsed.keys() == {"schema", "payload"}:
        parsed = parsed["payload"]
    return parsed if isinstance(parsed, dict) else {}


def _is_document(image: object) -> bool:
    return image is None or (isinstance(image, str) and image.startswith("{"))


def _integer(value: object, largest: int) -> int | None:
    return value if type(value) is int and -1 <= value <= largest else None
