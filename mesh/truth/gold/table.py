"""A table of measures and its comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mesh.lake import Lake, LakeError
from mesh.truth.canonical import Canonical, canonical_bytes
from mesh.truth.columns import Row
from mesh.truth.compare import compare
from mesh.truth.result import CheckResult


@dataclass(frozen=True)
class GoldTable:
    """A table of gold: its key, by which its rows are compared, and its measures; `rows` is what to read of it."""

    name: str
    key: tuple[str, ...]
    measures: tuple[str, ...]
    rows: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns to compare."""
        return self.key + self.measures


def check_table(table: GoldTable, expected: Iterable[Row], lake: Lake) -> CheckResult:
    """Compare every row and column."""
    name = f"gold.{table.name}"
    contents = {row_id(table, row): canonical_bytes(cells_of(table, row)) for row in expected}
    try:
        selected = (dict(zip(table.columns, row, strict=True)) for row in lake.rows(build_rows_sql(table)))
        found = ((row_id(table, row), canonical_bytes(cells_of(table, row))) for row in selected)
        return compare(name, contents.keys(), contents.__getitem__, found)
    except LakeError as error:
        return CheckResult(name, source_rows=len(contents), error=str(error))


def build_rows_sql(table: GoldTable) -> str:
    """The table's rows; days as text, since beyond year 9999 there is no Python date."""
    selections = ('cast("date" as varchar)' if name == "date" else f'"{name}"' for name in table.columns)
    return f"select {', '.join(selections)} from iceberg.gold.{table.name} {table.rows}".rstrip()


def row_id(table: GoldTable, row: Mapping[str, object]) -> str:
    """What identifies a row: `2024-02-29 same_day`."""
    return " ".join(str(row[name]) for name in table.key) or "the row"


def cells_of(table: GoldTable, row: Row) -> dict[str, Canonical]:
    """The row's cells; decimals as text, which keeps their scale."""
    values = ((name, row[name]) for name in table.columns)
    return {name: value if value is None or isinstance(value, int) else str(value) for name, value in values}
