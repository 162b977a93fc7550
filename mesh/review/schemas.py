"""Schemas of the review's own in the lake: made, read, and dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mesh.dbt import Manifest
from mesh.lake import Lake
from mesh.review.sides import PREFIX, Side

LOCATION = "s3://wms-silver/review/"
BUILT = ("model", "seed", "snapshot")

# column name to type, in the table's order
Columns = dict[str, str]
# schema, table
Name = tuple[str, str]


def columns_of(lake: Lake, schemas: Sequence[str]) -> dict[Name, Columns]:
    """Every table and view of some schemas."""
    names = ", ".join(f"'{schema}'" for schema in schemas)
    rows = lake.rows(
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
        f" where table_schema in ({names}) order by table_schema, table_name, ordinal_position"
    )
    found: dict[Name, Columns] = {}
    for schema, table, column, kind in rows:
        found.setdefault((schema, table), {})[column] = kind
    return found


@contextmanager
def review_schemas(lake: Lake, manifest: Manifest, sides: Sequence[Side], *, keep: bool) -> Iterator[None]:
    """Empty schemas for both sides, dropped at the end; what an interrupted review has left goes first."""
    _drop(lake)
    for schema in project_schemas(manifest):
        for side in sides:
            name = f"{side.prefix}{schema}"
            lake.query(f"create schema {name} with (location = '{LOCATION}{name}/')")
    try:
        yield
    finally:
        if not keep:
            _drop(lake)


def _drop(lake: Lake) -> None:
    for (schema,) in lake.query("show schemas"):
        if schema.startswith(PREFIX):
            lake.query(f"drop schema {schema} cascade")


def project_schemas(manifest: Manifest) -> list[str]:
    """The schemas that a project builds into."""
    return sorted({node["schema"] for node in manifest["nodes"].values() if node["resource_type"] in BUILT})
