"""`order_fulfillment_daily` of a handful of orders."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from bson.datetime_ms import DatetimeMS

from mesh.truth.gold import compute_fulfillment, round_half_up

DAY = int(datetime(2024, 2, 29, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000


def order(status: Any, created: int = DAY, shipped: int | None = None, priority: Any = "standard") -> dict[str, Any]:
    document = {"status": status, "priority": priority, "created_at": DatetimeMS(created)}
    return document if shipped is None else {**document, "shipped_at": DatetimeMS(shipped)}


def test_a_day_without_a_completed_order_has_rate_zero_and_no_time() -> None:
    rows = compute_fulfillment([order("received"), order("cancelled"), order("packed", shipped=DAY + HOUR)])
    assert rows == {
        "2024-02-29 standard": {
            "date": "2024-02-29",
            "priority": "standard",
            "total_orders": 3,
            "completed_orders": 0,
            "completion_rate": "0.0000",
            "avg_fulfillment_time_hours": None,
        }
    }


def test_the_mean_is_over_completed_orders_that_say_when_they_shipped() -> None:
    [row] = compute_fulfillment(
        [
            order("shipped", shipped=DAY + HOUR),
            order("delivered", shipped=DAY + 2 * HOUR),
            order("delivered"),
            order("picking", shipped=DAY + 100 * HOUR),
        ]
    ).values()
    assert (row["total_orders"], row["completed_orders"]) == (4, 3)
    assert row["completion_rate"] == "0.7500"
    assert row["avg_fulfillment_time_hours"] == "1.5000"


def test_halves_of_the_last_place_are_rounded_up() -> None:
    # 1 / 32 = 0.03125; 180 ms = 0.00005 h
    [row] = compute_fulfillment([order("shipped", shipped=DAY + 180), *[order("received")] * 31]).values()
    assert row["completion_rate"] == "0.0313"
    assert row["avg_fulfillment_time_hours"] == "0.0001"
    [row] = compute_fulfillment([order("shipped", shipped=DAY + 179)]).values()
    assert row["avg_fulfillment_time_hours"] == "0.0000"


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


def test_days_are_utc_and_split_by_priority() -> None:
    rows = compute_fulfillment(
        [
            order("received", created=DAY - 1),
            order("received", created=DAY),
            order("received", created=DAY, priority="same_day"),
            order("received", created=DAY, priority=None),
        ]
    )
    assert sorted(rows) == [
        "2024-02-28 standard",
        "2024-02-29 None",
        "2024-02-29 same_day",
        "2024-02-29 standard",
    ]
    assert rows["2024-02-28 standard"]["date"] == date(2024, 2, 28).isoformat()


def test_orders_of_odd_contents_count_without_stopping_the_check() -> None:
    rows = compute_fulfillment(
        [
            {"status": "shipped", "priority": "standard", "created_at": "2024-02-29"},
            {"status": "shipped"},
            order(["shipped"]),
            order("shipped", priority=7),
            {**order("shipped"), "shipped_at": "later"},
        ]
    )
    assert {row_id: row["total_orders"] for row_id, row in rows.items()} == {
        "2024-02-29 standard": 2,
        "2024-02-29 7": 1,
    }
    assert rows["2024-02-29 standard"]["avg_fulfillment_time_hours"] is None
