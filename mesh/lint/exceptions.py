"""The one list of exceptions: a rule, whom it does not bind, and why."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mesh.errors import MeshError
from mesh.instance import REPOSITORY
from mesh.lint.finding import Finding

EXCEPTIONS = REPOSITORY / "tests" / "lint_exceptions.csv"
COLUMNS = ["rule", "subject", "reason"]
RULES = {"unneeded exception", "unexplained exception"}


@dataclass(frozen=True)
class LintException:
    """A finding that is right as it is, for a reason."""

    rule: str
    subject: str
    reason: str


def read_exceptions(path: Path = EXCEPTIONS) -> list[LintException]:
    """Every row of the list.

    Raises:
        MeshError: the columns are others, or a row has more or fewer.
    """
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    if header != COLUMNS or any(len(row) != len(COLUMNS) for row in rows):
        raise MeshError(f"{path.name}: every row has {', '.join(COLUMNS)}; quote a reason that has a comma")
    return [LintException(*(cell.strip() for cell in row)) for row in rows]


def subtract_exceptions(findings: Sequence[Finding], exceptions: Sequence[LintException]) -> list[Finding]:
    """Findings that no exception names, and exceptions that name no finding, stand twice or give no reason."""
    excepted = {(exception.rule, exception.subject) for exception in exceptions}
    found = {(finding.rule, finding.subject) for finding in findings}
    left = [finding for finding in findings if (finding.rule, finding.subject) not in excepted]
    seen: set[tuple[str, str]] = set()
    for exception in exceptions:
        key = (exception.rule, exception.subject)
        if key not in found or key in seen:
            left.append(Finding("unneeded exception", " ".join(key), f"take it out of {EXCEPTIONS.name}"))
        elif not exception.reason:
            left.append(Finding("unexplained exception", " ".join(key), f"say why in {EXCEPTIONS.name}"))
        seen.add(key)
    return left
