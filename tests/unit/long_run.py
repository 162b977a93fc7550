"""`mesh run` with every step replaced by one that only talks: as much as the real ones do, in colours.

python long_run.py [dbt|truth]    # what fails
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

from mesh import cli, steps
from mesh.errors import MeshError
from mesh.truth.result import CheckResult

# what is replaced below need not be loaded
for heavy in (
    *("dbt", "jobs", "progress", "quality.expectations", "quality.measure", "quality.record", "quality.status_page"),
    *("simulation", "site.docs", "stack.lifecycle", "trino", "truth.check"),
):
    sys.modules[f"mesh.{heavy}"] = MagicMock()
run = import_module("mesh.run")


FAILING = sys.argv[1] if len(sys.argv) > 1 else None


def talk(lines: int) -> None:
    """As a program of its own does, past Python's standard output."""
    subprocess.run(
        ["bash", "-c", rf"for i in {{1..{lines}}}; do printf '\e[32m%s of {lines}\e[0m\n' $i; done"], check=True
    )


def run_dbt(*arguments: object, **_: object) -> None:
    if "build" in arguments:
        talk(583)
        if FAILING == "dbt":
            print(
                "12:00:00  Completed with 1 error\n12:00:00  \033[31mFailure in test not_null\033[0m\n  Got 3 results"
            )
            raise MeshError("dbt build failed: see above, and logs/dbt.log")


def slow(result: Any) -> Any:
    """Long enough for a line to move, or to be printed."""

    def work(*_: object, **__: object) -> Any:
        talk(5)
        time.sleep(0.3)
        return result

    return work


def check_truth(*_: object) -> list[CheckResult]:
    equal = [CheckResult(f"silver.table_{number}", 10, 10) for number in range(39)]
    return [*equal[1:], CheckResult("gold.sales", 10, 9, missing=1)] if FAILING == "truth" else equal


def promise(number: int) -> SimpleNamespace:
    return SimpleNamespace(is_met=number > 3, line=lambda: f"BROKEN product {number} {'and a long explanation ' * 4}")


REPLACED = {
    "lifecycle": SimpleNamespace(up=slow(None)),
    "jobs": SimpleNamespace(submit=slow((SimpleNamespace(name="land-bronze"), "resumed from chk-7"))),
    "replayed_orders": lambda _: 0,
    "replay_orders": slow(SimpleNamespace(changes_applied=400, changes_before=100)),
    "wait_until_landed": slow(7.0),
    "run_dbt": run_dbt,
    "test_outcomes": lambda: Counter(["pass"] * 480),
    "record_dbt": lambda _: 480,
    "generate_docs": slow("products.html"),
    "check_products": slow([SimpleNamespace(status="passed")]),
    "measure": slow([promise(number) for number in range(24)]),
    "write_page": lambda _: "/a/long/path/to/a/folder/of/somebody/in/a/deep/place/target/status.html",
    "check_truth": check_truth,
    "_rows_per_layer": lambda _: [(f"{layer} rows", "1,000 in 20 tables") for layer in run.LAYERS],
    "_freshness": lambda: "cdc_orders landed 20 s ago, dead_letters 4000 s ago",
}

for name, replacement in REPLACED.items():
    assert hasattr(run, name)
    setattr(run, name, replacement)
steps.PLAIN_SECONDS = 0.2
cli.main(["run"])
