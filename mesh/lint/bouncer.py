"""Runs dbt-bouncer, and keeps its settings from being softened."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from mesh.errors import MeshError
from mesh.instance import REPOSITORY
from mesh.lint.finding import Finding
from mesh.stack.install import venv_binary

SETTINGS = REPOSITORY / "dbt-bouncer.yml"
RULE = "dbt-bouncer settings"
CHECKS = "manifest_checks"
_NO_FAILURE, _FAILURES = 0, 1
_LISTED_COLUMNS = re.compile(r": \[([^\]]*)\]$")

Settings = Mapping[str, Any]
Outcome = Mapping[str, Any]


def read_settings() -> dict[str, Any]:
    """`dbt-bouncer.yml`."""
    settings: dict[str, Any] = yaml.safe_load(SETTINGS.read_text())
    return settings


def run_bouncer(settings: Settings, target: Path) -> list[Outcome]:
    """The outcome of every check for every subject, of the manifest in the folder `target`.

    Raises:
        MeshError: dbt-bouncer cannot run its checks.
    """
    with TemporaryDirectory() as folder:
        here, results = Path(folder, "dbt-bouncer.yml"), Path(folder, "results.json")
        here.write_text(yaml.safe_dump({**settings, "dbt_artifacts_dir": str(target)}))
        ran = subprocess.run(
            [venv_binary("dbt-bouncer"), "run", "--config-file", here, "--output-file", results],
            capture_output=True,
            check=False,
            cwd=REPOSITORY,
            text=True,
        )
        if ran.returncode not in (_NO_FAILURE, _FAILURES) or not results.exists():
            raise MeshError(f"dbt-bouncer failed:\n{ran.stdout}{ran.stderr}")
        outcomes: list[Outcome] = json.loads(results.read_text())
        return outcomes


def failures(outcomes: Sequence[Outcome]) -> Iterator[Finding]:
    """What dbt-bouncer has found, of a source as `source.table`, of a column that it lists as `table.column`."""
    for outcome in outcomes:
        if outcome["outcome"] != "success":
            check, _, _ = outcome["check_run_id"].partition(":")
            subject = ".".join((outcome["unique_id"] or "..project").split(".")[2:])
            message = " ".join((outcome["failure_message"] or "could not be checked").split())
            listed = _LISTED_COLUMNS.search(message) if check.startswith("check_model_column_") else None
            names = re.findall(r"\w+", listed[1]) if listed else []
            for each in [f"{subject}.{name}" for name in names] or [subject]:
                yield Finding(check, each, message)


def softened_settings(settings: Settings, outcomes: Sequence[Outcome]) -> Iterator[Finding]:
    """Checks without a reason, with a way around, or that look at nothing."""
    looked_at = {int(outcome["check_run_id"].split(":")[1]) for outcome in outcomes}
    for number, check in enumerate(settings[CHECKS]):
        if not check.get("description", "").strip():
            yield Finding(RULE, check["name"], "has no description: say why it matters")
        for way_around in ("exclude", "severity"):
            if way_around in check:
                yield Finding(RULE, check["name"], f"{way_around} lets things pass: use tests/lint_exceptions.csv")
        if number not in looked_at:
            yield Finding(RULE, check["name"], f"looks at nothing: its include is {check.get('include')!r}")
    for other in settings.keys() - {CHECKS, "dbt_artifacts_dir"}:
        yield Finding(RULE, other, f"is not used here: rules are in {CHECKS}")
