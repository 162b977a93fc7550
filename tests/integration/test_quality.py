"""Promises: measured as MongoDB says, told when they are broken, and never by losing a result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pymongo
import pytest

from mesh import jobs
from mesh.build import build
from mesh.clients.mongodb import python_uri
from mesh.dbt import run_dbt
from mesh.errors import MeshError
from mesh.quality.measure import Measured, measure, take_measurements
from mesh.quality.record import record_dbt
from mesh.quality.status_page import write_page
from mesh.simulation import replay_orders
from tests.integration.chain import Chain, query
from tests.integration.dbt_in_process import dbt_into


@pytest.fixture(scope="module", autouse=True)
def target(chain: Chain) -> Iterator[Path]:
    """dbt's artifacts where the chain has its own."""
    with dbt_into(chain.target):
        yield chain.target


def by_promise(measured: list[Measured]) -> dict[tuple[str, str], Measured]:
    return {(each.output_table, each.objective.name): each for each in measured}


def orders(chain: Chain, condition: dict[str, Any]) -> int:
    with pymongo.MongoClient[dict[str, Any]](python_uri(chain.instance)) as client:
        return client["wms"]["orders"].count_documents(condition)


def build_orders(chain: Chain) -> None:
    """What these tests measure, brought up to date, and how that went."""
    chain.build("orders_current", "orders_versions", "order_fulfillment_daily")
    record_dbt(chain.instance)


def test_every_result_of_a_build_is_kept_once(chain: Chain, target: Path) -> None:
    chain.land()
    # documents of other tests break rules: a failed test is a result too
    run_dbt(chain.instance, "build", "--select", "orders_current", quiet=True, check=False)
    assert record_dbt(chain.instance) > 0
    run = json.loads((target / "run_results.json").read_text())
    checks = [result for result in run["results"] if result["unique_id"].startswith(("test.", "unit_test."))]
    by_dbt: dict[str, int] = {}
    for check in checks:
        by_dbt[check["status"]] = by_dbt.get(check["status"], 0) + 1
    kept = query(
        chain,
        f"""select status, count(*) from gold.quality_results
            where run_id = '{run["metadata"]["invocation_id"]}' group by 1""",
    )
    words = {"pass": "passed", "fail": "failed", "warn": "warned", "error": "errored", "skipped": "skipped"}
    assert len(checks) > 30
    assert dict(map(tuple, kept)) == {words[status]: count for status, count in by_dbt.items()}
    assert record_dbt(chain.instance) == 0
    assert (
        query(chain, "select check_name from gold.quality_results where is_latest group by 1 having count(*) > 1") == []
    )


def test_freshness_is_the_time_that_a_change_has_waited(chain: Chain) -> None:
    build_orders(chain)  # silver has nothing that gold has not
    take_measurements(chain.instance)
    began = datetime.now(UTC)
    chain.replay(100)
    chain.land()
    build_orders(chain)
    measured = by_promise(take_measurements(chain.instance))
    passed = Decimal((datetime.now(UTC) - began).total_seconds() / 60)
    silver, gold = (measured[table, "freshness"] for table in ("orders_current", "order_fulfillment_daily"))
    live = measured["inventory_live", "freshness"]
    # what the live view reads has landed before silver is built, and silver is built before gold
    assert 0 < live.value < silver.value < gold.value < passed
    assert silver.population == gold.population > 100
    # what the tables say of themselves: the oldest change of the last commit against the moment of the commit
    ((longest,),) = query(
        chain,
        f"""select date_diff('millisecond', min(source_at), max(committed_at)) / 60000e0
           from silver.orders_current cross join (
               select max(cast(committed_at at time zone 'UTC' as timestamp(6))) as committed_at
               from silver."orders_current$snapshots"
           )
           where source_at >= timestamp '{began:%Y-%m-%d %H:%M:%S}'""",
    )
    assert abs(Decimal(longest) - silver.value) < Decimal("0.001")


def test_a_chain_that_stands_still_is_found_out(chain: Chain) -> None:
    take_measurements(chain.instance)
    jobs.stop(chain.instance)
    try:
        began = datetime.now(UTC)
        landed = orders(chain, {})
        chain.replay(20)
        written = datetime.now(UTC)
        build_orders(chain)
        least = Decimal((datetime.now(UTC) - written).total_seconds() / 60)
        measured = by_promise(take_measurements(chain.instance))
        waited = Decimal((datetime.now(UTC) - began).total_seconds() / 60)
        for table in ("orders_current", "orders_history", "order_fulfillment_daily"):
            freshness = measured[table, "freshness"]
            assert freshness.population == 0
            assert 0 < least < freshness.value < waited
        # late is not lost
        assert measured["orders_current", "completeness"].population == landed
    finally:
        jobs.submit(chain.instance)
        chain.land()


def test_what_a_row_refers_to_may_be_on_its_way_and_not_lost(chain: Chain) -> None:
    refers = "settled_relationships_pick_tasks_current_order_id__order_id__ref_orders_current_"
    build_orders(chain)
    chain.replay(400)  # a day's: those of an evening are picked the next morning
    chain.land()
    chain.build("pick_tasks_current")
    unknown = "select order_id from silver.pick_tasks_current except select order_id from silver.orders_current"
    assert len(query(chain, unknown)) > 20, "nothing is on its way"
    chain.dbt("test", "--select", refers)

    chain.build("orders_current")
    ((snapshot,),) = query(chain, """select snapshot_id from silver."orders_current$refs" where name = 'main'""")
    known = "select min(order_id) from silver.pick_tasks_current"
    query(chain, f"delete from silver.orders_current where order_id = ({known})")
    try:
        with pytest.raises(MeshError, match="dbt test"):
            chain.dbt("test", "--select", refers)
    finally:
        query(chain, f"alter table silver.orders_current execute rollback_to_snapshot({snapshot})")


def test_lost_rows_are_not_complete(chain: Chain) -> None:
    build_orders(chain)
    table = "silver.orders_current"
    before = by_promise(take_measurements(chain.instance))["orders_current", "completeness"]
    ((snapshot,),) = query(chain, """select snapshot_id from silver."orders_current$refs" where name = 'main'""")
    # of those that count as complete: of the others the promise has already lost sight
    whole = "not is_deleted and customer_id is not null and created_at is not null and total_amount is not null"
    some = f"select order_id from {table} where {whole} order by order_id limit 50"
    query(chain, f"delete from {table} where order_id in ({some})")
    try:
        lost = by_promise(take_measurements(chain.instance))["orders_current", "completeness"]
    finally:
        query(chain, f"alter table {table} execute rollback_to_snapshot({snapshot})")
    assert lost.population == before.population == orders(chain, {})
    assert before.value - lost.value == pytest.approx(Decimal(5000) / before.population, abs=Decimal("0.02"))
    assert not lost.is_met


def test_a_product_that_breaks_is_on_the_page_within_one_cycle(chain: Chain) -> None:
    chain.orders += 200
    replay_orders(chain.instance, chain.orders, print, faulty_share=0.2)
    chain.land()
    build(chain.instance, print)
    completeness = by_promise(measure(chain.instance))["orders_current", "completeness"]
    page = write_page(chain.instance).read_text()
    needed = ("customer_id", "created_at", "total_amount")
    complete = orders(chain, {"$and": [{name: {"$ne": None}} for name in needed]})
    assert completeness.value == pytest.approx(Decimal(100 * complete) / orders(chain, {}), abs=Decimal("0.3"))
    assert not completeness.is_met
    assert '<section class="product is-broken" id="orders-dp">' in page
    rows = query(
        chain,
        """select is_met_now, latest_value, threshold from gold.data_product_slo_daily
           where date = current_date and product = 'orders-dp' and objective = 'completeness'""",
    )
    assert [tuple(row) for row in rows] == [(False, completeness.value, Decimal("99.9"))]
