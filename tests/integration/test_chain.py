"""From MongoDB to gold, and nothing done twice."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pymongo
import pytest

from mesh import jobs
from mesh.clients.http import http_client
from mesh.clients.mongodb import python_uri
from mesh.stack.provision import CONNECTOR, IN_PLACE, ensure_connector
from tests.integration.chain import Chain, bronze_bytes_read, query, tables_that_dbt_reads

SILVER = ("orders_current", "shipments_current")
DAILY = (
    "inventory_metrics_daily",
    "labor_productivity_daily",
    "order_fulfillment_daily",
    "shipping_performance_daily",
    "wave_performance_daily",
)


def test_every_layer_equals_the_source(chain: Chain) -> None:
    chain.assert_true()


def test_truth_check_sees_a_silver_row_that_lies(chain: Chain) -> None:
    ((snapshot,),) = query(chain, """select snapshot_id from silver."orders_current$refs" where name = 'main'""")
    (order_id,) = query(chain, "select min(order_id) from silver.orders_current where not is_deleted")[0]
    query(chain, f"update silver.orders_current set status = 'lost' where order_id = '{order_id}'")
    try:
        with pytest.raises(AssertionError, match=order_id):
            chain.assert_true("silver")
    finally:
        query(chain, f"alter table silver.orders_current execute rollback_to_snapshot({snapshot})")
    chain.assert_true("silver")


def test_messages_are_decoded_once_per_stream(chain: Chain) -> None:
    job = jobs.running_job(chain.instance)
    assert job
    with http_client(chain.instance, "flink") as flink:
        plan = flink.get(f"/jobs/{job.id}/plan").text
    # one Python operator for changes and one for events, however many tables they feed
    assert plan.count("PythonCalc") == 2


def test_building_again_reads_no_bronze_file_and_writes_nothing(chain: Chain) -> None:
    chain.build()
    before = {table: query(chain, f"select * from silver.{table} order by document_id") for table in SILVER}
    snapshots = "select '{0}', snapshot_id from gold.\"{0}$snapshots\""
    of_gold = " union all ".join(snapshots.format(table) for table in DAILY) + " order by 1, 2"
    gold = query(chain, of_gold)
    assert {table for table, _ in gold} == set(DAILY)
    assert tables_that_dbt_reads(chain, "bronze", chain.build) == set()
    results = json.loads((chain.target / "run_results.json").read_text())["results"]
    merges = {
        result["unique_id"].split(".")[-1]: result["adapter_response"]
        for result in results
        if ".".join(result["unique_id"].split(".")[2:]) in SILVER
    }
    assert merges.keys() == set(SILVER)
    for table, response in merges.items():
        assert (response["code"], response["rows_affected"]) == ("NOTHING NEW", 0)
        assert query(chain, f"select * from silver.{table} order by document_id") == before[table]
    assert query(chain, of_gold) == gold


def test_building_after_new_changes_reads_only_new_bronze_files(chain: Chain) -> None:
    chain.build()
    (old_bytes,) = query(chain, 'select sum(file_size_in_bytes) from bronze."orders_raw$files"')[0]
    chain.replay(100)
    chain.land()
    (all_bytes,) = query(chain, 'select sum(file_size_in_bytes) from bronze."orders_raw$files"')[0]
    chain.dbt("run", "--select", "orders_current")
    (result,) = json.loads((chain.target / "run_results.json").read_text())["results"]
    assert result["adapter_response"]["rows_affected"] >= 100
    assert 0 < bronze_bytes_read(chain, result["adapter_response"]["query_id"]) <= all_bytes - old_bytes


def test_writes_to_other_collections_do_not_hold_up_the_wait(chain: Chain) -> None:
    with pymongo.MongoClient[dict[str, Any]](python_uri(chain.instance)) as client:
        # as Trino does, which keeps the schemas that it guessed in a collection of the same database
        client["wms"]["_schema"].insert_one({"table": "elsewhere"})
    chain.land()
    chain.replay(20)
    chain.land()
    chain.assert_true("bronze", "positions")


def test_connector_is_repaired(chain: Chain) -> None:
    with http_client(chain.instance, "connect", timeout=60) as connect:
        config = connect.get(f"/connectors/{CONNECTOR}/config").json()

        def batch_size() -> str:
            return str(connect.get(f"/connectors/{CONNECTOR}/config").json()["max.batch.size"])

        def is_repaired_by_us() -> bool:
            # 409: its workers are sharing out their work
            until(
                lambda: (
                    connect.put(f"/connectors/{CONNECTOR}/config", json={**config, "max.batch.size": "17"}).status_code
                    != 409
                )
            )
            return ensure_connector(chain.instance) == "brought to its configuration"

        # the keeper does the same every few seconds, and may have been first
        until(is_repaired_by_us)
        until(lambda: batch_size() != "17")
        until(lambda: ensure_connector(chain.instance) == IN_PLACE)
        assert connect.get(f"/connectors/{CONNECTOR}/config").json() == config


def until(reached: Callable[[], bool]) -> None:
    """Wait for what Connect tells its workers through a topic."""
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.2)
