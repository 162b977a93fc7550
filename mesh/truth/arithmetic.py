"""Exact arithmetic of the measures: nulls are left out, results rounded once, half up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from mesh.truth.columns import Row
from mesh.truth.values import spell_timestamp

_PLACES = 4
_TOO_LARGE = 10**8
_MS_PER_HOUR = 3_600_000

Key = TypeVar("Key")


def ratio(part: int | Decimal | None, whole: int | Decimal | None) -> Decimal | None:
    """To 4 places; null if a side is null, the whole is 0, or the result has more than 8 digits before the point."""
    if part is None or not whole:
        return None
    rounded = round_half_up(Fraction(part) / Fraction(whole))
    return rounded if abs(rounded) < _TOO_LARGE else None


def mean_hours(durations_ms: Iterable[int]) -> Decimal | None:
    """The mean of durations in milliseconds, in hours; null without one."""
    durations = list(durations_ms)
    return ratio(sum(durations), len(durations) * _MS_PER_HOUR)


def round_half_up(value: Fraction) -> Decimal:
    """To 4 places, halves away from zero, rounded once."""
    # exact: a decimal quotient would be rounded to its precision first
    units = int(abs(value) * 10**_PLACES + Fraction(1, 2))
    return Decimal(-units if value < 0 else units).scaleb(-_PLACES)


def between(start: int | None, end: int | None) -> int | None:
    """The time from start to end, null if one is."""
    return None if start is None or end is None else end - start


def known(values: Iterable[Any]) -> list[Any]:
    """The values that are not null."""
    return [value for value in values if value is not None]


def total(values: Iterable[Any]) -> Any:
    """The sum of the values that are not null; null without one."""
    summands = known(values)
    return sum(summands) if summands else None


def day_of(milliseconds: int) -> str:
    """The UTC day, `2024-02-29`."""
    return spell_timestamp(milliseconds * 1000).split(" ")[0]


def grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    """The rows of each key."""
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups
