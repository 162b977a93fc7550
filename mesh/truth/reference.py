"""The reference data of the repository: carriers, statuses, priorities and roles."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_SEEDS = Path(__file__).resolve().parents[2] / "seeds"


@cache
def read_reference(name: str) -> Mapping[str | None, Mapping[str, str]]:
    """The rows of a table of reference data by their first column."""
    with (_SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}


def flag_of(name: str, status: str | None, flag: str) -> bool | None:
    """A flag of a status in its table; null if the status is unknown."""
    row = read_reference(name).get(status)
    return None if row is None else row[flag] == "true"
