"""Changes come late, twice, out of order, for documents deleted and created again: every product stays true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pymongo import MongoClient

from flink_jobs.tables import BronzeTable, build_create_table_sql, change_tables
from flink_jobs.topics import DATABASE
from mesh.clients.mongodb import python_uri
from tests.integration.chain import Chain, query

PREFIX = "disorder_"
BATCHES = 2
WEEK = 7
ORDERS_A_DAY = 220
# of a model, what tells how its changes came and not what they say
DELIVERY = {"kafka_offset", "metric_dates", "source_offsets", "snapshot_time"}
KEPT_SNAPSHOT = "active_operations_snapshot"
LAYERS = ("bronze", "staging", "reference", "silver", "gold")


@pytest.fixture(scope="module")
def week(chain: Chain) -> Chain:
    """A week of orders, of which 1 % are deleted and created again, and some corrected to the day before."""
    chain.replay(max(0, WEEK * ORDERS_A_DAY - chain.orders))
    with MongoClient(python_uri(chain.instance)) as client:
        for name in ("orders", "shipments", "inventory"):
            collection = client[DATABASE][name]
            for place, document in enumerate(list(collection.find().sort("_id", 1))):
                if place % 100 == 3:
                    collection.delete_one({"_id": document["_id"]})
                    collection.insert_one(document)
                if place % 50 == 7 and name == "orders":
                    corrected = document["created_at"] - timedelta(days=1)
                    collection.update_one({"_id": document["_id"]}, {"$set": {"created_at": corrected}})
    chain.land()
    chain.build("silver", "gold")  # what others have measured too, as the other delivery is built
    return chain


class Delivery:
    """The week's changes delivered again in disorder, to a bronze of their own, in batches."""

    def __init__(self, chain: Chain, target: Path) -> None:
        self.chain = chain
        self.target = target

    def prepare(self) -> None:
        """Give every change a new offset: 2 % come late, 2 % twice, 2 % out of order; a key stays in its partition."""
        for layer in LAYERS:
            location = f"s3://wms-silver/{PREFIX}{layer}/"
            query(self.chain, f"create schema {PREFIX}{layer} with (location = '{location}')")
        for table in change_tables():
            query(self.chain, build_create_table_sql(table, schema=f"{PREFIX}bronze"))
            query(self.chain, build_disorder_sql(table))

    def deliver(self, batch: int) -> int:
        """Append a batch to bronze; returns its rows."""
        rows = 0
        for table in change_tables():
            (inserted,) = query(
                self.chain,
                f"insert into {PREFIX}bronze.{table.name} select {columns_of(table)}"
                f" from {PREFIX}bronze.{table.name}_delivery where batch = {batch}",
            )
            rows += inserted[0]
        return rows

    def build(self, *arguments: str) -> None:
        """Build all products from that bronze."""
        environment = {"MESH_SCHEMA_PREFIX": PREFIX, "MESH_BRONZE_SCHEMA": f"{PREFIX}bronze"}
        environment["DBT_TARGET_PATH"] = str(self.target)
        self.chain.dbt(*arguments, **environment)


def columns_of(table: BronzeTable) -> str:
    """The table's columns, quoted, in order."""
    return ", ".join(f'"{name}"' for name in table.columns)


def build_disorder_sql(table: BronzeTable) -> str:
    """A table of the changes with new offsets and the batch in which each comes."""
    others = ", ".join(f'"{name}"' for name in table.columns if name != "kafka_offset")
    lot = "mod(kafka_offset * 7919, 100)"
    return f"""
        create table {PREFIX}bronze.{table.name}_delivery as
        with whole as (
            select *, {lot} as lot, count(*) over (partition by kafka_partition) as size from bronze.{table.name}
        ),
        deliveries as (
            select *, kafka_offset + case
                when lot in (10, 11) then size / {BATCHES}
                when lot in (30, 31) then 9
                else 0
            end as place, 1 as delivery from whole
            union all
            select *, kafka_offset + size / {2 * BATCHES} as place, 2 as delivery from whole where lot in (20, 21)
        ),
        numbered as (
            select *, row_number() over (partition by kafka_partition order by place, delivery, kafka_offset) - 1 as
                new_offset, count(*) over (partition by kafka_partition) as deliveries
            from deliveries
        )
        select {others}, new_offset as kafka_offset, new_offset * {BATCHES} / deliveries as batch from numbered"""


@pytest.fixture(scope="module")
def delivery(week: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivery]:
    delivery = Delivery(week, tmp_path_factory.mktemp("disorder_target"))
    try:
        delivery.prepare()
        delivery.build("seed")
        yield delivery
    finally:
        for layer in reversed(LAYERS):
            query(week, f"drop schema if exists {PREFIX}{layer} cascade")


def differences(chain: Chain) -> dict[str, int]:
    """Model to the number of rows in which the disordered delivery differs from the chain's own."""
    found = {}
    tables = query(
        chain,
        f"""select substr(table_schema, {len(PREFIX) + 1}), table_name, array_agg(column_name)
            from information_schema.columns where table_schema in ('{PREFIX}silver', '{PREFIX}gold')
            group by 1, 2""",
    )
    assert tables
    for layer, table, columns in tables:
        if table.endswith(("_versions", "_movements")):
            continue  # what comes twice is there twice; the histories made of them are compared
        compared = ", ".join(f'"{name}"' for name in columns if name not in DELIVERY)
        newest = " where snapshot_time = (select max(snapshot_time) from {})" if table == KEPT_SNAPSHOT else ""
        ours, theirs = f"{layer}.{table}", f"{PREFIX}{layer}.{table}"
        ours, theirs = (f"select {compared} from {name}{newest.format(name)}" for name in (ours, theirs))
        (counts,) = query(
            chain,
            f"""select (select count(*) from ({ours} except all {theirs})),
                       (select count(*) from ({theirs} except all {ours})),
                       (select count(*) from ({ours}))""",
        )
        assert counts[2] or table == "rejected_rows", f"{table} is empty: nothing was compared"
        found[f"{layer}.{table}"] = counts[0] + counts[1]
    return found


def test_incremental_is_full_refresh_is_truth(week: Chain, delivery: Delivery) -> None:
    week.assert_true("silver", "gold")  # in order: equal to MongoDB

    changes = sum(query(week, f"select count(*) from bronze.{table.name}")[0][0] for table in change_tables())
    delivered = 0
    for batch in range(BATCHES):
        delivered += delivery.deliver(batch)
        delivery.build("run", "--select", "staging.wms", "silver", "gold")
    assert 1.015 < delivered / changes < 1.025
    incremental = differences(week)
    assert not any(incremental.values()), incremental

    delivery.build("run", "--full-refresh", "--select", "silver", "gold")
    refreshed = differences(week)
    assert refreshed == incremental


@pytest.mark.usefixtures("delivery")
def test_a_difference_would_be_seen(week: Chain) -> None:
    table = f"{PREFIX}silver.orders_current"
    query(week, f"update {table} set status = 'lost' where order_id = (select min(order_id) from {table})")
    assert differences(week)["silver.orders_current"] >= 2
