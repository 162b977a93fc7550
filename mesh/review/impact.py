"""Who is reached by a changed column: columns downstream, exposures and data products, by the lineage of the SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from mesh.catalog.column_lineage import column_origins
from mesh.contracts.contract import Product
from mesh.dbt import Manifest
from mesh.manifest import exposures_of, models
from mesh.review.schemas import Columns, Name

# model, column
Column = tuple[str, str]


@dataclass(frozen=True)
class Reached:
    """What a changed column reaches, or what changed rows do, where `column` is empty.

    `below` are columns made of the column, as `model.column`; of rows the models that read them.
    """

    model: str
    column: str
    below: tuple[str, ...]
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
    readers = _readers(manifest, tables)
    found = []
    for model, column in changed:
        seen = {(model, column)}
        todo = [(model, column)]
        while todo:
            todo += (new := readers[todo.pop()] - seen)
            seen |= new
        below = tuple(sorted(f"{name}.{one}" for name, one in seen - {(model, column)}))
        found.append(Reached(model, column, below, *_consumers({name for name, _ in seen}, manifest, products)))
    return found


def reached_by_rows(changed: Sequence[str], manifest: Manifest, products: Sequence[Product]) -> list[Reached]:
    """Follow models down to every model that reads their rows."""
    by_name = models(manifest)
    names = {node["unique_id"]: name for name, node in by_name.items()}
    found = []
    for model in changed:
        seen = {model}
        todo = [model]
        while todo:
            children = manifest["child_map"].get(by_name[todo.pop()]["unique_id"], [])
            todo += (new := {names[child] for child in children if child in names} - seen)
            seen |= new
        found.append(Reached(model, "", tuple(sorted(seen - {model})), *_consumers(seen, manifest, products)))
    return found


def _consumers(
    names: Set[str], manifest: Manifest, products: Sequence[Product]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Exposures and products of some models."""
    by_name = models(manifest)
    exposures = {
        exposure["label"] or exposure["name"]
        for name in names & by_name.keys()
        for exposure in exposures_of(manifest, by_name[name]["unique_id"])
    }
    return tuple(sorted(exposures)), tuple(sorted(product.id for product in products if names & set(product.outputs)))


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
