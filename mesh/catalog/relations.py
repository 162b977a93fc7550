"""Lineage through dbt: relation to relation, column to column, and on to the exposures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from mesh.catalog.client.plan import EVERY_COLUMN, ColumnEdge, Edge, Entity, Ref, qualified
from mesh.catalog.column_lineage import column_origins
from mesh.catalog.inputs import Node, Project, relation
from mesh.catalog.names import APPLICATIONS, DASHBOARDS
from mesh.errors import MeshError

ORIGIN = "DbtLineage"
_MESSAGE = "_message"  # Trino's column of a topic's whole message


def relation_edges(project: Project) -> Iterator[Edge]:
    """What each model and snapshot reads, with the columns that each of its columns is made of."""
    schemas = _schemas(project)
    for unique_id, node in project.relations():
        parents = {ref for parent in node["depends_on"].get("nodes", ()) if (ref := project.ref(parent))}
        if not parents:
            continue
        target = project.ref(unique_id)
        assert target is not None
        columns = _columns(project, unique_id, node, parents, schemas)
        for parent in sorted(parents, key=str):
            yield Edge(parent, target, ORIGIN, columns=tuple(columns[parent]))


def exposure_entities(project: Project) -> Iterator[Entity]:
    """Whoever uses the gold tables: applications as API endpoints, as the client maps them, the rest as dashboards."""
    yield Entity(Ref("dashboardService", DASHBOARDS), {"name": DASHBOARDS, "serviceType": "CustomDashboard"})
    yield Entity(Ref("apiService", APPLICATIONS), {"name": APPLICATIONS, "serviceType": "Rest"})
    for exposure in project.manifest["exposures"].values():
        name, url, ref = exposure["name"], exposure["url"], exposure_ref(exposure)
        body: dict[str, Any] = {"displayName": exposure["label"], "description": exposure["description"]}
        if ref.kind == "apiEndpoint":
            collection = {"name": name, "service": APPLICATIONS, "displayName": exposure["label"], "endpointURL": url}
            yield Entity(Ref("apiCollection", qualified(APPLICATIONS, name)), _filled(collection))
            body |= {"name": "data", "apiCollection": qualified(APPLICATIONS, name), "endpointURL": url}
        else:
            kind = "Dashboard" if exposure["type"] == "dashboard" else "Report"
            body |= {"name": name, "service": DASHBOARDS, "sourceUrl": url, "dashboardType": kind}
        yield Entity(ref, _filled(body))


def exposure_edges(project: Project) -> Iterator[Edge]:
    """Gold to exposures."""
    for exposure in project.manifest["exposures"].values():
        for parent in exposure["depends_on"]["nodes"]:
            if ref := project.ref(parent):
                yield Edge(ref, exposure_ref(exposure), ORIGIN)


def exposure_ref(exposure: Node) -> Ref:
    """Where an exposure is in the catalog."""
    if exposure["type"] == "application":
        return Ref("apiEndpoint", qualified(APPLICATIONS, exposure["name"], "data"))
    return Ref("dashboard", qualified(DASHBOARDS, exposure["name"]))


def _columns(
    project: Project, unique_id: str, node: Node, parents: set[Ref], schemas: dict[str, Any]
) -> dict[Ref, list[ColumnEdge]]:
    """By parent, the columns of a relation that are made of the parent's."""
    if "compiled_code" not in node:
        raise MeshError(f"{node['name']} was not compiled by dbt's last command: mesh docs")
    try:
        origins = column_origins(node["compiled_code"], schemas)
    except MeshError as error:
        raise MeshError(f"{node['name']}: {error}") from error
    edges: dict[Ref, list[ColumnEdge]] = defaultdict(list)
    for target in project.columns(unique_id):
        sources = defaultdict(set)
        for database, schema, table, column in origins.get(target, ()):
            parent = relation(database, schema, table)
            if parent not in parents:
                raise MeshError(f"{node['name']} reads {database}.{schema}.{table} without ref or source")
            if parent.kind == "table":
                sources[parent].add(column)
            elif column == _MESSAGE:
                sources[parent].add(EVERY_COLUMN)
        for parent, names in sources.items():
            edges[parent].append(ColumnEdge(tuple(sorted(names)), target))
    return edges


def _schemas(project: Project) -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    for unique_id, node in {**dict(project.relations()), **project.manifest["sources"]}.items():
        entry = project.catalog["nodes"].get(unique_id) or project.catalog["sources"].get(unique_id)
        if entry is None:
            raise MeshError(f"{unique_id} is not in dbt's catalog.json: run dbt build, then mesh docs")
        tables = schemas.setdefault(node["database"], {}).setdefault(node["schema"], {})
        types = {name: column["type"] for name, column in entry["columns"].items()}
        tables[node.get("identifier") or node["alias"]] = types
    return schemas


def _filled(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if value}
