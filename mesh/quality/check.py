"""One run of the expectations: results kept, Data Docs beside the docs site."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mesh.dbt import target_folder
from mesh.instance import Instance
from mesh.quality.record import record_checks
from mesh.quality.results import CheckResult


def docs_folder() -> Path:
    """Where Data Docs are written."""
    return target_folder() / "expectations"


def check_products(instance: Instance, products: Sequence[str] | None = None) -> list[CheckResult]:
    """Run the checkpoints of these products, of all for None, and keep what they say.

    Raises:
        MeshError: a suite is wrong, a product has none, or Trino does not answer.
    """
    # takes seconds to load, which the other commands need not wait for
    from mesh.quality.expectations import run_checkpoints  # noqa: PLC0415

    results = run_checkpoints(instance, products, docs_folder())
    record_checks(instance, results)
    return results
