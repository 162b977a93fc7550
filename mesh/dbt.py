"""Runs dbt from the repository's root against an instance."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mesh.access.trust import without_bundle
from mesh.errors import MeshError
from mesh.instance import REPOSITORY, Instance

Manifest = dict[str, Any]

# as the program `dbt`, but Trino's client does not tell each time that a library is missing which nothing here needs
PROGRAM = "import logging; logging.getLogger('trino.auth').disabled = True; from dbt.cli.main import cli; cli()"


def target_folder() -> Path:
    """Where dbt writes: `target/`, or what `DBT_TARGET_PATH` names."""
    return REPOSITORY / os.environ.get("DBT_TARGET_PATH", "target")


def run_dbt(
    instance: Instance,
    *arguments: str,
    quiet: bool = False,
    check: bool = True,
    environment: Mapping[str, str] | None = None,
    project: Path = REPOSITORY,
) -> None:
    """Run one dbt command; its output goes to the terminal unless quiet.

    Args:
        project: folder of the dbt project and its profile, for another revision than this one.

    Raises:
        MeshError: dbt failed, or a test did, and `check` is set.
    """
    succeeded = _invoke(
        [*(["--quiet"] if quiet else []), *arguments],
        without_bundle({**os.environ, **instance.environment(), **(environment or {})}),
        project,
        is_silent=quiet and not check,
    )
    if check and not succeeded:
        raise MeshError(f"dbt {' '.join(arguments)} failed: see above, and logs/dbt.log")


def _invoke(arguments: list[str], environment: Mapping[str, str], project: Path, *, is_silent: bool) -> bool:
    """Run dbt in a process of its own; returns whether it succeeded."""
    ran = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, *arguments],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
        stdout=subprocess.DEVNULL if is_silent else None,
    )
    return ran.returncode == 0


def parse_project(instance: Instance) -> Manifest:
    """The manifest of the project as it stands now; asks no server.

    Raises:
        MeshError: dbt cannot parse the project.
    """
    run_dbt(instance, "parse", quiet=True)
    return read_manifest()


def read_manifest() -> Manifest:
    """The manifest of the last dbt command."""
    manifest: Manifest = json.loads((target_folder() / "manifest.json").read_text())
    return manifest


def test_outcomes() -> Counter[str]:
    """How the tests of the last dbt command ended: status to count."""
    results = json.loads((target_folder() / "run_results.json").read_text())["results"]
    tests = (r["status"] for r in results if r["unique_id"].split(".")[0] in ("test", "unit_test"))
    return Counter(tests)


def source_freshness() -> dict[str, dict[str, Any]]:
    """The last `dbt source freshness`: table to its result."""
    results = json.loads((target_folder() / "sources.json").read_text())["results"]
    return {result["unique_id"].split(".")[-1]: result for result in results}
