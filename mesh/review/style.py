"""Lint findings in the files of a change, and in the project's definitions."""

from __future__ import annotations

import json
import subprocess

from mesh.errors import MeshError
from mesh.instance import REPOSITORY, Instance
from mesh.lint.rules import lint_project
from mesh.review.sides import changed_files
from mesh.stack.install import venv_binary

LINTED = ("models/", "tests/dbt/", "analyses/", "macros/")


def lint_change(instance: Instance, commit: str) -> list[str]:
    """A line a finding: sqlfluff on the SQL files that differ from a commit, the project's rules on all of it.

    Raises:
        MeshError: sqlfluff did not run.
    """
    files = [name for name in changed_files(commit, "*.sql") if name.startswith(LINTED)]
    found = _sqlfluff(files) if files else []
    return [*found, *(finding.line() for finding in lint_project(instance).findings)]


def _sqlfluff(files: list[str]) -> list[str]:
    command = [venv_binary("sqlfluff"), "lint", "--format", "json", "--disable-progress-bar", *files]
    ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    try:
        linted = json.loads(ran.stdout)
    except json.JSONDecodeError as error:
        raise MeshError(f"sqlfluff did not run: {ran.stderr.strip()[-300:]}") from error
    return [
        f"{file['filepath']}:{fault['start_line_no']} {fault['code']} {fault['description']}"
        for file in linted
        for fault in file["violations"]
    ]
