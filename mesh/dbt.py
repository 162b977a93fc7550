"""Runs dbt from the repository's root against an instance."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mesh.errors import MeshError
from mesh.instance import REPOSITORY, Instance
from mesh.stack.install import venv_binary

TARGET = REPOSITORY / "target"


def run_dbt(
    instance: Instance,
    *arguments: str,
    quiet: bool = False,
    check: bool = True,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run one dbt command; its output goes to the terminal unless quiet.

    Raises:
        MeshError: dbt failed, or a test did, and `check` is set.
    """
    ran = subprocess.run(
        [venv_binary("dbt"), *(["--quiet"] if quiet else []), *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **instance.environment(), **(environment or {})},
        stdin=subprocess.DEVNULL,
        check=False,
        stdout=subprocess.DEVNULL if quiet and not check else None,
    )
    if check and ran.returncode:
        raise MeshError(f"dbt {' '.join(arguments)} failed: see above, and logs/dbt.log")


def test_outcomes(target: Path = TARGET) -> Counter[str]:
    """How the tests of the last dbt command ended: status to count."""
    results = json.loads((target / "run_results.json").read_text())["results"]
    tests = (r["status"] for r in results if r["unique_id"].split(".")[0] in ("test", "unit_test"))
    return Counter(tests)


def source_freshness(target: Path = TARGET) -> dict[str, dict[str, Any]]:
    """The last `dbt source freshness`: table to its result."""
    results = json.loads((target / "sources.json").read_text())["results"]
    return {result["unique_id"].split(".")[-1]: result for result in results}
