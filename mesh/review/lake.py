"""Schemas of the review's own in the lake: made, read, and dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mesh.dbt import Manifest
from mesh.instance import Instance
from mesh.review.sides import PREFIX, Side
from mesh.trino import connect_trino

LOCATION = "s3://wms-silver/review/"
BUILT = ("model", "seed", "snapshot")

# column name to type, in the table's order
Columns = dict[str, str]
# schema, table
Name = tuple[str, str]


class Lake:
    """The tables as Trino shows them."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def query(self, sql: str) -> list[list[Any]]:
        """Rows of one query."""
        with connect_trino(self._instance) as trino:
            return list(trino.cursor().execute(sql).fetchall())

    def columns(self, schemas: Sequence[str]) -> dict[Name, Columns]:
        """Every table and view of some schemas."""
        names = ", ".join(f"'{schema}'" for schema in schemas)
        rows = self.query(
            "select table_schema, table_name, column_name, data_type from information_schema.columns"
            f" where table_schema in ({names}) order by table_schema, table_name, ordinal_position"
        )
        found: dict[Name, Columns] = {}
        for schema, table, column, kind in rows:
            found.setdefault((schema, table), {})[column] = kind
        return found

    @contextmanager
    def schemas(self, manifest: Manifest, sides: Sequence[Side], *, keep: bool) -> Iterator[None]:
        """Empty schemas for both sides, dropped at the end; what an interrupted review has left goes first."""
        self.drop()
        for schema in project_schemas(manifest):
            for side in sides:
                name = f"{side.prefix}{schema}"
                self.query(f"create schema {name} with (location = '{LOCATION}{name}/')")
        try:
            yield
        finally:
            if not keep:
                self.drop()

    def drop(self) -> None:
        """Drop every schema of a review."""
        for (schema,) in self.query("show schemas"):
            if schema.startswith(PREFIX):
                self.query(f"drop schema {schema} cascade")


def project_schemas(manifest: Manifest) -> list[str]:
    """The schemas that a project builds into."""
    return sorted({node["schema"] for node in manifest["nodes"].values() if node["resource_type"] in BUILT})
