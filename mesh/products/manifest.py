"""dbt's manifest, as much of it as the data products are bound to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mesh.dbt import run_dbt
from mesh.instance import REPOSITORY, Instance

Node = dict[str, Any]
Manifest = dict[str, Any]


def target_folder() -> Path:
    """Where dbt writes: `target/`, or what `DBT_TARGET_PATH` names."""
    return REPOSITORY / os.environ.get("DBT_TARGET_PATH", "target")


def parse_project(instance: Instance) -> Manifest:
    """The manifest of the project as it stands now; asks no server.

    Raises:
        MeshError: dbt cannot parse the project.
    """
    run_dbt(instance, "parse", quiet=True)
    return read_manifest(target_folder())


def read_manifest(target: Path) -> Manifest:
    """The manifest of the last dbt command."""
    manifest: Manifest = json.loads((target / "manifest.json").read_text())
    return manifest


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
