"""Edges between entities, and between their columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from metadata.generated.schema.api.lineage.addLineage import AddLineageRequest
from metadata.ingestion.ometa.utils import quote

from mesh.catalog.client.api import Api, Json, attempt
from mesh.catalog.client.plan import EVERY_COLUMN, Edge, Ref

Columns = dict[str, frozenset[str]]


def publish_edges(api: Api, edges: Sequence[Edge]) -> Iterator[str]:
    """Make the edges into each entity those that are planned; yields what went wrong, by edge."""
    known = {end for edge in edges for end in (edge.source, edge.target)}
    ids = {entity["id"]: ref for ref in known if (entity := api.find(ref))}
    for target, into in groupby(sorted(edges, key=lambda edge: str(edge.target)), key=lambda edge: edge.target):
        present = upstream(api, target)
        for edge in into:
            yield from attempt(f"edge {edge}", partial(_publish, api, edge, present))
        for source_id in present.keys() & ids.keys():
            entity = api.find(target)
            if entity:
                source = ids[source_id]
                api.write("delete", f"/lineage/{source.kind}/{source_id}/{target.kind}/{entity['id']}")


def upstream(api: Api, target: Ref) -> dict[str, Json]:
    """Details of the edges into an entity, by the id of where they come from."""
    answer = api.get(f"/lineage/{target.kind}/name/{quote(target.fqn)}?upstreamDepth=1&downstreamDepth=0") or {}
    return {edge["fromEntity"]: edge.get("lineageDetails") or {} for edge in answer.get("upstreamEdges") or []}


def column_edges(details: Json) -> Columns:
    """By column of the target, what it is made of."""
    return {
        column["toColumn"]: frozenset(column.get("fromColumns") or []) for column in details.get("columnsLineage") or []
    }


def planned_columns(api: Api, edge: Edge) -> Columns:
    """The planned column edges, by full names.

    Raises:
        LookupError: an end, or a column of it, is not there.
    """
    source, target = (api.find(end) for end in (edge.source, edge.target))
    if source is None or target is None:
        raise LookupError(f"{edge.source if source is None else edge.target} is not there")
    return {
        _resolve(target, column.target)[0]: frozenset(
            name for part in column.sources for name in _resolve(source, part)
        )
        for column in edge.columns
    }


def _publish(api: Api, edge: Edge, present: dict[str, Json]) -> None:
    """Write an edge unless it is present as planned; it is taken from what is present."""
    columns = planned_columns(api, edge)
    source, target = api.find(edge.source), api.find(edge.target)
    assert source and target
    details: Json = {"source": edge.origin}
    if columns:
        details["columnsLineage"] = [
            {"fromColumns": sorted(sources), "toColumn": name} for name, sources in sorted(columns.items())
        ]
    if edge.pipeline:
        pipeline = api.find(Ref("pipeline", edge.pipeline))
        if pipeline is None:
            raise LookupError(f"pipeline {edge.pipeline} is not there")
        details["pipeline"] = {"id": pipeline["id"], "type": "pipeline"}
    existing = present.pop(source["id"], None)
    if existing is not None and column_edges(existing) == columns and _pipeline(existing) == _pipeline(details):
        return
    request = AddLineageRequest.model_validate(
        {
            "edge": {
                "fromEntity": {"id": source["id"], "type": edge.source.kind},
                "toEntity": {"id": target["id"], "type": edge.target.kind},
                "lineageDetails": details,
            }
        }
    )
    api.write("put", "/lineage", request.model_dump_json(exclude_none=True))


def _pipeline(details: Json) -> str | None:
    identity: str | None = (details.get("pipeline") or {}).get("id")
    return identity


def _resolve(entity: Json, name: str) -> list[str]:
    """Full names of a column, or of every one; a column within another is named by the end of its path."""
    top = entity.get("columns") or (entity.get("messageSchema") or {}).get("schemaFields") or []
    if name == EVERY_COLUMN:
        # the one record at the top of an Avro schema is no field
        fields = top[0]["children"] if len(top) == 1 and top[0].get("children") else top
        return [field["fullyQualifiedName"] for field in fields]
    found = [full for full in _names(top) if full.endswith(f".{name}")]
    if not found:
        raise LookupError(f"{entity['fullyQualifiedName']} has no column {name}")
    return [min(found, key=len)]


def _names(fields: list[Json]) -> Iterator[str]:
    for field in fields:
        yield field["fullyQualifiedName"]
        yield from _names(field.get("children") or [])
