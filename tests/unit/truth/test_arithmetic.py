"""Ratios and means are exact and rounded once."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from mesh.truth.arithmetic import between, day_of, mean_hours, ratio, round_half_up, total


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Fraction(-5, 100_000), "-0.0001"),
        (Fraction(-4, 100_000), "0.0000"),
        (Fraction(2, 3), "0.6667"),
        (Fraction(1), "1.0000"),
        # a quotient rounded to 28 digits first would become a half
        (Fraction(1, 20_000) - Fraction(1, 10**40), "0.0000"),
    ],
)
def test_a_value_is_rounded_once_and_away_from_zero(value: Fraction, rounded: str) -> None:
    assert str(round_half_up(value)) == rounded
    assert isinstance(round_half_up(value), Decimal)


def test_a_ratio_is_null_without_a_part_or_whole() -> None:
    assert str(ratio(1, 3)) == "0.3333"
    assert str(ratio(Decimal("0.01"), 100)) == "0.0001"
    assert str(ratio(0, 3)) == "0.0000"
    assert ratio(1, 0) is ratio(None, 3) is ratio(1, None) is None


def test_the_mean_of_no_duration_is_null() -> None:
    assert str(mean_hours([3_600_000, 0])) == "0.5000"
    assert mean_hours([]) is None


def test_nulls_are_left_out() -> None:
    assert total([None, 2, None, 3]) == 5
    assert total([None]) is total([]) is None
    assert between(2, 5) == 3
    assert between(None, 5) is between(2, None) is None


def test_days_are_utc() -> None:
    assert [day_of(at) for at in (-1, 0, 86_399_999)] == ["1969-12-31", "1970-01-01", "1970-01-01"]
