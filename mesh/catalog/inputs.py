"""What the catalog's plan is made from: dbt's artifacts and the contracts, read once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mesh.catalog.client.plan import Ref
from mesh.catalog.names import LAKE_CATALOG, MONGODB, collection, lake_table, topic
from mesh.contracts.contract import CONTRACTS, SUFFIX, Product, read_products
from mesh.dbt import Manifest
from mesh.errors import MeshError

RELATIONS = ("model", "seed", "snapshot")

Node = dict[str, Any]


@dataclass(frozen=True)
class Project:
    """dbt's manifest and catalog, the data products, and the domain of each."""

    manifest: Manifest
    catalog: Mapping[str, Any]
    products: Sequence[Product]
    domains: Mapping[str, str]

    def relations(self) -> Iterator[tuple[str, Node]]:
        """What dbt makes: models, seeds and snapshots, by unique id."""
        for unique_id, node in self.manifest["nodes"].items():
            if node["resource_type"] in RELATIONS and node["config"].get("materialized") != "ephemeral":
                yield unique_id, node

    def ref(self, unique_id: str) -> Ref | None:
        """Where a node of dbt is in the catalog; None if it is in no place."""
        node = self.manifest["sources"].get(unique_id) or self.manifest["nodes"].get(unique_id)
        if node is None or node["resource_type"] not in (*RELATIONS, "source"):
            return None
        return relation(node["database"], node["schema"], node.get("identifier") or node["alias"])

    def columns(self, unique_id: str) -> tuple[str, ...]:
        """The columns that a relation has in Trino, in their order.

        Raises:
            MeshError: it is not there, or was not when dbt's catalog was made.
        """
        entry = self.catalog["nodes"].get(unique_id) or self.catalog["sources"].get(unique_id)
        if entry is None:
            raise MeshError(f"{unique_id} is not in dbt's catalog.json: run dbt build, then mesh docs")
        return tuple(sorted(entry["columns"], key=lambda name: entry["columns"][name]["index"]))


def relation(database: str, schema: str, name: str) -> Ref:
    """The entity of a relation as Trino names it."""
    if database == LAKE_CATALOG:
        return lake_table(schema, name)
    return collection(schema, name) if database == MONGODB else topic(name)


def read_project(folder: Path) -> Project:
    """Read what dbt wrote to a target folder, and the contracts.

    Raises:
        MeshError: a file is missing, or a contract is wrong.
    """
    manifest, catalog = (_read(folder / name) for name in ("manifest.json", "catalog.json"))
    contracts = [yaml.safe_load(path.read_text()) for path in sorted(CONTRACTS.glob(f"*{SUFFIX}"))]
    products = read_products()
    if without := [contract["id"] for contract in contracts if not contract.get("domain")]:
        raise MeshError(f"{without[0]}{SUFFIX} names no domain")
    return Project(manifest, catalog, products, {contract["id"]: contract["domain"] for contract in contracts})


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise MeshError(f"{path} is not there: run mesh docs first")
    content: dict[str, Any] = json.loads(path.read_text())
    return content
