"""What a field of a document is as a typed value of silver: one function a column type.

Written from the columns' definition: a field of another type than its column's is null, never an error.
Numbers and numeric texts become a number column's value by their spelling in the document's JSON.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

from bson.datetime_ms import DatetimeMS
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.objectid import ObjectId

_EPOCH = datetime(1970, 1, 1)
# spelled as an integer, or as a double: 5, 5.00, 1.2E7
_WHOLE = re.compile(r"[ \t\r\n]*([+-]?0*[0-9]{1,19}(\.[0-9]{1,18}0*(E[0-9]{1,2})?)?)[ \t\r\n]*")
_BOUNDED = re.compile(r"[^eE]{0,400}([eE][+-]?[0-9]{1,4})?")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NOT_FINITE = {"NaN", "Infinity", "-Infinity"}
# doubles in this range are spelled without an exponent
_PLAIN_FROM, _PLAIN_TO = 1e-3, 1e7
_FIRST_MS, _LAST_MS = -62_135_596_800_000, 253_402_300_799_999
_EXACT = Context(prec=400, Emax=100_000, Emin=-100_000)


def as_text(value: object) -> str | None:
    """Text as it is; numbers and booleans in their JSON spelling, an ObjectId's digits; all else null, NaN too."""
    kind = type(value)
    if kind is str:
        return str(value)
    if value is None:
        return None
    if isinstance(value, Decimal128 | Int64 | ObjectId):
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    return spell_double(value) if isinstance(value, float) and math.isfinite(value) else None


def as_integer(value: object, bits: int = 32) -> int | None:
    """A whole number of so many bits; 5.0, 5.00 and 1.2E7 are, 5.5 and 1E1 are not."""
    if type(value) is int:
        number = value
    elif isinstance(value, float):
        if not value.is_integer():
            return None
        number = int(value)
    else:
        spelled = _WHOLE.fullmatch(_spelling(value) or "")
        if not spelled or Decimal(spelled[1]) % 1:
            return None
        number = int(Decimal(spelled[1]))
    return number if -(2 ** (bits - 1)) <= number < 2 ** (bits - 1) else None


def as_decimal(value: object, precision: int, scale: int) -> Decimal | None:
    """A decimal number rounded half up, null if it has too many digits, or is spelled at a length that nobody means."""
    text = _spelling(value)
    if text is None or not _DECIMAL.fullmatch(text) or not _BOUNDED.fullmatch(text):
        return None
    number = Decimal(text)
    if number and number.adjusted() >= precision - scale:
        return None
    rounded = number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, _EXACT)
    # + 0: a decimal of SQL has no negative zero
    return rounded + 0 if abs(rounded) < Decimal(10) ** (precision - scale) else None


def as_double(value: object) -> float | None:
    """A double, not a number and the infinities too."""
    text = _spelling(value) or ""
    if not _BOUNDED.fullmatch(text):
        return None
    text = text.strip()
    return float(text) if text in _NOT_FINITE or _DECIMAL.fullmatch(text) else None


def as_milliseconds(value: object) -> int | None:
    """A date of the years 1 to 9999 as milliseconds since 1970; null for anything else."""
    is_told = isinstance(value, DatetimeMS) and _FIRST_MS <= int(value) <= _LAST_MS
    return int(value) if is_told else None  # type: ignore[call-overload]


def spell_timestamp(microseconds: int) -> str:
    """Microseconds since 1970 as UTC text, `2024-02-29 23:59:59.999000`."""
    try:
        return (_EPOCH + timedelta(microseconds=microseconds)).isoformat(" ", "microseconds")
    except OverflowError:
        return f"{microseconds} us since 1970"


def spell_double(value: float) -> str:
    """A double as Java spells it, and so the document's JSON: 5.0, 0.001, 1.0E10, 1.5E-7."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0 or _PLAIN_FROM <= abs(value) < _PLAIN_TO:
        return format(Decimal(repr(value)), "f") if "e" in repr(value) else repr(value)
    sign, digits, _ = Decimal(repr(value)).as_tuple()
    spelled = "".join(map(str, digits)).rstrip("0")
    return f"{'-' if sign else ''}{spelled[0]}.{spelled[1:] or '0'}E{Decimal(repr(value)).adjusted()}"


def _spelling(value: object) -> str | None:
    if isinstance(value, float):
        return spell_double(value)
    return None if isinstance(value, ObjectId) else as_text(value)
