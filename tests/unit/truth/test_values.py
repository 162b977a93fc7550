"""Typed values of fields, odd ones too: null where a value is not of its column's type."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from bson.datetime_ms import DatetimeMS
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.objectid import ObjectId

from mesh.truth.values import (
    as_decimal,
    as_double,
    as_integer,
    as_milliseconds,
    as_text,
    spell_double,
    spell_timestamp,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", ""),
        ("é", "é"),
        (5, "5"),
        (5.0, "5.0"),
        (True, "true"),
        (None, None),
        ({"a": 1}, None),
        (["a"], None),
        (Int64(5), "5"),
        (Decimal128("5.10"), "5.10"),
        (DatetimeMS(0), None),
        (ObjectId("64b7f3a1c2d4e5f601234567"), "64b7f3a1c2d4e5f601234567"),
    ],
)
def test_text_that_a_date_or_object_must_not_fill(value: Any, text: str | None) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        (Int64(5), 5),
        (Decimal128("5"), 5),
        ("5", 5),
        (" +5 ", 5),
        (-(2**31), -(2**31)),
        (2**31, None),
        (Int64(2**31), None),
        (5.0, 5),
        ("5.00", 5),
        (5.5, None),
        (1e10, None),
        (12345678.0, 12345678),
        (12345678.9, None),
        ("1.2345678E7", 12345678),
        ("1E1", None),
        (float("inf"), None),
        (ObjectId(), None),
        ("five", None),
        ("", None),
        (True, None),
        (None, None),
        ([5], None),
        ("9" * 5000, None),
    ],
)
def test_whole_number_that_overflows_or_is_no_number_is_null(value: Any, number: int | None) -> None:
    assert as_integer(value) == number


@pytest.mark.parametrize(
    ("value", "number"),
    [(Int64(2**63 - 1), 2**63 - 1), (str(-(2**63)), -(2**63)), (str(2**63), None), ("9" * 20, None)],
)
def test_whole_number_of_64_bits(value: Any, number: int | None) -> None:
    assert as_integer(value, bits=64) == number


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, "5.00"),
        (Int64(-5), "-5.00"),
        (1.005, "1.01"),
        (-1.005, "-1.01"),
        (1e10, "10000000000.00"),
        (-0.001, "0.00"),
        (Decimal128("12.345"), "12.35"),
        (Decimal128("1.25E+3"), "1250.00"),
        (Decimal128("0E-6176"), "0.00"),
        ("12.30", "12.30"),
        ("9999999999999999.99", "9999999999999999.99"),
        ("9999999999999999.995", None),
        ("1E400", None),
        ("1E-400", "0.00"),
        ("1E600000000", None),
        ("0E00010", None),
        ("0" * 400 + "1", None),
        (float("nan"), None),
        (Decimal128("Infinity"), None),
        ("12,30", None),
        (" 5", None),
        (True, None),
        ({"amount": 5}, None),
    ],
)
def test_amount_rounds_half_up_and_is_null_beyond_its_digits(value: Any, number: str | None) -> None:
    result = as_decimal(value, 18, 2)
    assert (None if result is None else str(result)) == number
    assert result is None or isinstance(result, Decimal)


def test_double_takes_every_numeric_type_and_nothing_else() -> None:
    values: list[Any] = [5, Int64(5), 5.0, Decimal128("5"), "5", " 5.0 ", "5e0"]
    assert [as_double(value) for value in values] == [5.0] * len(values)
    assert as_double(Decimal128("-Infinity")) == -math.inf
    assert math.isnan(as_double(float("nan")) or 0)
    others: list[Any] = ["heavy", "inf", "0x1p3", "", None, False, []]
    assert [as_double(value) for value in others] == [None] * len(others)


@pytest.mark.parametrize(
    ("value", "milliseconds"),
    [
        (DatetimeMS(5), 5),
        (DatetimeMS(-1), -1),
        (DatetimeMS(253_402_300_799_999), 253_402_300_799_999),
        (DatetimeMS(253_402_300_800_000), None),
        (DatetimeMS(-62_135_596_800_001), None),
        ("2024-02-29T00:00:00Z", None),
        (1709251199999, None),
        (None, None),
    ],
)
def test_what_is_no_date_is_null(value: Any, milliseconds: int | None) -> None:
    assert as_milliseconds(value) == milliseconds


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (1709251199999001, "2024-02-29 23:59:59.999001"),
        (-1, "1969-12-31 23:59:59.999999"),
        (253402300799000000, "9999-12-31 23:59:59.000000"),
        (253402300800000000, "253402300800000000 us since 1970"),
    ],
)
def test_timestamp_is_spelled_in_utc_to_the_microsecond(microseconds: int, text: str) -> None:
    assert spell_timestamp(microseconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5.0"),
        (-0.0, "-0.0"),
        (0.001, "0.001"),
        (0.00012, "1.2E-4"),
        (1.5e-7, "1.5E-7"),
        (9999999.0, "9999999.0"),
        (10000000.0, "1.0E7"),
        (-123456789.5, "-1.234567895E8"),
        (1e100, "1.0E100"),
        (float("inf"), "Infinity"),
    ],
)
def test_double_is_spelled_as_java_does(value: float, text: str) -> None:
    assert spell_double(value) == text
