"""One canonical form for a document, reached from its BSON and from its extended JSON alike.

The form is JSON: strings, booleans, null, int32 (as integers) and doubles (with a point or an exponent) stand
for themselves, every other type is a tagged object, as in MongoDB's extended JSON. So types stay apart where
JSON keeps them apart: int32 5, int64 5, double 5.0 and decimal 5 are four values; a null is no missing field.

What is not told apart:

- the order of fields, at every level: an update by `$set` appends, so the order says how a document grew,
  not what it holds;
- a symbol and a string, undefined and null: the driver reads the deprecated type as the other one;
- a subdocument that spells a tag by hand (`{"$date": 5}`) and the value of that type: extended JSON cannot.

Extended JSON is read by MongoDB's own driver, which no model uses.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bson import json_util
from bson.binary import Binary
from bson.code import Code
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.errors import BSONError
from bson.int64 import Int64
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.regex import Regex
from bson.timestamp import Timestamp

# what a canonical value is made of: str, int, float, bool, None, lists and dicts of them
Canonical = Any
Document = dict[str, Any]

# any date, also one beyond Python's years 1 to 9999
DECODING: CodecOptions[Document] = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_MS)
_READING = json_util.JSONOptions(datetime_conversion=DatetimeConversion.DATETIME_MS)

_RELAXED = json_util.RELAXED_JSON_OPTIONS

_REGEX_FLAGS = (("i", re.I), ("l", re.L), ("m", re.M), ("s", re.S), ("u", re.U), ("x", re.X))


def canonical_bytes(value: Canonical) -> bytes:
    """The one spelling of a canonical value."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def key_text(document_id: object) -> str:
    """What identifies a document: its `_id`, decoded with `DECODING`, in one spelling.

    To MongoDB two ids of one number are the same id, whichever integer type they have, and Debezium does not tell.
    """
    return json.dumps(from_bson(_as_one_integer(document_id)), sort_keys=True, separators=(",", ":"))


def relaxed_text(value: object) -> str:
    """A value as MongoDB's driver for Java spells it in relaxed extended JSON, as Debezium does an `_id`."""
    return json_util.dumps(value, json_options=_RELAXED, separators=(",", ": "), ensure_ascii=False)


def _as_one_integer(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_one_integer(field) for name, field in value.items()}
    if isinstance(value, list):
        return [_as_one_integer(element) for element in value]
    return int(value) if isinstance(value, Int64) else value


def from_bson(value: object) -> Canonical:
    """The canonical form of a value that was decoded with `DECODING`.

    Raises:
        TypeError: a Python type that no BSON type decodes to.
    """
    convert = _FROM_BSON.get(type(value))
    if convert is None:
        raise TypeError(f"{type(value).__name__} is no type of BSON")
    return convert(value)


def bson_of(text: str) -> Any:
    """What extended JSON says, as `DECODING` gives it: of the legacy strict form that Debezium writes, or of v2.

    Raises:
        ValueError: the text is not JSON.
    """
    try:
        return json.loads(text, object_hook=_untag)
    except RecursionError as error:
        raise ValueError(f"not extended JSON: {error!r}") from error


def _untag(fields: dict[str, Any]) -> Any:
    try:
        if fields.keys() == {"$numberDecimal"}:
            return _decimal128(fields["$numberDecimal"])
        return json_util.object_hook(fields, _READING)
    except (TypeError, ValueError, KeyError, AttributeError, ArithmeticError, BSONError):
        # what somebody spelled like a tag is a subdocument
        return fields


def from_extended_json(text: str) -> Canonical:
    """The canonical form of extended JSON.

    Raises:
        ValueError: the text is not such JSON.
    """
    return from_bson(bson_of(text))


def bson_or_text(text: str) -> Any:
    """As `bson_of`; what is not extended JSON is compared as it is, not raised."""
    try:
        return bson_of(text)
    except ValueError:
        return {"not extended JSON": text}


def content_of(text: str | None) -> Canonical:
    """The canonical form of a JSON column."""
    return None if text is None else from_bson(bson_or_text(text))


def key_of(document_id: str | None) -> str:
    """The canonical text of a `document_id`, comparable with the source's keys."""
    return key_text(None if document_id is None else bson_or_text(document_id))


def _same(value: Any) -> Canonical:
    return value


def _object(value: dict[str, Any]) -> Canonical:
    return {name: _FROM_BSON[type(field)](field) for name, field in value.items()}


def _array(value: list[Any]) -> Canonical:
    return [_FROM_BSON[type(element)](element) for element in value]


def _binary(value: bytes, subtype: int = 0) -> Canonical:
    return {"$binary": base64.b64encode(value).decode("ascii"), "$type": f"{subtype:02x}"}


# the same few prices come a million times
@lru_cache(65_536)
def _decimal128(text: str) -> Decimal128:
    return Decimal128(text)


@lru_cache(65_536)
def _spelled(bits: bytes) -> str:
    # spellings of one value differ between drivers (1E+3, 1e3); digits and exponent do not
    return str(Decimal(str(Decimal128.from_bid(bits))))


def _regex(value: Regex[Any]) -> Canonical:
    options = "".join(letter for letter, flag in _REGEX_FLAGS if value.flags & flag)
    pattern = value.pattern.decode() if isinstance(value.pattern, bytes) else value.pattern
    return {"$regex": pattern, "$options": options}


def _code(value: Code) -> Canonical:
    scope = {} if value.scope is None else {"$scope": _object(dict(value.scope))}
    return {"$code": str(value), **scope}


_FROM_BSON: dict[type, Callable[[Any], Canonical]] = {
    str: _same,
    int: _same,
    float: _same,
    bool: _same,
    type(None): _same,
    dict: _object,
    list: _array,
    Int64: lambda value: {"$numberLong": str(int(value))},
    Decimal128: lambda value: {"$numberDecimal": _spelled(value.bid)},
    DatetimeMS: lambda value: {"$date": int(value)},
    ObjectId: lambda value: {"$oid": str(value)},
    bytes: _binary,
    Binary: lambda value: _binary(value, value.subtype),
    Regex: _regex,
    Timestamp: lambda value: {"$timestamp": {"t": value.time, "i": value.inc}},
    MinKey: lambda _: {"$minKey": 1},
    MaxKey: lambda _: {"$maxKey": 1},
    Code: _code,
    DBRef: lambda value: _object(dict(value.as_doc())),
}
