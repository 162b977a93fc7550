"""The incremental strategy `cdc_merge` across builds, on bronze rows written for the purpose."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dbt.artifacts.resources.v1.components import ColumnInfo

from flink_jobs.tables import build_create_table_sql, change_tables
from mesh.errors import MeshError
from mesh.maintain.maintain import declared_tables
from mesh.maintain.policy import LakeTable
from mesh.maintain.renumber import renumber
from tests.integration.chain import Chain, query, tables_that_dbt_reads
from tests.integration.dbt_in_process import another_contract

PREFIX = "strategy_"
LAYERS = ("bronze", "staging", "reference", "silver", "gold")
EPOCH = datetime(2017, 1, 2, 10)

State = dict[str, tuple[Any, ...]]


class Scratch:
    """A bronze of its own, and the models on top of it."""

    def __init__(self, chain: Chain, target: Path) -> None:
        self.chain = chain
        self.target = target
        self.environment = {
            "MESH_SCHEMA_PREFIX": PREFIX,
            "MESH_BRONZE_SCHEMA": f"{PREFIX}bronze",
            # artifacts apart: dbt parses the project anew wherever it finds those of other schemas
            "DBT_TARGET_PATH": str(target),
        }
        self._landed_at = EPOCH
        self._next_offset: Counter[int] = Counter()
        self._rows: list[str] = []

    def change(
        self, order_id: str, status: str, second: int, *, op: str = "u", order: int = 1, partition: int = 0
    ) -> int:
        """Add a change to the next round, at the partition's next offset, which is returned."""
        offset = self._next_offset[partition]
        self._next_offset[partition] += 1
        created_at = {"$date": int(EPOCH.replace(tzinfo=UTC).timestamp() * 1000)}
        document = json.dumps(
            {
                "_id": order_id,
                "order_id": order_id,
                "status": status,
                "priority": "standard",
                "created_at": created_at,
            }
        )
        before, after = (f"'{document}'", "null") if op == "d" else ("null", f"'{document}'")
        at = (EPOCH + timedelta(seconds=second)).isoformat(sep=" ")
        self._rows.append(
            f"""('"{order_id}"', '{op}', {before}, {after}, timestamp '{at}', {order}, 'cdc.wms.orders',
                {partition}, {offset}, timestamp '{EPOCH}', timestamp '{self._landed_at}')"""
        )
        return offset

    def build(self, *arguments: str, models: tuple[str, ...] = ("orders_current",)) -> dict[str, Any]:
        """Land the round's changes and build the models; returns what Trino said of the last."""
        if self._rows:
            query(self.chain, f"insert into {PREFIX}bronze.orders_raw values {', '.join(self._rows)}")
            self._rows.clear()
        self.chain.dbt("run", "--select", "stg_wms__orders", *models, *arguments, **self.environment)
        results = json.loads((self.target / "run_results.json").read_text())["results"]
        (response,) = [r["adapter_response"] for r in results if r["unique_id"].endswith(f".{models[-1]}")]
        return dict(response)

    def make_topic_again(self) -> None:
        """From now on offsets begin at 0."""
        self._landed_at += timedelta(hours=1)
        self._next_offset.clear()

    def declared(self, table: str) -> LakeTable:
        """A table of the project in these schemas, as maintenance takes it."""
        with pytest.MonkeyPatch.context() as environment:
            for name, value in self.environment.items():
                environment.setenv(name, value)
            (declared,) = [one for one in declared_tables(self.chain.instance) if one.relation.name == table]
        return declared

    def error(self) -> str:
        """What the model said that failed last."""
        results = json.loads((self.target / "run_results.json").read_text())["results"]
        (said,) = [result["message"] for result in results if result["status"] == "error"]
        return str(said)

    def snapshots(self, table: str) -> list[int]:
        """Ids of a table's snapshots, the oldest first."""
        rows = query(self.chain, f'select snapshot_id from {PREFIX}silver."{table}$snapshots" order by committed_at')
        return [row[0] for row in rows]

    def state(self) -> State:
        """order_id: (status, is_deleted, kafka_offset)."""
        rows = query(
            self.chain,
            f"select order_id, status, is_deleted, kafka_offset from {PREFIX}silver.orders_current",
        )
        assert len(rows) == len({row[0] for row in rows}), "a document has two rows"
        return {order_id: tuple(values) for order_id, *values in rows}


@pytest.fixture(scope="module")
def scratch(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scratch]:
    table = next(table for table in change_tables() if table.name == "orders_raw")
    target = tmp_path_factory.mktemp("strategy_target")
    try:
        for layer in LAYERS:
            query(chain, f"create schema {PREFIX}{layer} with (location = 's3://wms-silver/{PREFIX}{layer}/')")
        query(chain, build_create_table_sql(table, schema=f"{PREFIX}bronze"))
        chain.dbt("seed", MESH_SCHEMA_PREFIX=PREFIX, DBT_TARGET_PATH=str(target))
        yield Scratch(chain, target)
    finally:
        for layer in reversed(LAYERS):
            query(chain, f"drop schema if exists {PREFIX}{layer} cascade")


@dataclass(frozen=True)
class Rounds:
    """What the model held after each round, and what each document should have been."""

    states: list[State]
    expected: list[State]


@pytest.fixture(scope="module")
def rounds(scratch: Scratch) -> Rounds:
    """Every scenario on documents of its own, round by round; a document that a round does not name stays as it is."""
    change = scratch.change
    states: list[State] = []
    expected: list[State] = []

    def build(**news: tuple[str, bool, int]) -> None:
        scratch.build()
        states.append(scratch.state())
        named = {name.replace("_", "-"): row for name, row in news.items()}
        expected.append({**(expected[-1] if expected else {}), **named})

    change("disordered", "received", 0, op="c")
    packed = change("disordered", "packed", 5)
    other = change("other", "received", 0, op="c", partition=1)
    cancelled = change("recreated", "cancelled", 1)
    ahead = [change(f"ahead-{number}", "received", number, op="c", partition=2) for number in range(4)]
    behind = change("behind-0", "received", 0, op="c", partition=3)
    # the read carries the reader's clock, here 0.9 s into the second of the change that follows it
    change("snapshot", "received", 1, op="r", order=-1)
    after_read = change("snapshot", "picking", 0, order=2)
    change("transaction", "received", 1, op="c")
    picking = change("transaction", "picking", 2)
    build(
        disordered=("packed", False, packed),
        other=("received", False, other),
        recreated=("cancelled", False, cancelled),
        **{f"ahead_{number}": ("received", False, offset) for number, offset in enumerate(ahead)},
        behind_0=("received", False, behind),
        snapshot=("picking", False, after_read),
        transaction=("picking", False, picking),
    )

    late = change("disordered", "picking", 3)  # older in the source, newer in Kafka
    deleted = change("recreated", "cancelled", 2, op="d")
    behind = change("behind-1", "received", 1, op="c", partition=3)
    equal = change("transaction", "packed", 2)  # as the writes of one MongoDB transaction
    build(
        disordered=("packed", False, late),
        recreated=("cancelled", True, deleted),
        behind_1=("received", False, behind),
        transaction=("packed", False, equal),
    )

    repeated = change("disordered", "packed", 5)
    guarded = change("recreated", "received", 1)  # older than the delete: the tombstone guards
    build(disordered=("packed", False, repeated), recreated=("cancelled", True, guarded))

    delivered = change("disordered", "delivered", 9, order=7)  # out of order within one second and one build
    shipped = change("disordered", "shipped", 9, order=3)
    recreated = change("recreated", "received", 4, op="c")
    assert shipped == delivered + 1
    build(disordered=("delivered", False, shipped), recreated=("received", False, recreated))
    return Rounds(states, expected)


def of(states: list[State], *documents: str) -> list[State]:
    """Of every round what it says of some documents."""
    return [{name: row for name, row in state.items() if name.startswith(documents)} for state in states]


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param(("disordered", "other"), id="late_repeated_and_out_of_order_changes"),
        pytest.param(("recreated",), id="a_document_deleted_and_created_again"),
        pytest.param(("ahead", "behind"), id="a_partition_that_runs_ahead_hides_no_other"),
        pytest.param(("snapshot",), id="a_change_just_after_a_snapshot_read_wins"),
        pytest.param(("transaction",), id="of_equal_positions_the_later_in_kafka_wins_in_any_build"),
    ],
)
def test_every_build_leaves_the_newest_state(rounds: Rounds, documents: tuple[str, ...]) -> None:
    assert of(rounds.states, *documents) == of(rounds.expected, *documents)
    assert all(of(rounds.expected, *documents)), "nothing was compared"


def test_a_build_without_news_opens_no_bronze_file(scratch: Scratch, rounds: Rounds) -> None:
    assert rounds
    said: list[dict[str, Any]] = []
    assert tables_that_dbt_reads(scratch.chain, f"{PREFIX}bronze", lambda: said.append(scratch.build())) == set()
    assert (said[0]["code"], said[0]["rows_affected"]) == ("NOTHING NEW", 0)


def test_other_columns_than_the_contract_has_stop_even_a_build_without_news(scratch: Scratch, rounds: Rounds) -> None:
    assert rounds
    table = f"{PREFIX}silver.orders_current"
    query(scratch.chain, f"alter table {table} add column more varchar")
    try:
        with pytest.raises(MeshError, match="dbt run"):
            scratch.build()
    finally:
        query(scratch.chain, f"alter table {table} drop column more")
    assert "Only in the contract: none. Only in the table: more varchar. Build it anew" in scratch.error()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda columns: setattr(columns["total_orders"], "data_type", "varchar"), "total_orders: data type mismatch"),
        (lambda columns: columns.pop("total_orders"), "total_orders: missing in contract"),
        (lambda columns: columns.update(more=ColumnInfo("more", data_type="date")), "more: missing in definition"),
    ],
    ids=["type", "not_promised", "not_given"],
)
def test_an_sql_that_breaks_its_contract_stops_the_build(
    scratch: Scratch, rounds: Rounds, change: Callable[[dict[str, ColumnInfo]], object], said: str
) -> None:
    assert rounds
    model = "order_fulfillment_daily"
    with another_contract(model, change), pytest.raises(MeshError, match="dbt run"):
        scratch.build(models=(model,))
    # | column | type given | type promised | reason |
    found = [line.split("|")[1:-1] for line in scratch.error().splitlines() if line.count("|") == 5][2:]
    assert [f"{name.strip()}: {reason.strip()}" for name, _, _, reason in found] == [said]
    assert query(scratch.chain, f"show tables from {PREFIX}gold like '{model}'") == []


def test_a_full_refresh_in_slices_equals_the_builds_before(scratch: Scratch, rounds: Rounds) -> None:
    assert scratch.build("--full-refresh", "--vars", "{changes_per_merge: 8}")["rows_affected"] > 0
    assert scratch.state() == rounds.states[-1]
    assert len(scratch.snapshots("orders_current")) > 3, "one statement: nothing was cut"


def test_two_runs_do_not_build_a_table_anew_at_once(scratch: Scratch, rounds: Rounds) -> None:
    assert rounds
    before, table = scratch.state(), f"{PREFIX}silver.orders_current__dbt_tmp"
    query(scratch.chain, f"create table {table} (other integer)")
    with pytest.raises(MeshError, match="dbt run"):
        scratch.build("--full-refresh")
    assert f"drop table {table}" in scratch.error()
    query(scratch.chain, f"drop table {table}")
    assert scratch.state() == before


def test_what_ends_between_two_slices_has_merged_all_that_came_before(scratch: Scratch, rounds: Rounds) -> None:
    assert rounds
    for number in range(6):
        scratch.change(f"sliced-{number % 2}", "picking" if number < 4 else "packed", number, partition=4)
    scratch.build("--vars", "{changes_per_merge: 2}")
    whole = scratch.state()
    *_, second, _ = scratch.snapshots("orders_current")
    query(scratch.chain, f"alter table {PREFIX}silver.orders_current execute rollback_to_snapshot({second})")
    assert {row[0] for name, row in scratch.state().items() if name.startswith("sliced")} == {"picking"}
    scratch.build()
    assert scratch.state() == whole


def test_a_build_that_was_ended_while_the_new_table_took_its_name_is_finished(scratch: Scratch, rounds: Rounds) -> None:
    assert rounds
    before = scratch.state()
    table = f"{PREFIX}silver.orders_current"
    query(scratch.chain, f"alter table {table} rename to {table}__dbt_backup")
    scratch.build()
    assert scratch.state() == before
    assert query(scratch.chain, f"show tables from {PREFIX}silver like '%dbt%'") == []


def test_two_builds_that_find_the_same_news_keep_every_version_once(scratch: Scratch, rounds: Rounds) -> None:
    assert rounds
    versions = ("orders_versions",)
    positions = f"select kafka_partition, kafka_offset from {PREFIX}silver.orders_versions order by 1, 2"
    scratch.build(models=versions)
    scratch.change("twice", "received", 30, op="c", partition=5)
    scratch.build(models=versions)
    expected = query(scratch.chain, positions)
    statement = (scratch.target / "run/data_mesh/models/silver/orders/orders_versions.sql").read_text()
    query(scratch.chain, statement)
    assert query(scratch.chain, positions) == expected and [5, 0] in expected


def test_gold_is_computed_anew_when_what_it_was_counted_from_is_another(scratch: Scratch, rounds: Rounds) -> None:
    assert rounds
    chain, gold = scratch.chain, ("order_fulfillment_daily",)

    def completed() -> int:
        rows = query(chain, f"select sum(completed_orders) from {PREFIX}gold.order_fulfillment_daily")
        return int(rows[0][0])

    def orders(*statuses: str) -> int:
        return sum(status in statuses and not gone for status, gone, _ in scratch.state().values())

    def set_completed(status: str, is_completed: bool) -> None:
        seed = f"{PREFIX}reference.order_statuses"
        query(chain, f"update {seed} set is_completed = {is_completed} where status = '{status}'")

    scratch.build(models=gold)
    assert completed() == orders("delivered")
    assert scratch.build(models=gold)["code"] == "NOTHING NEW"

    set_completed("received", True)
    scratch.build(models=gold)
    assert completed() == orders("delivered", "received") > orders("delivered")
    set_completed("received", False)
    scratch.build(models=gold)
    assert completed() == orders("delivered")

    # as after a change of parsing: the same offsets, other rows
    query(chain, f"update {PREFIX}gold.order_fulfillment_daily set completed_orders = 999")
    assert scratch.build(models=gold)["code"] == "NOTHING NEW"
    scratch.build("--full-refresh")
    scratch.build(models=gold)
    assert completed() == orders("delivered")


def test_a_full_refresh_keeps_what_bronze_no_longer_holds_in_new_columns_too(scratch: Scratch, rounds: Rounds) -> None:
    assert rounds
    table = f"{PREFIX}silver.orders_current"
    before = scratch.state()
    query(scratch.chain, f"delete from {PREFIX}bronze.orders_raw where kafka_partition = 1")
    query(scratch.chain, f"alter table {table} drop column wave_id")
    scratch.change("disordered", "shipped", 20)
    with pytest.raises(MeshError, match="dbt run"):
        scratch.build()
    scratch.build("--full-refresh")
    after = scratch.state()
    assert after.keys() == before.keys()
    assert (after["disordered"][0], after["other"]) == ("shipped", before["other"])
    assert query(scratch.chain, f"select wave_id from {table} where order_id = 'other'") == [[None]]

    scratch.build("--full-refresh", "--vars", "{allow_loss: true}")
    assert scratch.state().keys() == before.keys() - {"other"}


def test_a_topic_made_again_stops_builds_until_the_former_one_is_renumbered(scratch: Scratch, rounds: Rounds) -> None:
    assert rounds
    both = ("orders_versions", "orders_current")
    scratch.build(models=both)
    before = scratch.state()
    versions = f"select count(*), count(distinct (kafka_partition, kafka_offset)) from {PREFIX}silver.orders_versions"
    ((kept, _),) = query(scratch.chain, versions)

    scratch.make_topic_again()
    again = scratch.change("disordered", "delivered", 40)
    new = scratch.change("new", "received", 41, op="c")
    assert (again, new) == (0, 1)
    for models in (("orders_current",), ("orders_versions",)):
        with pytest.raises(MeshError, match="dbt run"):
            scratch.build(models=models)
        assert "mesh renumber orders_raw" in scratch.error()
    assert scratch.state() == before

    renumber(scratch.chain.instance, scratch.declared("orders_raw"), print)
    scratch.build(models=both)
    assert scratch.state() == {**before, "disordered": ("delivered", False, 0), "new": ("received", False, 1)}
    assert query(scratch.chain, versions) == [[kept + 2, kept + 2]]
    with pytest.raises(MeshError, match="no offset landed again"):
        renumber(scratch.chain.instance, scratch.declared("orders_raw"), print)
