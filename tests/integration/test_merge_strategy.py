"""The incremental strategy `cdc_merge` across builds, on bronze rows written for the purpose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flink_jobs.tables import build_create_table_sql, change_tables
from mesh.errors import MeshError
from tests.integration.chain import Chain, bronze_bytes_read, query

PREFIX = "strategy_"
EPOCH = datetime(2017, 1, 2, 10)


class Scratch:
    """A bronze of its own, and the models on top of it."""

    def __init__(self, chain: Chain, target: Path) -> None:
        self.chain = chain
        self.target = target
        self.next_offset = {0: 0, 1: 0}

    def change(
        self, order_id: str, status: str, second: int, *, op: str = "u", order: int = 1, partition: int = 0
    ) -> None:
        """Append one change to bronze, at the partition's next offset."""
        offset = self.next_offset[partition]
        self.next_offset[partition] += 1
        document = json.dumps({"_id": order_id, "order_id": order_id, "status": status, "priority": "standard"})
        before, after = (f"'{document}'", "null") if op == "d" else ("null", f"'{document}'")
        at = (EPOCH + timedelta(seconds=second)).isoformat(sep=" ")
        query(
            self.chain,
            f"""insert into {PREFIX}bronze.orders_raw values ('"{order_id}"', '{op}', {before}, {after},
                timestamp '{at}', {order}, 'cdc.wms.orders', {partition}, {offset},
                timestamp '{EPOCH}', timestamp '{EPOCH}')""",
        )

    def build(self, *arguments: str) -> dict[str, Any]:
        """Build the model; returns what Trino said of it."""
        # artifacts apart: dbt parses the project anew wherever it finds those of other schemas
        environment = {"MESH_SCHEMA_PREFIX": PREFIX, "MESH_BRONZE_SCHEMA": f"{PREFIX}bronze"}
        environment["DBT_TARGET_PATH"] = str(self.target)
        self.chain.dbt("run", "--select", "stg_wms__orders", "orders_current", *arguments, **environment)
        results = json.loads((self.target / "run_results.json").read_text())["results"]
        (response,) = [r["adapter_response"] for r in results if r["unique_id"].endswith(".orders_current")]
        return dict(response)

    def state(self) -> dict[str, tuple[Any, ...]]:
        """order_id: (status, is_deleted, kafka_offset)."""
        rows = query(
            self.chain,
            f"select order_id, status, is_deleted, kafka_offset from {PREFIX}silver.orders_current",
        )
        assert len(rows) == len({row[0] for row in rows}), "a document has two rows"
        return {order_id: tuple(values) for order_id, *values in rows}


@pytest.fixture(scope="module")
def target(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    target = tmp_path_factory.mktemp("strategy_target")
    query(chain, f"create schema {PREFIX}reference with (location = 's3://wms-silver/{PREFIX}reference/')")
    chain.dbt("seed", MESH_SCHEMA_PREFIX=PREFIX, DBT_TARGET_PATH=str(target))
    yield target
    query(chain, f"drop schema {PREFIX}reference cascade")


@pytest.fixture
def scratch(chain: Chain, target: Path) -> Iterator[Scratch]:
    table = next(table for table in change_tables() if table.name == "orders_raw")
    for layer in ("bronze", "silver", "staging"):
        query(
            chain,
            f"create schema if not exists {PREFIX}{layer} with (location = 's3://wms-silver/{PREFIX}{layer}/')",
        )
    query(chain, build_create_table_sql(table, schema=f"{PREFIX}bronze"))
    yield Scratch(chain, target)
    for layer in ("staging", "silver", "bronze"):
        query(chain, f"drop schema {PREFIX}{layer} cascade")


def test_late_repeated_and_out_of_order_changes_across_builds(scratch: Scratch) -> None:
    scratch.change("a", "received", 0, op="c")
    scratch.change("a", "packed", 5)
    scratch.change("b", "received", 0, op="c", partition=1)
    scratch.build()
    assert scratch.state() == {"a": ("packed", False, 1), "b": ("received", False, 0)}

    scratch.change("a", "picking", 3)  # late: older in the source, newer in Kafka
    scratch.build()
    assert scratch.state()["a"] == ("packed", False, 2)

    scratch.change("a", "packed", 5)  # repeated
    scratch.build()
    assert scratch.state()["a"] == ("packed", False, 3)

    scratch.change("a", "delivered", 9, order=7)  # out of order within one second and one build
    scratch.change("a", "shipped", 9, order=3)
    scratch.build()
    assert scratch.state()["a"] == ("delivered", False, 5)
    assert scratch.state()["b"] == ("received", False, 0)


def test_watermark_passes_a_change_that_was_not_written(scratch: Scratch) -> None:
    scratch.change("a", "packed", 5)
    scratch.build()
    scratch.change("a", "picking", 3)
    assert scratch.build()["rows_affected"] == 1
    again = scratch.build()
    assert again["rows_affected"] == 0
    assert bronze_bytes_read(scratch.chain, again["query_id"], schema=f"{PREFIX}bronze") == 0


def test_deleted_and_recreated_across_builds(scratch: Scratch) -> None:
    scratch.change("a", "cancelled", 1)
    scratch.build()
    scratch.change("a", "cancelled", 2, op="d")
    scratch.build()
    assert scratch.state()["a"] == ("cancelled", True, 1)
    scratch.change("a", "received", 1)  # older than the delete: the tombstone guards
    scratch.build()
    assert scratch.state()["a"] == ("cancelled", True, 2)
    scratch.change("a", "received", 4, op="c")
    scratch.build()
    assert scratch.state()["a"] == ("received", False, 3)


def test_partition_that_runs_ahead_hides_no_other(scratch: Scratch) -> None:
    for number in range(4):
        scratch.change(f"ahead-{number}", "received", number, op="c", partition=1)
    scratch.change("behind-0", "received", 0, op="c")
    scratch.build()
    scratch.change("behind-1", "received", 1, op="c")
    scratch.build()
    assert scratch.state().keys() == {"ahead-0", "ahead-1", "ahead-2", "ahead-3", "behind-0", "behind-1"}


def test_a_change_just_after_a_snapshot_read_wins(scratch: Scratch) -> None:
    # the read carries the reader's clock, here 0.9 s into the second of the change that follows it
    scratch.change("a", "received", 1, op="r", order=-1)
    scratch.change("a", "picking", 0, order=2)
    scratch.build()
    assert scratch.state()["a"] == ("picking", False, 1)


def test_of_equal_positions_the_later_in_kafka_wins_in_any_build(scratch: Scratch) -> None:
    # as the writes of one MongoDB transaction
    scratch.change("a", "received", 1, op="c")
    scratch.change("a", "picking", 2)
    scratch.build()
    scratch.change("a", "packed", 2)
    scratch.build()
    assert scratch.state()["a"] == ("packed", False, 2)


def test_incremental_equals_full_refresh(scratch: Scratch) -> None:
    for second, status in enumerate(["received", "picking", "packed"]):
        scratch.change("a", status, second)
        scratch.change("b", status, 2 - second, partition=1)
        scratch.build()
    incremental = scratch.state()
    scratch.build("--full-refresh")
    assert scratch.state() == incremental


def test_full_refresh_never_loses_what_bronze_no_longer_holds(scratch: Scratch) -> None:
    scratch.change("a", "received", 0, op="c")
    scratch.change("b", "received", 0, op="c", partition=1)
    scratch.build()
    scratch.build("--full-refresh")
    query(scratch.chain, f"delete from {PREFIX}bronze.orders_raw where kafka_partition = 0")
    scratch.change("a", "packed", 5)
    with pytest.raises(MeshError, match="dbt run"):
        scratch.build("--full-refresh")
    scratch.build()
    assert set(scratch.state()) == {"a", "b"}
    scratch.build("--full-refresh", "--vars", "{allow_loss: true}")
    assert scratch.state()["a"] == ("packed", False, 1)
