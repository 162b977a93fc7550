"""Amounts of money as BSON decimals, from whole numbers so that nothing is rounded twice."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from bson.decimal128 import Decimal128


@lru_cache(maxsize=65_536)
def dollars(cents: int) -> Decimal128:
    """Return cents as dollars with two places: 1299 is 12.99."""
    return Decimal128(Decimal(cents).scaleb(-2))


@lru_cache(maxsize=65_536)
def unit_dollars(line_cents: int, quantity: int) -> Decimal128:
    """Return the price of one unit with four places, rounded: 100 cents for 3 is 0.3333."""
    ten_thousandths = (line_cents * 200 + quantity) // (2 * quantity)
    return Decimal128(Decimal(ten_thousandths).scaleb(-4))
