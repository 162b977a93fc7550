"""The canonical form of Debezium's text equals that of the document it was written from."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import bson
import pytest
from bson.binary import Binary
from bson.code import Code
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.regex import Regex
from bson.timestamp import Timestamp

from mesh.truth.canonical import DECODING, canonical_bytes, from_bson, from_extended_json

OBJECT_ID = "64b7f3a1c2d4e5f601234567"

# name of the type: (BSON value, as the Java driver's legacy strict form spells it)
SPELLINGS: dict[str, tuple[Any, str]] = {
    "string": ("plain", '"plain"'),
    "unicode": ('grün 木 \U0001f4e6 \u2028 \x00 " \\', '"gr\\u00fcn 木 \U0001f4e6 \\u2028 \\u0000 \\" \\\\"'),
    "empty string": ("", '""'),
    "int32": (5, "5"),
    "negative int32": (-(2**31), "-2147483648"),
    "int64": (Int64(5), '{"$numberLong": "5"}'),
    "large int64": (2**63 - 1, '{"$numberLong": "9223372036854775807"}'),
    "double": (0.1, "0.1"),
    "whole double": (5.0, "5.0"),
    "large double": (1e10, "1.0E10"),
    "small double": (1.5e-7, "1.5E-7"),
    "negative zero": (-0.0, "-0.0"),
    "not a number": (float("nan"), "NaN"),
    "infinity": (float("-inf"), "-Infinity"),
    "decimal": (Decimal128("1.250"), '{"$numberDecimal": "1.250"}'),
    "decimal with exponent": (Decimal128("1.25E+30"), '{"$numberDecimal": "1.25E+30"}'),
    "decimal not a number": (Decimal128("NaN"), '{"$numberDecimal": "NaN"}'),
    "true": (True, "true"),
    "null": (None, "null"),
    "date": (datetime(2024, 2, 29, 23, 59, 59, 999000, UTC), '{"$date": 1709251199999}'),
    "date before 1970": (DatetimeMS(-1), '{"$date": -1}'),
    "date beyond year 9999": (DatetimeMS(253402300800000), '{"$date": 253402300800000}'),
    "object id": (ObjectId(OBJECT_ID), f'{{"$oid": "{OBJECT_ID}"}}'),
    "binary": (b"\x00\xff\x10", '{"$binary": "AP8Q", "$type": "00"}'),
    "uuid": (Binary(bytes(range(16)), 4), '{"$binary": "AAECAwQFBgcICQoLDA0ODw==", "$type": "04"}'),
    "user binary": (Binary(b"x", 128), '{"$binary": "eA==", "$type": "80"}'),
    "timestamp": (Timestamp(1700000000, 7), '{"$timestamp": {"t": 1700000000, "i": 7}}'),
    "regex": (Regex("^a/b", re.I | re.X), '{"$regex": "^a/b", "$options": "ix"}'),
    "code": (Code("f()"), '{"$code": "f()"}'),
    "code with scope": (
        Code("f()", {"n": Int64(1)}),
        '{"$code": "f()", "$scope": {"n": {"$numberLong": "1"}}}',
    ),
    "reference": (DBRef("orders", 7), '{"$ref": "orders", "$id": 7}'),
    "min key": (MinKey(), '{"$minKey": 1}'),
    "max key": (MaxKey(), '{"$maxKey": 1}'),
    "nested": (
        [{"a": [[], {}, None, Decimal128("0.10")], "b": {"c": {"d": Int64(-1)}}}, [1, [2.0]]],
        '[{"a": [[], {}, null, {"$numberDecimal": "0.10"}], "b": {"c": {"d": {"$numberLong": "-1"}}}}, [1, [2.0]]]',
    ),
}


def canonical_of_bson(document: dict[str, Any]) -> bytes:
    return canonical_bytes(from_bson(bson.decode(bson.encode(document), DECODING)))


def canonical_of_text(text: str) -> bytes:
    return canonical_bytes(from_extended_json(text))


@pytest.mark.parametrize("kind", SPELLINGS)
def test_a_type_that_debezium_spells_unlike_the_source_is_seen_as_equal(kind: str) -> None:
    value, spelling = SPELLINGS[kind]
    assert canonical_of_text(f'{{"_id": 1, "v": {spelling}}}') == canonical_of_bson({"_id": 1, "v": value})


@pytest.mark.parametrize(
    ("kind", "v2"),
    [
        ("int32", '{"$numberInt": "5"}'),
        ("whole double", '{"$numberDouble": "5.0"}'),
        ("infinity", '{"$numberDouble": "-Infinity"}'),
        ("date", '{"$date": {"$numberLong": "1709251199999"}}'),
        ("uuid", '{"$binary": {"base64": "AAECAwQFBgcICQoLDA0ODw==", "subType": "04"}}'),
        ("regex", '{"$regularExpression": {"pattern": "^a/b", "options": "xi"}}'),
    ],
)
def test_a_connector_that_writes_extended_json_v2_changes_no_content(kind: str, v2: str) -> None:
    assert canonical_of_text(f'{{"v": {v2}}}') == canonical_of_bson({"v": SPELLINGS[kind][0]})


def test_no_two_types_or_values_are_taken_for_one_another() -> None:
    forms: list[bytes] = [canonical_of_bson({"v": value}) for value, _ in SPELLINGS.values()]
    others: list[Any] = ["5", Decimal128("5"), Decimal128("1.25"), False, [], {}]
    forms += [canonical_of_bson({"v": value}) for value in others]
    assert len(set(forms)) == len(forms)


def test_a_null_field_is_not_a_missing_field() -> None:
    assert canonical_of_text('{"_id": 1, "v": null}') != canonical_of_bson({"_id": 1})


def test_an_element_that_moved_within_an_array_is_a_difference() -> None:
    assert canonical_of_text('{"v": [1, 2]}') != canonical_of_bson({"v": [2, 1]})


def test_the_order_of_fields_is_no_difference_at_any_level() -> None:
    assert canonical_of_text('{"b": [{"y": 1, "x": 2}], "a": 1}') == canonical_of_bson(
        {"a": 1, "b": [{"x": 2, "y": 1}]}
    )


@pytest.mark.parametrize("value", [{"$binary": 5, "$type": "00"}, {"$numberDecimal": "x"}, {"$date": "soon"}])
def test_what_only_looks_like_a_tag_is_a_subdocument(value: dict[str, Any]) -> None:
    assert canonical_of_text(json.dumps({"v": value})) == canonical_of_bson({"v": value})


@pytest.mark.parametrize("text", ["", "{"])
def test_text_that_is_no_extended_json_is_one_kind_of_error(text: str) -> None:
    with pytest.raises(ValueError):
        from_extended_json(text)
