"""`mesh run`: the whole chain once, from nothing to a proof; every step can be repeated."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flink_jobs.tables import LAYERS
from mesh import jobs
from mesh.dbt import run_dbt, source_freshness, test_outcomes
from mesh.errors import MeshError
from mesh.instance import ENDPOINTS, Instance
from mesh.lake import Lake
from mesh.progress import wait_until_landed
from mesh.quality.expectations import check_products
from mesh.quality.measure import measure, verdicts
from mesh.quality.record import record_dbt
from mesh.quality.status_page import write_page
from mesh.simulation import replay_orders, replayed_orders
from mesh.site.docs import generate_docs
from mesh.stack import lifecycle
from mesh.steps import Steps
from mesh.truth.check import check_truth

Rows = list[tuple[str, str]]

LANDING_TIMEOUT_SECONDS = 1200
MORE_ORDERS = 300
LAST_LINES = 15


def run(instance: Instance, orders: int, steps: Steps) -> Rows:
    """Bring everything up, replay orders, land, build, document and prove them.

    Args:
        orders: how many orders shall exist at least; a run that finds them there replays some more.

    Returns:
        The closing table, as (what, value).

    Raises:
        MeshError: a step failed, a test did, or a number differs from the source.
    """
    steps.begin("1/7 servers")
    lifecycle.up(instance, "wms", print)
    steps.end("all are up")
    steps.begin("2/7 landing job")
    job, resumed = jobs.submit(instance)
    steps.end(f"{job.name} runs, {resumed}")
    wanted = max(orders, replayed_orders(instance) + MORE_ORDERS)
    steps.begin("3/7 input")
    replayed = replay_orders(instance, wanted, print)
    steps.end(f"{wanted:,} orders in all, {replayed.changes_applied - replayed.changes_before:,} changes written")
    steps.begin("4/7 landing")
    seconds = wait_until_landed(instance, LANDING_TIMEOUT_SECONDS, print)
    steps.end(f"all of it is in bronze {seconds:.0f} s after the last write")
    steps.begin("5/7 models, tests and docs")
    with _failures_shown(steps):
        run_dbt(instance, "build", environment={"DBT_USE_COLORS": "false"})
        tests = test_outcomes()
        record_dbt(instance)
        run_dbt(instance, "source", "freshness", quiet=True, check=False)
        generate_docs(instance)
    steps.end(f"{tests.total()} tests: {_counted(tests.elements())}")
    steps.begin("6/7 promises")
    with _failures_shown(steps):
        checks = check_products(instance)
        measured = measure(instance)
        page = write_page(instance)
    for broken in [promise for promise in measured if not promise.is_met]:
        steps.say(f"  {broken.line()}")
    promises = verdicts(measured)
    steps.end(promises)
    steps.begin("7/7 truth")
    results = check_truth(instance)
    for result in results:
        (print if result.passed else steps.say)(result.line())
    if failed := [result.name for result in results if not result.passed]:
        raise MeshError(f"{len(failed)} of {len(results)} truth checks failed: {', '.join(failed)}")
    steps.end(f"{len(results)} of {len(results)} checks, 0 differences")
    return [
        *_rows_per_layer(instance),
        ("dbt tests", _counted(tests.elements())),
        ("expectations", _counted(result.status for result in checks)),
        ("promises", f"{promises}: {page}"),
        ("truth", f"{len(results)} of {len(results)} checks, 0 differences"),
        ("freshness", _freshness()),
        *((server, instance.address(server)) for server in ENDPOINTS),
    ]


@contextmanager
def _failures_shown(steps: Steps) -> Iterator[None]:
    """If the block fails, show what dbt said of it: all that follows its summary, else the last lines."""
    try:
        yield
    except MeshError:
        said = [re.sub(r"^\d\d:\d\d:\d\d", "", line) for line in steps.details()]
        summary = [place for place, line in enumerate(said) if "Completed with" in line]
        for line in said[summary[-1] :] if summary else said[-LAST_LINES:]:
            if line.strip() and "compiled code at" not in line:
                steps.say(line)
        raise


def _counted(words: Iterable[str]) -> str:
    return ", ".join(f"{count} {word}" for word, count in sorted(Counter(words).items()))


def _rows_per_layer(instance: Instance) -> Rows:
    rows = []
    with Lake(instance) as lake:
        for layer in LAYERS:
            tables = lake.query(f"select table_name from information_schema.tables where table_schema = '{layer}'")
            count = sum(lake.query(f'select count(*) from {layer}."{table}"')[0][0] for (table,) in tables)
            rows.append((f"{layer} rows", f"{count:,} in {len(tables)} tables"))
    return rows


def _freshness() -> str:
    ages = {}
    for table, result in source_freshness().items():
        if loaded_at := result.get("max_loaded_at"):
            ages[table] = (datetime.now(UTC) - datetime.fromisoformat(loaded_at)).total_seconds()
    if not ages:
        return "nothing has landed"
    newest, oldest = min(ages, key=ages.__getitem__), max(ages, key=ages.__getitem__)
    return f"{newest} landed {ages[newest]:.0f} s ago, {oldest} {ages[oldest]:.0f} s ago"
