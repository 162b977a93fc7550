"""How a promise and its measurements read: numbers with their units, and what was not measured called so."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

_DIGITS = Decimal("0.01")


def amount(value: Decimal, unit: str) -> str:
    """As `2.3 minutes` or `99.98 %`; rounded against the promise, so that a broken one never looks kept."""
    if unit == "minutes":
        return f"{_short(value.quantize(_DIGITS, ROUND_CEILING))} minutes"
    return f"{_short(value.quantize(_DIGITS, ROUND_FLOOR))} %"


def promised(threshold: Decimal, unit: str) -> str:
    """As `at most 5 minutes` or `at least 99.9 %`."""
    return f"{'at most' if unit == 'minutes' else 'at least'} {amount(threshold, unit)}"


def is_measurement(unit: str, value: Decimal, population: int) -> bool:
    """Whether there was anything to measure: a change that became readable or waits, or a row."""
    return population > 0 or (unit == "minutes" and value > 0)


def _short(value: Decimal) -> str:
    # normalize() alone writes 100 as 1E+2
    return f"{value.normalize():f}"
