"""What becomes of one message in the landing job's Python function."""

from __future__ import annotations

import pytest

from flink_jobs.changes import read_change
from flink_jobs.decoding import CHANGE_FIELDS, Decoder

KEY = b'{"id":"\\"a\\""}'
DELETE = b'{"op":"d","before":null,"after":null,"source":{"ts_ms":1,"ord":2}}'


def test_message_that_can_be_read_has_its_fields_and_no_reason() -> None:
    decode = Decoder(lambda: read_change, CHANGE_FIELDS)
    assert decode(KEY, DELETE) == ('"a"', "d", None, None, 1, 2, None)


@pytest.mark.parametrize(("key", "value"), [(KEY, b"bad"), (None, DELETE), (None, None)])
def test_message_that_cannot_be_read_has_a_reason_and_no_field(key: bytes | None, value: bytes | None) -> None:
    *fields, reason = Decoder(lambda: read_change, CHANGE_FIELDS)(key, value)
    assert fields == [None] * len(CHANGE_FIELDS)
    assert reason


class NobodyForesawIt(Exception):
    """Of no kind that Python itself raises."""


@pytest.mark.parametrize("error", [TypeError("unhashable"), NobodyForesawIt("x"), RecursionError()])
def test_message_that_nobody_foresaw_has_a_reason_too(error: Exception) -> None:
    def stumble(_key: bytes | None, _value: bytes | None) -> object:
        raise error

    assert Decoder(lambda: stumble, CHANGE_FIELDS)(b"k", b"v")[-1] == f"unforeseen: {error!r}"


def test_an_outage_is_let_through() -> None:
    def unreachable(_key: bytes | None, _value: bytes | None) -> object:
        raise OSError("registry down")

    with pytest.raises(OSError, match="registry down"):
        Decoder(lambda: unreachable, CHANGE_FIELDS)(b"k", b"v")


def test_reader_is_made_once() -> None:
    made = []

    def make_read() -> object:
        made.append(1)
        return read_change

    decode = Decoder(make_read, CHANGE_FIELDS)  # type: ignore[arg-type]
    decode(KEY, DELETE)
    decode(KEY, DELETE)
    assert made == [1]
