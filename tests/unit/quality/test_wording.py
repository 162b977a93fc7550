from __future__ import annotations

from decimal import Decimal

import pytest

from mesh.quality.wording import amount, promised


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        ("2.3000", "minutes", "2.3 minutes"),
        ("5.0001", "minutes", "5.01 minutes"),
        ("0.0000", "minutes", "0 minutes"),
        ("99.8999", "percent", "99.89 %"),
        ("100.0000", "percent", "100 %"),
    ],
)
def test_numbers_have_units_and_are_rounded_against_the_promise(value: str, unit: str, said: str) -> None:
    assert amount(Decimal(value), unit) == said


def test_promise_says_its_direction() -> None:
    assert promised(Decimal("5.0000"), "minutes") == "at most 5 minutes"
    assert promised(Decimal("99.9000"), "percent") == "at least 99.9 %"
