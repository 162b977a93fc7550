"""Lineage: edges between entities, and between their columns."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import jsonpatch
from metadata.generated.schema.api.lineage.addLineage import AddLineageRequest
from metadata.generated.schema.type.entityLineage import EntityLineage, LineageDetails

from tests.integration.catalog_endpoint.schemas import Json, Refused, parse
from tests.integration.catalog_endpoint.store import Store

Key = tuple[str, str]


class Graph:
    """Edges by the ids of their two ends."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.edges: dict[Key, Json] = {}

    def put(self, body: Any) -> None:
        """Keep one edge; its details take the place of those that it had."""
        edge = parse(AddLineageRequest, body)["edge"]
        ends = [self.store.by_id(edge[end]["type"], edge[end]["id"]) for end in ("fromEntity", "toEntity")]
        self._keep(ends, edge.get("lineageDetails", {}))

    def patch(self, source_type: str, source: str, target_type: str, target: str, operations: Any) -> None:
        """Change the details of an edge by a JSON patch."""
        ends = [self.store.by_id(source_type, source), self.store.by_id(target_type, target)]
        if (source, target) not in self.edges:
            raise Refused(404, "no such edge")
        try:
            details = jsonpatch.apply_patch(copy.deepcopy(self.edges[source, target]), operations)
        except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
            raise Refused(400, f"edge: patch: {error}") from error
        self._keep(ends, parse(LineageDetails, details))

    def delete(self, source: str, target: str) -> None:
        """Forget an edge."""
        self.store.writes += 1
        if self.edges.pop((source, target), None) is None:
            raise Refused(404, "no such edge")
        self.store.changes.append(f"{source} -> {target}")

    def edge(self, source: str, target: str) -> Json:
        """The details of one edge."""
        if (source, target) not in self.edges:
            raise Refused(404, "no such edge")
        return {"edge": self.edges[source, target]}

    def around(self, entity: Json, upstream: int, downstream: int) -> Json:
        """What is so many steps around an entity."""
        up = list(self._walk(entity["id"], upstream, against=True))
        down = list(self._walk(entity["id"], downstream, against=False))
        ids = {end for key in (*up, *down) for end in key} - {entity["id"]}
        answer = {
            "entity": self._reference(entity["id"]),
            "nodes": [self._reference(one) for one in sorted(ids)],
            "upstreamEdges": [self._edge(key) for key in up],
            "downstreamEdges": [self._edge(key) for key in down],
        }
        EntityLineage.model_validate(answer)
        return answer

    def named(self) -> Iterator[Json]:
        """Every edge with names in place of ids."""
        for (source, target), details in self.edges.items():
            yield {"from": self._reference(source), "to": self._reference(target), "details": details}

    def _keep(self, ends: list[Json], details: Json) -> None:
        source, target = ends
        name = f"{source['fullyQualifiedName']} -> {target['fullyQualifiedName']}"
        upstream, downstream = (self.store.columns(end) for end in ends)
        for column in details.get("columnsLineage", []):
            if unknown := [one for one in column.get("fromColumns", []) if one not in upstream]:
                raise Refused(400, f"{name}: unknown column {unknown[0]}")
            if column.get("toColumn") not in downstream:
                raise Refused(400, f"{name}: unknown column {column.get('toColumn')}")
        if "pipeline" in details:
            pipeline = self.store.by_id("pipeline", details["pipeline"]["id"])
            details["pipeline"] = {"fullyQualifiedName": pipeline["fullyQualifiedName"], **details["pipeline"]}
        self.store.writes += 1
        key = (source["id"], target["id"])
        if self.edges.get(key) == details or self.store.drop.takes("edge", name):
            return
        if "columnsLineage" in details:
            details["columnsLineage"] = [
                column
                for column in details["columnsLineage"]
                if not self.store.drop.takes("columnEdge", column["toColumn"])
            ]
        self.store.changes.append(name)
        self.edges[key] = details

    def _walk(self, start: str, depth: int, against: bool) -> Iterator[Key]:
        seen, level = {start}, {start}
        for _ in range(depth):
            step = [key for key in self.edges if key[1 if against else 0] in level]
            yield from step
            level = {key[0 if against else 1] for key in step} - seen
            seen |= level

    def _reference(self, identity: str) -> Json:
        kind, entity = self.store.ids[identity]
        return self.store.reference(kind, entity)

    def _edge(self, key: Key) -> Json:
        return {"fromEntity": key[0], "toEntity": key[1], "lineageDetails": self.edges[key]}
