"""Gold is computed again for the days that moved, or for those that are asked for, and for no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.collection import Collection

from flink_jobs.topics import DATABASE
from mesh.clients.mongodb import python_uri
from tests.integration.chain import Chain, query

TABLE = "order_fulfillment_daily"
ORDERS = ("orders_current", TABLE)


@pytest.fixture
def orders(chain: Chain) -> Iterator[Collection[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](python_uri(chain.instance)) as client:
        yield client[DATABASE]["orders"]


def snapshots(chain: Chain) -> list[int]:
    """Snapshot ids, the newest last."""
    rows = query(chain, f'select snapshot_id from gold."{TABLE}$snapshots" order by committed_at')
    return [row[0] for row in rows]


def days_that_differ(chain: Chain, before: int, after: int) -> set[date]:
    """Days whose rows two snapshots do not share."""
    old, new = (
        f"select date, priority, total_orders, completed_orders, source_offsets"
        f" from gold.{TABLE} for version as of {snapshot}"
        for snapshot in (before, after)
    )
    rows = query(chain, f"select date from (({old}) except ({new})) union select date from (({new}) except ({old}))")
    return {row[0] for row in rows}


def days_of(chain: Chain) -> list[date]:
    return [row[0] for row in query(chain, f"select distinct date from gold.{TABLE} order by 1")]


def test_a_backfill_touches_the_days_asked_for_alone(chain: Chain) -> None:
    first, second, *_ = days_of(chain)
    query(chain, f"update gold.{TABLE} set total_orders = 999999 where date <= date '{second}'")
    chain.replay(60)
    chain.land()
    chain.build("orders_current")  # other days move meanwhile

    wrong = snapshots(chain)[-1]
    chain.dbt("run", "--select", TABLE, "--vars", f"{{from_day: '{first}'}}")
    assert days_that_differ(chain, wrong, snapshots(chain)[-1]) == {first}
    assert snapshots(chain)[-2] == wrong, "one commit"

    chain.dbt("run", "--select", TABLE, "--vars", f"{{from_day: '{second}', to_day: '{second}'}}")


def test_days_that_move_are_replaced_and_those_that_lose_their_last_order_are_gone(
    chain: Chain, orders: Collection[dict[str, Any]]
) -> None:
    chain.build(*ORDERS)
    first, second, third = (date(2016, 12, day) for day in (24, 26, 27))
    ((order_id, day),) = query(
        chain,
        "select order_id, date(created_at) from silver.orders_current"
        " where status = 'delivered' and not is_deleted and cardinality(metric_dates) = 1 order by created_at limit 1",
    )

    def days_moved() -> set[date]:
        chain.land()
        before = snapshots(chain)[-1]
        chain.build(*ORDERS)
        return days_that_differ(chain, before, snapshots(chain)[-1])

    def move_to(day: date) -> None:
        orders.update_one({"_id": "ORD-lonely"}, {"$set": {"created_at": datetime(day.year, day.month, day.day, 12)}})

    lonely = {"order_id": "ORD-lonely", "status": "received", "priority": None}
    orders.insert_one({"_id": "ORD-lonely", **lonely, "created_at": datetime(2016, 12, 24, 12)})
    orders.update_one({"_id": order_id}, {"$set": {"status": "shipped"}})
    assert days_moved() == {first, day}
    assert days_of(chain)[0] == first

    move_to(second)
    move_to(third)
    assert days_moved() == {first, third}, "what it was between two builds is no row"
    assert days_of(chain)[0] == third

    orders.delete_one({"_id": "ORD-lonely"})
    assert days_moved() == {third}
    assert days_of(chain)[0] > third


def test_gold_is_true_after_all_of_these_days(chain: Chain) -> None:
    chain.build()  # a backfill has not passed over the days that moved
    chain.assert_true("gold")


def test_the_snapshot_of_operations_keeps_its_rows(chain: Chain) -> None:
    before = query(chain, "select snapshot_time from gold.active_operations_snapshot")
    chain.dbt("run", "--full-refresh", "--select", "active_operations_snapshot")
    after = query(chain, "select snapshot_time from gold.active_operations_snapshot")
    assert len(after) == len(before) + 1 and all(row in after for row in before)
