from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from bson.decimal128 import Decimal128

from mesh.simulate.ndjson import NdjsonError, load_ndjson, read_documents

GOOD = '{"_id": "a", "n": 1}\n'


def test_extended_json_read_as_plain_json_is_caught(tmp_path: Path) -> None:
    path = tmp_path / "returns.ndjson"
    path.write_text(
        '{"_id": "RET-1", "amount": {"$numberDecimal": "12.50"}, '
        '"at": {"$date": "2017-01-02T03:04:05.678Z"}}\n\n{"reason": "too large"}\n'
    )
    first, second = read_documents(path)
    assert first["amount"] == Decimal128("12.50")
    assert first["at"].replace(tzinfo=UTC) == datetime(2017, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
    assert second == {"reason": "too large"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"_id": "b"', "not MongoDB extended JSON"),
        ("[1, 2]", "not a document but list"),
        ("7", "not a document but int"),
        ('{"$oid": "5f43a1b2c3d4e5f601234567"}', "not a document but ObjectId"),
        ('{"_id": {"$oid": "short"}}', "not MongoDB extended JSON"),
        ('{"at": {"$date": "yesterday"}}', "not MongoDB extended JSON"),
        ('{"$set": {"n": 1}}', r"must not begin with \$: \$set"),
        ('{"_id": [1]}', "_id must not be an array"),
        ('{"_id": "a"}', "the same _id as line 1"),
        ('{"n": 99999999999999999999}', "cannot be stored"),
        ('{"n": "' + "x" * (17 * 1024 * 1024) + '"}', "more than MongoDB's"),
    ],
    ids=lambda text: text[:24],
)
def test_a_bad_line_that_is_written_or_badly_named_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, problem: str
) -> None:
    path = tmp_path / "bad.ndjson"
    path.write_text(GOOD + line + "\n" + '{"_id": "z"}\n')

    def connect(*_: object, **__: object) -> None:
        raise AssertionError("connected although a line is bad")

    monkeypatch.setattr("mesh.simulate.ndjson.MongoClient.__init__", connect)
    with pytest.raises(NdjsonError, match=problem) as caught:
        load_ndjson("mongodb://nowhere.invalid", "returns", path)
    assert str(caught.value).startswith(f"{path}, line 2: ")


def test_bytes_that_are_not_utf8_are_caught_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.ndjson"
    path.write_bytes(GOOD.encode() + '{"city": "Köln"}\n'.encode("latin-1"))
    with pytest.raises(NdjsonError, match="line 2: not UTF-8 at byte 12"):
        list(read_documents(path))
