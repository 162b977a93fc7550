"""The last word of every check that the project still has: one that was removed says nothing any more."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC

from mesh.contracts.contract import read_products
from mesh.dbt import Manifest
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lake import Lake, LakeError
from mesh.quality.gx_suites import read_suites
from mesh.quality.results import CheckResult


def known_checks(manifest: Manifest) -> set[str]:
    """Names of dbt's tests, of its unit tests, and of the expectations.

    Raises:
        MeshError: a suite or a contract is wrong.
    """
    return {
        *(node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "test"),
        *(f"{test['model']}.{test['name']}" for test in manifest["unit_tests"].values()),
        *(check.name for suite in read_suites(read_products()) for check in suite.checks),
    }


def latest_results(instance: Instance, manifest: Manifest) -> list[CheckResult]:
    """One result a check, failing ones first.

    Raises:
        MeshError: nothing has been kept yet, or Trino does not answer.
    """
    names = [field.name for field in fields(CheckResult)]
    try:
        with Lake(instance) as lake:
            rows = lake.query(
                f"select {', '.join(names)} from gold.quality_results where is_latest"
                " order by is_failing desc, severity, product nulls last, table_name, check_name"
            )
    except LakeError as error:
        raise MeshError(f"no result of a check is kept, mesh build --test first: {error}") from error
    known = known_checks(manifest)
    results = (CheckResult(**dict(zip(names, row, strict=True))) for row in rows)
    return [replace(each, run_at=each.run_at.replace(tzinfo=UTC)) for each in results if each.check_name in known]
