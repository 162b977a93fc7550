"""Maintenance deletes what it may, and nothing else; and the second time in a row nothing at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flink_jobs.tables import build_create_table_sql, change_tables
from mesh.access.object_store import ROOT
from mesh.clients.s3 import connect_s3
from mesh.maintain.maintain import declared_tables, maintain
from mesh.maintain.policy import LakeTable
from tests.integration.chain import Chain, query

PREFIX = "maintained_"
NOW = datetime.now(UTC)
SILVER = ("orders_current", "orders_versions")


class Scratch:
    """A bronze of its own with rows of any age, and the models on top of it."""

    def __init__(self, chain: Chain, folder: str) -> None:
        self.chain = chain
        self.environment = {
            "MESH_SCHEMA_PREFIX": PREFIX,
            "MESH_BRONZE_SCHEMA": f"{PREFIX}bronze",
            "DBT_TARGET_PATH": folder,
        }
        self.next_offset = 0
        with pytest.MonkeyPatch.context() as environment:
            for name, value in self.environment.items():
                environment.setenv(name, value)
            self.tables = {table.relation.name: table for table in declared_tables(chain.instance)}

    def change(self, order_id: str, *, landed_days_ago: int, changed_days_ago: int, op: str = "u") -> None:
        """Append one change to bronze, at the next offset of its only partition."""
        document = json.dumps({"_id": order_id, "order_id": order_id, "status": "received", "priority": "standard"})
        before, after = (f"'{document}'", "null") if op == "d" else ("null", f"'{document}'")
        kafka_at, source_at = (
            f"timestamp '{NOW - timedelta(days=days):%Y-%m-%d %H:%M:%S}'"
            for days in (landed_days_ago, changed_days_ago)
        )
        query(
            self.chain,
            f"""insert into {PREFIX}bronze.orders_raw values ('"{order_id}"', '{op}', {before}, {after},
                {source_at}, 1, 'cdc.wms.orders', 0, {self.next_offset}, {kafka_at}, {kafka_at})""",
        )
        self.next_offset += 1

    def build(self, *models: str) -> None:
        """Merge what is new into some models."""
        self.chain.dbt("run", "--select", "stg_wms__orders", *models, **self.environment)

    def maintain(self, *names: str) -> list[str]:
        """One line a table."""
        return run(self.chain, [self.tables[name] for name in names])

    def offsets(self, table: str) -> list[int]:
        """The offsets that a table holds."""
        return [row[0] for row in query(self.chain, f"select kafka_offset from {PREFIX}{table} order by 1")]


def run(chain: Chain, tables: list[LakeTable], as_of: datetime = NOW, *, dry_run: bool = False) -> list[str]:
    """Maintain tables; returns what was said."""
    lines: list[str] = []
    maintain(chain.instance, tables, as_of, dry_run, lines.append)
    print(*lines, sep="\n")
    return lines


def done(line: str) -> str:
    """What a line says of its table."""
    return line.partition(": ")[2]


@pytest.fixture(scope="module")
def prepared(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scratch]:
    """Schemas of the tests' own with the reference data, dropped at the end."""
    drop(chain, "reference")
    scratch = Scratch(chain, str(tmp_path_factory.mktemp("target")))
    chain.dbt("seed", **scratch.environment)
    yield scratch
    drop(chain, "archive", "gold", "silver", "staging", "bronze", "reference")


@pytest.fixture
def scratch(chain: Chain, prepared: Scratch) -> Scratch:
    """An empty bronze, and nothing built on it."""
    drop(chain, "archive", "gold", "silver", "staging", "bronze")
    query(chain, f"create schema {PREFIX}bronze with (location = 's3://wms-bronze/{PREFIX}bronze/')")
    query(chain, f"create schema {PREFIX}gold with (location = 's3://wms-gold/{PREFIX}gold/')")
    for table in change_tables():
        query(chain, build_create_table_sql(table, f"{PREFIX}bronze"))
    prepared.next_offset = 0
    return prepared


def drop(chain: Chain, *layers: str) -> None:
    """Drop schemas of the tests' own, views before what they read."""
    for layer in layers:
        query(chain, f"drop schema if exists {PREFIX}{layer} cascade")


def test_retention_keeps_what_a_reader_has_not_merged(scratch: Scratch) -> None:
    for days_ago in (100, 100, 99, 1):
        scratch.change("a", landed_days_ago=days_ago, changed_days_ago=days_ago)
    scratch.build("orders_current")
    (line,) = scratch.maintain("orders_raw")
    days = f"{NOW.date() - timedelta(days=100)} to {NOW.date() - timedelta(days=99)}"
    assert f"2 days kept, {days}, not merged by {PREFIX}silver.orders_versions;" in line
    assert scratch.offsets("bronze.orders_raw") == [0, 1, 2, 3]

    scratch.build(*SILVER)
    scratch.change("b", landed_days_ago=100, changed_days_ago=100)
    (line,) = scratch.maintain("orders_raw")
    assert "1 day of 1 row deleted; 1 day kept" in line
    assert scratch.offsets("bronze.orders_raw") == [0, 1, 3, 4]

    scratch.build(*SILVER)
    (line,) = scratch.maintain("orders_raw")
    assert "1 day of 3 rows deleted" in line
    assert scratch.offsets("bronze.orders_raw") == [3]
    assert done(*scratch.maintain("orders_raw")) == "nothing to do"
    before = {table: scratch.offsets(f"silver.{table}") for table in SILVER}
    scratch.build(*SILVER)
    assert {table: scratch.offsets(f"silver.{table}") for table in SILVER} == before


def test_retention_of_silver_keeps_every_living_document_and_the_watermark(scratch: Scratch) -> None:
    for days_ago in (500, 400, 380, 10):
        scratch.change("living", landed_days_ago=1, changed_days_ago=days_ago)
    scratch.change("unchanged", landed_days_ago=1, changed_days_ago=700)
    scratch.change("deleted", landed_days_ago=1, changed_days_ago=450)
    scratch.change("deleted", landed_days_ago=1, changed_days_ago=440, op="d")
    scratch.change("deleted lately", landed_days_ago=1, changed_days_ago=450)
    scratch.change("deleted lately", landed_days_ago=1, changed_days_ago=20, op="d")
    scratch.change("deleted last", landed_days_ago=1, changed_days_ago=450)
    scratch.change("deleted last", landed_days_ago=1, changed_days_ago=440, op="d")
    scratch.build(*SILVER)
    scratch.maintain(*SILVER)
    # 2 was true until 10 days ago, 7 until 20; 10 is a tombstone, but how far the models have merged
    assert scratch.offsets("silver.orders_versions") == [2, 3, 4, 7, 8, 10]
    assert scratch.offsets("silver.orders_current") == [3, 4, 8, 10]
    assert [done(line) for line in scratch.maintain(*SILVER)] == ["nothing to do"] * 2
    scratch.build(*SILVER)
    assert scratch.offsets("silver.orders_versions") == [2, 3, 4, 7, 8, 10]
    assert scratch.offsets("silver.orders_current") == [3, 4, 8, 10]


def test_archive_equals_gold(chain: Chain, scratch: Scratch) -> None:
    table = scratch.tables["order_fulfillment_daily"]
    assert table.archive
    gold, archive = table.relation, table.archive.into
    query(chain, f"create table {gold} as select * from gold.order_fulfillment_daily")
    query(chain, f"update {gold} set date = current_date where date = (select max(date) from {gold})")

    def is_archived() -> bool:
        old = f"select * from {gold} where date < current_date - interval '365' day"
        return not query(
            chain, f"({old} except select * from {archive}) union all (select * from {archive} except {old})"
        )

    run(chain, [table], dry_run=True)
    assert not query(chain, f"show schemas like '{archive.schema}'")
    run(chain, [table])
    assert query(chain, f"select count(*) from {archive}")[0][0] > 0
    assert is_archived()
    assert done(*run(chain, [table])) == "nothing to do"

    (day,) = query(chain, f"select min(date) from {gold}")[0]
    query(chain, f"update {gold} set total_orders = 7, avg_fulfillment_time_hours = null where priority = 'same_day'")
    query(chain, f"delete from {gold} where date = date '{day}' and priority = 'standard'")
    assert not is_archived()
    run(chain, [table])
    assert is_archived()
    assert done(*run(chain, [table])) == "nothing to do"

    (rows,) = query(chain, f"select count(*) from {archive} where date = date '{day}'")[0]
    query(chain, f"delete from {gold} where date = date '{day}'")
    run(chain, [table])
    assert query(chain, f"select count(*) from {archive} where date = date '{day}'")[0][0] == rows > 0


def test_orphan_files_go_and_young_ones_stay(chain: Chain, scratch: Scratch) -> None:
    scratch.change("a", landed_days_ago=1, changed_days_ago=1)
    scratch.build("orders_current")
    table = scratch.tables["orders_current"]
    location = query(chain, f"""select value from {PREFIX}silver."orders_current$properties" where key = 'location'""")
    bucket, _, folder = location[0][0].removeprefix("s3://").partition("/")
    s3 = connect_s3(chain.instance, ROOT)
    s3.put_object(Bucket=bucket, Key=f"{folder}/data/left-behind.parquet", Body=b"")
    assert "orphan" not in run(chain, [table], NOW + timedelta(days=300))[0]
    impatient = replace(table, housekeeping=replace(table.housekeeping, keep_orphans=timedelta(0)))
    assert "1 orphan file removed" in run(chain, [impatient])[0]
    assert scratch.offsets("silver.orders_current") == [0]
