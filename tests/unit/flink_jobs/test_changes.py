"""Reading Debezium's messages: what is a change, and what goes to dead letters."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flink_jobs.changes import Change, read_change
from flink_jobs.unreadable import Unreadable

KEY = b'{"id": "\\"ORD-1\\""}'
BEFORE, AFTER = '{"_id": "ORD-1", "status": "received"}', '{"_id": "ORD-1", "status": "Zo\u00eb \U0001f600"}'
SOURCE = {"ts_ms": 1_700_000_000_000, "ord": 3, "collection": "orders"}


def message(**fields: Any) -> bytes:
    """An update as Debezium writes it, with some fields replaced."""
    return json.dumps({"op": "u", "before": BEFORE, "after": AFTER, "source": SOURCE, **fields}).encode()


def test_update_keeps_both_images_and_the_source_position() -> None:
    assert read_change(KEY, message()) == Change('"ORD-1"', "u", BEFORE, AFTER, 1_700_000_000_000, 3)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_double_that_is_no_number_hides_nothing_behind_it(word: str) -> None:
    image = f'{{"_id": {word}, "NaN": "it is \\"NaN\\", or Infinity", "many": [1, {word},{word}], "status": "packed"}}'
    read = read_change(KEY, message(before=image, after=image))
    assert read.before == read.after and read.after
    assert json.loads(read.after) == {
        "_id": {"$numberDouble": word},
        "NaN": 'it is "NaN", or Infinity',
        "many": [1, {"$numberDouble": word}, {"$numberDouble": word}],
        "status": "packed",
    }


def test_image_that_is_json_is_not_touched() -> None:
    image = '{"_id":  "a",\n"note": "NaN", "é": "\\u00e9"}'
    assert read_change(KEY, message(after=image)).after == image


def test_name_that_no_reader_takes_is_cut_and_hides_nothing() -> None:
    name, value = "x" * 60_000, [{"y" * 60_000: 0.1}, "z" * 60_000]
    image = json.dumps({"_id": "ORD-1", name: value, "status": "packed"})
    read = read_change(KEY, message(after=image)).after
    assert json.loads(read or "") == {
        "_id": "ORD-1",
        name[:50_000]: [{"y" * 50_000: 0.1}, "z" * 60_000],
        "status": "packed",
    }
    not_a_number = image.replace("0.1", "NaN")
    assert '"status":"packed"' in (read_change(KEY, message(after=not_a_number)).after or "")


def test_delete_has_no_after_and_may_lack_before() -> None:
    assert read_change(KEY, message(op="d", before=None, after=None)).after is None


def test_delete_of_a_document_too_large_for_a_message_is_a_delete() -> None:
    assert read_change(KEY, message(op="d", before=None, after=None, oversize_bytes=60_000_000)).op == "d"


def test_message_with_schemas_reads_as_its_payload() -> None:
    key = json.dumps({"schema": {}, "payload": json.loads(KEY)}).encode()
    value = json.dumps({"schema": {}, "payload": json.loads(message())}).encode()
    assert read_change(key, value) == read_change(KEY, message())


def test_document_with_a_field_named_payload_is_no_envelope() -> None:
    with pytest.raises(Unreadable, match="op is None"):
        read_change(KEY, b'{"payload": {}, "other": 1}')


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        (KEY, None, "the value is empty"),
        (KEY, b"", "the value is empty"),
        (KEY, b"{", "the value is not JSON"),
        (KEY, b"\xff\xfe", "the value is not JSON"),
        (KEY, b"[]", "the value is not a JSON object"),
        (KEY, message(op=None), "op is None"),
        (KEY, message(op=["c"]), "op is \\['c'\\]"),
        (KEY, message(source=None), "no source block"),
        (KEY, message(source={**SOURCE, "ts_ms": True}), "source.ts_ms is True"),
        (KEY, message(source={**SOURCE, "ord": "3"}), "source.ord is '3'"),
        (KEY, message(source={**SOURCE, "ord": 2**63}), "source.ord is 9223372036854775808"),
        (KEY, message(source={**SOURCE, "ts_ms": 2**62}), "source.ts_ms is 4611686018427387904"),
        (KEY, message(after=None), "without after"),
        (KEY, message(before=None, after=None, oversize_bytes=60_000_000), "has 60000000 bytes, more than"),
        (KEY, message(before="text"), "before is not a document"),
        (KEY, message(after='{"_id": 1, "status": }'), "image of the document is not JSON"),
        (KEY, message(after='{"_id": NaN, "status": "x'), "image of the document is not JSON"),
        (None, message(), "the key is empty"),
        (b'{"id": 5}', message(), "the key has no id"),
        (b"\xff", message(), "the key is not JSON"),
    ],
)
def test_unreadable_message_says_why(key: bytes | None, value: bytes | None, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_change(key, value)
