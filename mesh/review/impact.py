"""Who is reached by a changed column: columns downstream, exposures and data products, by the lineage of the SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mesh.catalog.columns import column_origins
from mesh.dbt import Manifest
from mesh.products.contract import Product
from mesh.products.manifest import exposures_of, models
from mesh.review.lake import Columns, Name

# model, column
Column = tuple[str, str]


@dataclass(frozen=True)
class Reached:
    """What one changed column reaches."""

    model: str
    column: str
    columns: tuple[str, ...]
    exposures: tuple[str, ...]
    products: tuple[str, ...]


def reached_by(
    changed: Sequence[Column],
    manifest: Manifest,
    tables: Mapping[Name, Columns],
    products: Sequence[Product],
) -> list[Reached]:
    """Follow columns down through every model that the manifest has the compiled SQL of.

    Args:
        tables: columns of every relation that they read.
    """
    by_name = models(manifest)
    readers = _readers(manifest, tables)
    found = []
    for model, column in changed:
        seen = {(model, column)}
        todo = [(model, column)]
        while todo:
            todo += (new := readers[todo.pop()] - seen)
            seen |= new
        reached_models = sorted({name for name, _ in seen} & by_name.keys())
        exposures = {
            exposure["label"] or exposure["name"]
            for name in reached_models
            for exposure in exposures_of(manifest, by_name[name]["unique_id"])
        }
        promised = {product.id for product in products if {name for name, _ in seen} & set(product.outputs)}
        below = tuple(sorted(f"{name}.{one}" for name, one in seen - {(model, column)}))
        found.append(Reached(model, column, below, tuple(sorted(exposures)), tuple(sorted(promised))))
    return found


def _readers(manifest: Manifest, tables: Mapping[Name, Columns]) -> dict[Column, set[Column]]:
    readers: dict[Column, set[Column]] = defaultdict(set)
    schemas: dict[str, Any] = {}
    for (schema, table), columns in tables.items():
        schemas.setdefault("iceberg", {}).setdefault(schema, {})[table] = columns
    for name, node in models(manifest).items():
        if not (sql := node.get("compiled_code")):
            continue
        for target, origins in column_origins(sql, schemas).items():
            for _, _, table, column in origins:
                readers[(table, column)].add((name, target))
    return readers
