"""What a build costs when history is three and ten times as long: the same news on each, model by model.

    .venv/bin/python benchmarks/growth.py

On a stack of its own. What was landed once is written again as older history: other orders, other days, the same stock
and workers, lower offsets. The news is what came last, and a fifth of all of it are updates of documents of the oldest
history. Each history has schemas of its own. Seconds are dbt's; bytes and splits (files, or parts of large ones) are
Trino's.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from own_stack import own_instance, start_and_land

from flink_jobs.tables import BronzeTable, build_create_table_sql, change_tables
from mesh.access.login import MAINTENANCE, READER, Login
from mesh.dbt import run_dbt
from mesh.instance import Instance
from mesh.lake import Lake

SECONDS_BETWEEN_LOOKS = 3.0
SPAN_DAYS = 60
"""More than the input covers: histories follow each other without touching."""
OWN_PER_HISTORY = ("ORD-", "PICK-", "PACK-", "SHP-", "WAVE-")
"""Ids that every history has its own of."""


@dataclass(frozen=True)
class Cost:
    """One model's incremental build."""

    seconds: float
    bytes_read: int
    splits: int


@click.command()
@click.option("--orders", default=4_000, show_default=True, help="Orders of one history.")
@click.option("--news", default=0.02, show_default=True, help="Share of the newest history that is the news.")
@click.option("--factors", default="1,3,10", show_default=True)
@click.option("--port-base", default=25_000, show_default=True)
@click.option("--raw", type=click.Path(path_type=Path), help="Keep the figures in this file, as JSON.")
def main(*, orders: int, news: float, factors: str, port_base: int, raw: Path | None) -> None:
    """Print a table of models and histories."""
    with own_instance(port_base) as instance:
        start_and_land(instance, orders)
        costs = {factor: measure(instance, factor, news) for factor in map(int, factors.split(","))}
    if raw:
        raw.write_text(json.dumps({str(f): {m: vars(c) for m, c in of.items()} for f, of in costs.items()}, indent=2))
    print_table(costs)


def measure(instance: Instance, factor: int, news: float) -> dict[str, Cost]:
    """Build a history of so many times the landed one, then the news; what the news cost, by model."""
    prefix = f"growth{factor}_"
    target = instance.home / prefix
    environment = {
        "MESH_SCHEMA_PREFIX": prefix,
        "MESH_BRONZE_SCHEMA": f"{prefix}bronze",
        "DBT_TARGET_PATH": str(target),
    }
    with Lake(instance, MAINTENANCE) as lake:
        for layer in ("bronze", "reference", "staging", "silver", "gold"):
            bucket = layer if layer in ("bronze", "gold") else "silver"
            lake.query(f"create schema {prefix}{layer} with (location = 's3://wms-{bucket}/{prefix}{layer}/')")
        for table in change_tables():
            lake.query(build_create_table_sql(table, f"{prefix}bronze"))
            for sql in build_history_sql(table, prefix, factor, news):
                lake.query(sql)
        run_dbt(instance, "seed", quiet=True, environment=environment)
        run_dbt(instance, "run", "--select", "staging", "silver", "gold", quiet=True, environment=environment)
        for table in change_tables():
            for sql in build_news_sql(table, prefix, factor, news):
                lake.query(sql)
    with _watched(instance) as asked:
        run_dbt(instance, "run", "--selector", "fresh", quiet=True, environment=environment)
    seconds = {
        result["unique_id"].split(".")[-1]: result["execution_time"]
        for result in json.loads((target / "run_results.json").read_text())["results"]
    }
    of_model = {model: [read for name, read in asked.values() if name == model] for model in seconds}
    assert all(of_model.values()), "queries were forgotten before they were looked at"
    return {
        model: Cost(took, *(sum(each) for each in zip(*of_model[model], strict=True)))
        for model, took in seconds.items()
    }


def build_history_sql(table: BronzeTable, prefix: str, factor: int, news: float) -> Iterator[str]:
    """All but the news: the newest history as it landed, older ones before it."""
    for age in range(factor):
        condition = "true" if age else f"kafka_offset <= {_cut(table, news)}"
        yield f"insert into {prefix}bronze.{table.name} {_select(table, factor, age)} where {condition}"


def build_news_sql(table: BronzeTable, prefix: str, factor: int, news: float) -> Iterator[str]:
    """What came last, and a quarter as much again as updates of documents of the oldest history."""
    into = f"insert into {prefix}bronze.{table.name}"
    yield f"{into} {_select(table, factor, 0)} where kafka_offset > {_cut(table, news)}"
    late = {"op": "'u'", "kafka_offset": f"kafka_offset + {factor} * {_length(table)}"}
    newest = {name: f"(select max({name}) from bronze.{table.name})" for name in ("source_at", "kafka_at", "landed_at")}
    yield (
        f"{into} {_select(table, factor, factor - 1, **late, **newest)}"
        f" where op <> 'd' and kafka_offset <= {_length(table)} * {news} / 4"
    )


def _select(table: BronzeTable, factor: int, age: int, **other: str) -> str:
    shift = f"interval '{age * SPAN_DAYS}' day"
    moved = {
        "kafka_offset": f"kafka_offset + {factor - 1 - age} * {_length(table)}",
        **{name: f"{name} - {shift}" for name in ("source_at", "kafka_at", "landed_at")},
        "document_id": _renamed("document_id", age),
        **{image: _redated(_renamed(image, age), age) for image in ("before", "after")},
        **other,
    }
    columns = ", ".join(moved.get(name, name) for name in table.columns)
    return f"select {columns} from bronze.{table.name}"


def _renamed(expression: str, age: int) -> str:
    ids = "|".join(OWN_PER_HISTORY)
    return f"""regexp_replace({expression}, '"({ids})', '"{age}-$1')""" if age else expression


def _redated(expression: str, age: int) -> str:
    milliseconds = age * SPAN_DAYS * 86_400_000
    dated = f"""'"$date": ' || cast(cast(found[1] as bigint) - {milliseconds} as varchar)"""
    return f"""regexp_replace({expression}, '"\\$date": ([0-9]+)', found -> {dated})""" if age else expression


def _length(table: BronzeTable) -> str:
    return f"(select max(kafka_offset) + 1 from bronze.{table.name})"


def _cut(table: BronzeTable, news: float) -> str:
    return f"(select max(kafka_offset) from bronze.{table.name}) * (1 - {news})"


@contextmanager
def _watched(instance: Instance) -> Iterator[dict[str, tuple[str, tuple[int, int]]]]:
    """Query id to model, bytes and splits of what dbt asks meanwhile: Trino remembers the last hundred queries."""
    ask = Login.of_program(instance, READER).get
    asked: dict[str, tuple[str, tuple[int, int]]] = {}
    known = {query["queryId"] for query in ask("/v1/query").json()}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(SECONDS_BETWEEN_LOOKS):
            look()

    def look() -> None:
        for query in ask("/v1/query").json():
            if query["queryId"] not in known and query["state"] == "FINISHED":
                known.add(query["queryId"])
                if found := re.search(r'"node_id": "([^"]+)"', query["query"]):
                    stage = ask(f"/v1/query/{query['queryId']}").json().get("outputStage")
                    asked[query["queryId"]] = found[1].split(".")[-1], _read(stage)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield asked
    finally:
        ended.set()
        watcher.join()
        look()


def _read(stage: dict[str, Any] | None) -> tuple[int, int]:
    """Bytes read and splits of a query."""
    operators = list(_operators(stage))
    splits = sum(one["totalDrivers"] for one in operators if "Scan" in one["operatorType"])
    size = sum(int(one["physicalInputDataSize"].removesuffix("B")) for one in operators)
    return size, splits


def _operators(stage: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    if stage:
        yield from stage["stageStats"]["operatorSummaries"]
        for child in stage.get("subStages", []):
            yield from _operators(child)


def print_table(costs: dict[int, dict[str, Cost]]) -> None:
    """A line a model, the sums last; how often the longest history costs the shortest."""
    shortest, longest = min(costs), max(costs)
    head = "".join(f"{factor:>7}x s  MB read splits" for factor in costs)
    click.echo(f"{'model':32}{head}  {longest}x / {shortest}x of each")
    names = [*costs[shortest], "all"]
    for of in costs.values():
        of["all"] = Cost(
            sum(cost.seconds for cost in of.values()),
            sum(cost.bytes_read for cost in of.values()),
            sum(cost.splits for cost in of.values()),
        )
    for name in names:
        line = [of[name] for of in costs.values()]
        figures = "".join(f"{cost.seconds:9.1f} {cost.bytes_read / 1e6:8.2f} {cost.splits:6}" for cost in line)
        few, many = costs[shortest][name], costs[longest][name]
        ratios = (
            many.seconds / few.seconds,
            many.bytes_read / max(few.bytes_read, 1),
            many.splits / max(few.splits, 1),
        )
        click.echo(f"{name:32}{figures}  " + " ".join(f"{ratio:5.2f}" for ratio in ratios))


if __name__ == "__main__":
    main()
