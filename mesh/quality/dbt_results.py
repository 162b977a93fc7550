"""What dbt's last command said: `run_results.json`, which the next command overwrites."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from mesh.contracts.contract import Product
from mesh.dbt import Manifest
from mesh.errors import MeshError
from mesh.manifest import table_names
from mesh.quality.results import CheckResult, Severity, Status

_STATUS: dict[str, Status] = {
    "pass": "passed",
    "warn": "warned",
    "fail": "failed",
    "error": "errored",
    "runtime error": "errored",
    "skipped": "skipped",
}

RunResults = Mapping[str, Any]


def read_run_results(folder: Path) -> RunResults:
    """`run_results.json` of a target folder.

    Raises:
        MeshError: dbt has not run anything there.
    """
    path = folder / "run_results.json"
    if not path.exists():
        raise MeshError(f"{path} is not there: dbt has run nothing yet, start with dbt build")
    results: RunResults = json.loads(path.read_text())
    return results


def check_results(run: RunResults, manifest: Manifest, products: list[Product]) -> list[CheckResult]:
    """Every data test and unit test of the run."""
    owners = {table: product.id for product in products for table in product.outputs}
    nodes = {**manifest["nodes"], **manifest["unit_tests"]}
    names = table_names(manifest)
    results = []
    for result in run["results"]:
        kind = result["unique_id"].split(".")[0]
        if kind not in ("test", "unit_test"):
            continue
        node = nodes[result["unique_id"]]
        table = names.get(_tested(node) or "")
        status = _STATUS[result["status"]]
        results.append(
            CheckResult(
                run_id=run["metadata"]["invocation_id"],
                run_at=_span(result, run)[1],
                tool="dbt",
                check_name=f"{node['model']}.{node['name']}" if kind == "unit_test" else node["name"],
                check_type="unit_test" if kind == "unit_test" else (node.get("test_metadata") or {}).get("name", "sql"),
                product=owners.get(table.split(".")[1]) if table else None,
                table_name=table,
                column_name=node.get("column_name"),
                severity=_severity(node),
                status=status,
                failures=None if status in ("errored", "skipped") else int(result["failures"] or 0),
                evaluated=None,
                message=" ".join(result["message"].split()) if result["message"] else None,
            )
        )
    return results


def model_runs(run: RunResults, manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Every model of the run, as rows of `quality.model_runs`."""
    names = table_names(manifest)
    for result in run["results"]:
        if result["unique_id"].split(".")[0] == "model" and result["status"] != "no-op":
            started_at, completed_at = _span(result, run)
            yield {
                "run_id": run["metadata"]["invocation_id"],
                "table_name": names[result["unique_id"]],
                "status": result["status"],
                "started_at": started_at,
                "completed_at": completed_at,
            }


def _tested(node: Mapping[str, Any]) -> str | None:
    """The unique id of the table that a test looks at; None if it looks at several."""
    if node["resource_type"] == "unit_test" or not node.get("attached_node"):
        (first, *others) = node["depends_on"]["nodes"] or [None]
        return None if others else first
    attached: str = node["attached_node"]
    return attached


def _severity(node: Mapping[str, Any]) -> Severity:
    return "warn" if str(node["config"].get("severity", "error")).lower() == "warn" else "error"


def _span(result: Mapping[str, Any], run: RunResults) -> tuple[datetime, datetime]:
    """When it started and ended; what never ran has the time of the run."""
    executed = [step for step in result["timing"] if step["name"] == "execute" and step["completed_at"]]
    if not executed:
        moment = _utc(run["metadata"]["generated_at"])
        return moment, moment
    return _utc(executed[0]["started_at"]), _utc(executed[0]["completed_at"])


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
