"""Keeps what checks and runs said, before the next command overwrites it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from mesh.contracts.contract import read_products
from mesh.dbt import read_manifest, target_folder
from mesh.instance import Instance
from mesh.quality.dbt_results import check_results, model_runs, read_run_results
from mesh.quality.results import CheckResult
from mesh.quality.store import CHECK_RESULTS, MODEL_RUNS, append


def record_dbt(instance: Instance) -> int:
    """Keep the tests and model runs of dbt's last command; a second time changes nothing.

    Returns:
        How many test results are new.

    Raises:
        MeshError: dbt has run nothing yet, or Trino refuses.
    """
    run, manifest = read_run_results(target_folder()), read_manifest()
    if run["args"]["which"] == "generate":
        # docs generate writes the file too, though it has built and tested nothing
        return 0
    append(instance, MODEL_RUNS, list(model_runs(run, manifest)))
    return record_checks(instance, check_results(run, manifest, read_products()))


def record_checks(instance: Instance, results: Sequence[CheckResult]) -> int:
    """Keep results; returns how many are new."""
    return append(instance, CHECK_RESULTS, [asdict(result) for result in results])
