"""Measures what every product promises, as its contract says it, and keeps the measurements."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import pymongo

from flink_jobs.topics import COLLECTIONS, DATABASE
from mesh.clients.mongodb import python_uri
from mesh.contracts.contract import Objective, Product, read_products
from mesh.dbt import Manifest, parse_project, run_dbt
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lake import Lake, LakeError
from mesh.manifest import Node, models
from mesh.quality import freshness
from mesh.quality.pending import LakeTable, Pending, pending_changes, uncaptured_since
from mesh.quality.store import MEASUREMENTS, append
from mesh.quality.wording import amount, is_measurement, promised

SELECTOR = "quality"
BRONZE = "bronze"
_DIGITS = Decimal("0.0001")
_FIRST_WINDOW = timedelta(days=1)


@dataclass(frozen=True)
class Measured:
    """One objective of one table now.

    `population` is the changes or rows that were looked at; `remark` says what else is wrong, and what helps.
    """

    product: str
    output_table: str
    objective: Objective
    value: Decimal
    is_met: bool
    population: int
    remark: str = ""

    @property
    def verdict(self) -> str:
        """`kept`, `BROKEN`, or `unmeasured` where nothing had changed: that keeps no promise."""
        if not self.is_met:
            return "BROKEN"
        return "kept" if is_measurement(self.objective.unit, self.value, self.population) else "unmeasured"

    def line(self) -> str:
        """For a terminal."""
        unit = self.objective.unit
        told = "no change to measure" if self.verdict == "unmeasured" else amount(self.value, unit)
        return (
            f"{self.verdict:10} {self.product:15} {self.output_table:28} {self.objective.name:13} {told},"
            f" {promised(self.objective.threshold, unit)}{self.remark and f'; {self.remark}'}"
        )


def verdicts(measured: Sequence[Measured]) -> str:
    """As `8 kept, 16 unmeasured`."""
    counts = Counter(each.verdict for each in measured)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("kept", "BROKEN", "unmeasured") if counts[verdict])


def measure(instance: Instance) -> list[Measured]:
    """Measure every objective of every product, keep it, and bring `gold.data_product_slo_daily` up to date.

    Raises:
        MeshError: a server does not answer, or a product's table is not there.
    """
    measured = take_measurements(instance)
    run_dbt(instance, "run", "--selector", SELECTOR, quiet=True)
    return measured


def take_measurements(instance: Instance) -> list[Measured]:
    """Measure every objective of every product, and keep it.

    Raises:
        MeshError: a server does not answer, or a product's table is not there.
    """
    manifest = parse_project(instance)
    products = read_products()
    # in this order: a document that is counted is then in Kafka, or told as not captured
    documents = _count_documents(instance, COLLECTIONS)
    uncaptured = uncaptured_since(instance)
    try:
        with Lake(instance) as lake:
            measuring = _Measuring(instance, manifest, lake)
            tables = {table.path: table for table in measuring.tables_behind(products)}
            offsets = {tables[path]: held for path, held in lake.highest_offsets([*tables]).items()}
            measuring.pending = pending_changes(instance, offsets, uncaptured)
            known = {name: count for name, count in documents.items() if name not in uncaptured}
            measured = [*measuring.all_of(products, known)]
    except LakeError as error:
        raise MeshError(f"a product could not be measured, dbt build first: {error}") from error
    _keep(instance, measured, measuring.now)
    return measured


class _Measuring:
    """One moment at which everything is measured."""

    def __init__(self, instance: Instance, manifest: Manifest, lake: Lake) -> None:
        self._instance = instance
        self.now = datetime.now(UTC)
        self.pending: dict[LakeTable, Pending] = {}
        self._manifest = manifest
        self._models = models(manifest)
        self._lake = lake
        ((last,),) = lake.query(f"select max(measured_at) from {MEASUREMENTS.path}")
        self._since = last.replace(tzinfo=UTC) if last else self.now - _FIRST_WINDOW
        self._commits: dict[LakeTable, list[freshness.Commit]] = {}
        self._runs = freshness.runs(lake.rows(freshness.build_runs_sql(self._since)))

    def tables_behind(self, products: list[Product]) -> set[LakeTable]:
        """Every table that makes a change readable in some product."""
        return {table for product in products for output in product.outputs for table in self._tables_behind(output)}

    def all_of(self, products: list[Product], documents: dict[str, int]) -> Iterator[Measured]:
        """Every objective of every table that it is promised for."""
        for product in products:
            for objective in product.objectives:
                for table in objective.tables:
                    remark = ""
                    if objective.unit == "minutes":
                        value, population = self._freshness(table)
                        met = value <= objective.threshold
                        value = value.quantize(_DIGITS, ROUND_CEILING)
                    else:
                        value, population, remark = self._share(product, objective, table, documents)
                        met = value >= objective.threshold
                        value = value.quantize(_DIGITS, ROUND_FLOOR)
                    yield Measured(product.id, table, objective, value, met, population, remark)

    def _freshness(self, output: str) -> tuple[Decimal, int]:
        """Minutes, and how many changes became readable since the last measurement."""
        tables = self._tables_behind(output)
        moments = [self.pending[table].since for table in tables]
        pending_since = min((moment for moment in moments if moment), default=None)
        commits = [commit for table in tables for commit in self._commits_of(table)]
        model = self._models[output]
        if model["config"].get("schema") == "gold" and model["config"]["materialized"] == "incremental":
            runs = self._runs.get(f"gold.{output}", [])
            found = freshness.gold_freshness(commits, runs, pending_since, self._since, self.now)
        else:
            found = freshness.silver_freshness(commits, pending_since, self._since, self.now)
        return Decimal(found.longest / timedelta(minutes=1)), found.changes

    def _commits_of(self, table: LakeTable) -> list[freshness.Commit]:
        if table not in self._commits:
            # a gold run may show what silver had committed before the last measurement
            since = min(self._since, self.now - _FIRST_WINDOW)
            sql = freshness.build_commits_sql(table.schema, table.name, since)
            self._commits[table] = freshness.commits(self._lake.query(sql))
        return self._commits[table]

    def _tables_behind(self, output: str) -> set[LakeTable]:
        """The tables whose commits make a change readable in an output: itself, or the nearest behind it."""
        nearest = set(self._nearest(self._models[output]["unique_id"]))
        landed = {table.collection for table in nearest if table.schema == BRONZE}
        # a live view that reads bronze beside silver shows a change as soon as it has landed
        return {table for table in nearest if table.schema == BRONZE or table.collection not in landed}

    def _nearest(self, unique_id: str) -> Iterator[LakeTable]:
        node = self._manifest["nodes"].get(unique_id) or self._manifest["sources"].get(unique_id)
        if node is None or (node["resource_type"] == "source" and node["source_name"] != BRONZE):
            return
        collection = _collection(node["name"])
        if collection and (node["resource_type"] == "source" or node["config"]["materialized"] == "incremental"):
            yield LakeTable(node["schema"], node.get("identifier") or node["alias"], collection)
            return
        for parent in self._manifest["parent_map"][unique_id]:
            yield from self._nearest(parent)

    def _share(
        self, product: Product, objective: Objective, table: str, documents: dict[str, int]
    ) -> tuple[Decimal, int, str]:
        """Percent of the source's documents that the product shows, and shows right; how many there are; a remark."""
        model = self._models[table]
        satisfied_sql = self._condition(product, objective, model)
        ((rows, satisfied),) = self._lake.query(
            f"select count(*), count_if({satisfied_sql}) from {model['schema']}.{model['alias']} where not is_deleted"
        )
        current = next(each for each in self._tables_behind(table) if table.startswith(each.collection))
        collection = current.collection
        held, on_its_way = documents.get(collection), self.pending[current].messages
        lost = ghosts = 0
        if held is not None:
            # what is on its way is late, which is measured as freshness; what is neither here nor on its way is lost
            lost = max(0, held - rows - on_its_way)
            if rows - on_its_way > held:
                # or the source has grown since it was counted
                held = max(held, _count_documents(self._instance, [collection])[collection])
                ghosts = max(0, rows - on_its_way - held)
        population = rows + lost
        share = Decimal(100 * max(0, satisfied - ghosts)) / population if population else Decimal(100)
        return share, population, ghosts_remark(collection, ghosts)

    def _condition(self, product: Product, objective: Objective, model: Node) -> str:
        """What makes a row count, as the dbt test of the objective says it."""
        for node in self._manifest["nodes"].values():
            test = node.get("test_metadata") or {}
            if test.get("name") == "meets_objective" and node["attached_node"] == model["unique_id"]:
                arguments = test["kwargs"]
                if (arguments["product"], arguments["objective"]) == (product.id, objective.name):
                    return str(arguments["satisfied"])
        raise MeshError(
            f"{product.id} promises {objective.name} of {model['name']}, which no test measures: mesh products check"
        )


def ghosts_remark(collection: str, ghosts: int) -> str:
    """What to do about rows of which nobody told that the source holds them no longer; empty if there are none."""
    return f"MongoDB holds {ghosts:,} of these {collection} no longer: mesh reconcile {collection}" if ghosts else ""


def _collection(table: str) -> str | None:
    """The collection whose changes a table of bronze or silver holds; None for any other table."""
    name, _, kind = table.rpartition("_")
    return name if name in COLLECTIONS and kind in ("raw", "current", "versions") else None


def _count_documents(instance: Instance, collections: Iterable[str]) -> dict[str, int]:
    with pymongo.MongoClient[dict[str, Any]](python_uri(instance)) as client:
        return {collection: client[DATABASE][collection].count_documents({}) for collection in collections}


def _keep(instance: Instance, measured: list[Measured], now: datetime) -> None:
    run_id = str(uuid.uuid4())
    rows = [
        {
            "run_id": run_id,
            "measured_at": now,
            "product": each.product,
            "output_table": each.output_table,
            "objective": each.objective.name,
            "threshold": each.objective.threshold,
            "unit": each.objective.unit,
            "measured_value": each.value,
            "is_met": each.is_met,
            "population": each.population,
        }
        for each in measured
    ]
    append(instance, MEASUREMENTS, rows)
