"""How the warehouse behaves: weights, durations and formats. Numbers only, no state.

Durations are in milliseconds. They are assumptions, chosen so that orders take hours to leave
the house and days to arrive, and so that few but some are cancelled or late.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from string import digits

from mesh.simulate.clock import HOUR, MINUTE, SECOND

WAREHOUSE_ID = "WH-01"

WAVE_SIZE = 60
WAVE_MAX_WAIT = 4 * HOUR
CART_SIZE = 4

CANCELLED_SHARE = 0.03
PURGED_SHARE_OF_CANCELLED = 0.33
"""Of orders cancelled before their wave; about 0.5 % of all orders."""
REORDERED_SHARE_OF_PURGED = 0.2
TASK_PURGED_SHARE = 0.004
EXCEPTION_SHARE_OF_LATE = 0.6

CANCELLATION_REASONS = ("customer_request", "payment_failed", "address_invalid")


@dataclass(frozen=True)
class Priority:
    """A promise to the customer; spans are (shortest, longest)."""

    name: str
    rank: int
    promised_within: int
    transit: tuple[int, int]
    extra_when_late: tuple[int, int]
    departs_every: int


SAME_DAY = Priority("same_day", 0, 14 * HOUR, (90 * MINUTE, 5 * HOUR), (10 * HOUR, 20 * HOUR), HOUR)
NEXT_DAY = Priority("next_day", 1, 36 * HOUR, (10 * HOUR, 26 * HOUR), (24 * HOUR, 48 * HOUR), 4 * HOUR)
STANDARD = Priority("standard", 2, 120 * HOUR, (36 * HOUR, 110 * HOUR), (60 * HOUR, 120 * HOUR), 4 * HOUR)
PRIORITIES = (SAME_DAY, NEXT_DAY, STANDARD)


@dataclass(frozen=True)
class Carrier:
    """Who carries parcels; `departs_at` is the lorry's minute after the slot's full hour."""

    code: str
    weight: float
    late_share: float
    departs_at: int
    base_cost_cents: int
    cost_cents_per_kg: int


CARRIERS = (
    Carrier("UPS", 0.38, 0.03, 0, 620, 45),
    Carrier("FEDEX", 0.28, 0.04, 15 * MINUTE, 680, 48),
    Carrier("USPS", 0.24, 0.08, 30 * MINUTE, 450, 39),
    Carrier("DHL", 0.10, 0.05, 45 * MINUTE, 710, 52),
)

TRACKING_PATTERNS = {
    "UPS": r"^1Z[0-9A-Z]{6}[0-9]{10}$",
    "FEDEX": r"^[0-9]{12}$",
    "USPS": r"^94[0-9]{20}$",
    "DHL": r"^[0-9]{10}$",
}

_TRACKING_LETTERS = digits + "ABCDEFGHJKLMNPRSTUVWXY"


def between(random: Random, span: tuple[int, int]) -> int:
    """Return a whole number from the span, uniformly, ends included."""
    low, high = span
    return low + int(random.random() * (high - low + 1))


def choose_priority(random: Random) -> Priority:
    """Return a priority: 12 % same_day, 33 % next_day, 55 % standard."""
    draw = random.random()
    if draw < 0.12:
        return SAME_DAY
    return NEXT_DAY if draw < 0.45 else STANDARD


def choose_carrier(random: Random) -> Carrier:
    """Return a carrier by its weight."""
    draw = random.random()
    for carrier in CARRIERS:
        draw -= carrier.weight
        if draw < 0:
            return carrier
    return CARRIERS[0]


def tracking_number(random: Random, carrier_code: str) -> str:
    """Return a number in the carrier's format, see `TRACKING_PATTERNS`."""
    if carrier_code == "UPS":
        letters = "".join(_TRACKING_LETTERS[int(random.random() * len(_TRACKING_LETTERS))] for _ in range(6))
        return f"1Z{letters}{int(random.random() * 10**10):010d}"
    if carrier_code == "FEDEX":
        return f"{int(random.random() * 10**12):012d}"
    if carrier_code == "USPS":
        tail = int(random.random() * 10**10)
        return f"94{int(random.random() * 10**10):010d}{tail:010d}"
    return f"{int(random.random() * 10**10):010d}"


def picking_time(random: Random, lines: int) -> int:
    """Return how long one order's lines take to pick from a cart."""
    return 40 * SECOND + lines * between(random, (18 * SECOND, 42 * SECOND))


def packing_time(random: Random, units: int) -> int:
    """Return how long one order takes to pack."""
    return between(random, (60 * SECOND, 150 * SECOND)) + units * 4 * SECOND


def next_departure(random: Random, now: int, priority: Priority, carrier: Carrier) -> int:
    """Return when a parcel that is ready now leaves: the next lorry, plus loading."""
    slot = (now - carrier.departs_at) // priority.departs_every + 1
    departure = slot * priority.departs_every + carrier.departs_at
    return departure + between(random, (0, 20 * MINUTE))
