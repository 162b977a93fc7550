"""The tables in which results and measurements are kept: appended by `mesh`, read by the models of `gold/quality`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from mesh.access.login import MAINTENANCE
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lake import Lake, LakeError

SCHEMA = "iceberg.quality"
ROWS_PER_STATEMENT = 500

Row = Mapping[str, Any]


@dataclass(frozen=True)
class StoredTable:
    """Columns with their Trino types; no two rows have the same `key`."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]

    @property
    def path(self) -> str:
        """With catalog and schema."""
        return f"{SCHEMA}.{self.name}"


CHECK_RESULTS = StoredTable(
    "check_results",
    {
        "run_id": "varchar",
        "run_at": "timestamp(6)",
        "tool": "varchar",
        "check_name": "varchar",
        "check_type": "varchar",
        "product": "varchar",
        "table_name": "varchar",
        "column_name": "varchar",
        "severity": "varchar",
        "status": "varchar",
        "failures": "bigint",
        "evaluated": "bigint",
        "message": "varchar",
    },
    ("run_id", "check_name"),
)
MODEL_RUNS = StoredTable(
    "model_runs",
    {
        "run_id": "varchar",
        "table_name": "varchar",
        "status": "varchar",
        "started_at": "timestamp(6)",
        "completed_at": "timestamp(6)",
    },
    ("run_id", "table_name"),
)
MEASUREMENTS = StoredTable(
    "objective_measurements",
    {
        "run_id": "varchar",
        "measured_at": "timestamp(6)",
        "product": "varchar",
        "output_table": "varchar",
        "objective": "varchar",
        "threshold": "decimal(9, 4)",
        "unit": "varchar",
        "measured_value": "decimal(18, 4)",
        "is_met": "boolean",
        "population": "bigint",
    },
    ("run_id", "product", "output_table", "objective"),
)


def create_tables(instance: Instance) -> None:
    """Create what is missing."""
    with Lake(instance, MAINTENANCE) as lake:
        lake.query(f"create schema if not exists {SCHEMA}")
        for table in (CHECK_RESULTS, MODEL_RUNS, MEASUREMENTS):
            columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
            lake.query(f"create table if not exists {table.path} ({columns})")


def append(instance: Instance, table: StoredTable, rows: Sequence[Row]) -> int:
    """Add the rows that are not there yet; returns how many.

    Raises:
        MeshError: Trino refused; what was added before stays, and is not added again.
    """
    if not rows:
        return 0
    added = 0
    try:
        with Lake(instance, MAINTENANCE) as lake:
            for statement in build_append_sql(table, rows):
                ((count,),) = lake.query(statement)
                added += count
    except LakeError as error:
        raise MeshError(f"{table.path} could not be written: {error}") from error
    return added


def build_append_sql(table: StoredTable, rows: Sequence[Row]) -> Iterator[str]:
    """Statements of a bounded size, each of which leaves out the rows whose key is there."""
    names = list(table.columns)
    same_key = " and ".join(f"present.{name} = added.{name}" for name in table.key)
    selected = ", ".join(f"cast(added.{name} as {table.columns[name]})" for name in names)
    remaining = iter(rows)
    while batch := list(islice(remaining, ROWS_PER_STATEMENT)):
        values = ",\n".join(f"({', '.join(_literal(row[name]) for name in names)})" for row in batch)
        yield (
            f"insert into {table.path} select {selected} from (values\n{values}\n) as added ({', '.join(names)})\n"
            f"where not exists (select 1 from {table.path} as present where {same_key})"
        )


def _literal(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case Decimal():
            return f"decimal '{value:f}'"
        case datetime():
            return f"timestamp '{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
    raise TypeError(f"no SQL literal for {value!r}")
