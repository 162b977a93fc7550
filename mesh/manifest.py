"""What the data products are bound to in dbt's manifest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mesh.dbt import Manifest

Node = dict[str, Any]


def models(manifest: Manifest) -> dict[str, Node]:
    """Models by name."""
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


def table_names(manifest: Manifest) -> dict[str, str]:
    """`schema.table` of every source table and model, by unique id; schemas as the project names them."""
    names = {
        unique_id: f"{source['source_name']}.{source['name']}" for unique_id, source in manifest["sources"].items()
    }
    return names | {
        node["unique_id"]: f"{node['config'].get('schema')}.{node['name']}" for node in models(manifest).values()
    }


def exposures_of(manifest: Manifest, unique_id: str) -> Iterator[Node]:
    """Exposures that name a model among what they depend on."""
    for exposure in manifest["exposures"].values():
        if unique_id in exposure["depends_on"]["nodes"]:
            yield exposure
