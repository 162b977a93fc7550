"""The paths of the public API that a publication uses; any other is refused."""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from metadata.generated.schema.api.tests.createTestCaseResult import CreateTestCaseResult
from metadata.generated.schema.type.bulkDeleteStaleRequest import BulkDeleteStaleRequest
from metadata.utils.elasticsearch import ES_INDEX_MAP

from tests.integration.catalog_endpoint.graph import Graph
from tests.integration.catalog_endpoint.schemas import KINDS, ON_DEMAND, Json, Kind, Refused, parse
from tests.integration.catalog_endpoint.store import TEST_CASES, Drop, Store

Query = dict[str, str]
Answer = Callable[..., Any]

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
EVERYTHING = {"fields": "*"}
# steps of the connection tests that a server brings along
CONNECTION_STEPS = {"Trino": ["CheckAccess"], "Kafka": ["GetTopics"], "MongoDB": ["CheckAccess"]}
# tags that a server brings along
BUILT_IN_TAGS = {
    "Tier": ["Tier1", "Tier2", "Tier3", "Tier4", "Tier5"],
    "PII": ["Sensitive", "NonSensitive", "None"],
    "PersonalData": ["Personal", "SpecialCategory"],
}


class Api:
    """Answers one request at a time; `answer` is the one way in."""

    def __init__(self, version: str, drop: Drop) -> None:
        self.version = version
        self.store = Store(drop)
        self.graph = Graph(self.store)
        self.results: dict[str, dict[int, Json]] = {}
        self._bring_along()
        collection = f"(?P<route>{'|'.join(map(re.escape, sorted(KINDS, key=len, reverse=True)))})"
        self.routes: list[tuple[str, re.Pattern[str], Answer]] = [
            (method, re.compile(pattern.replace("COLLECTION", collection).replace("UUID", UUID)), answer)
            for method, pattern, answer in (
                ("GET", r"/system/version", self._version),
                ("GET", r"/metadata/types/name/(?P<name>\w+)", self._type),
                ("GET", r"/services/testConnectionDefinitions/name/(?P<name>.+)", self._connection_test),
                ("GET", r"/search/fieldQuery", self._field_query),
                ("PUT", r"/lineage", self._put_lineage),
                ("GET", r"/lineage/getLineageEdge/(?P<source>UUID)/(?P<target>UUID)", self._edge),
                ("GET", r"/lineage/(?P<kind>\w+)/(?:name/(?P<fqn>.+)|(?P<identity>UUID))", self._lineage),
                (
                    "PATCH",
                    r"/lineage/(?P<from_kind>\w+)/(?P<source>UUID)/(?P<to_kind>\w+)/(?P<target>UUID)",
                    self._patch_lineage,
                ),
                (
                    "DELETE",
                    r"/lineage/(?P<from_kind>\w+)/(?P<source>UUID)/(?P<to_kind>\w+)/(?P<target>UUID)",
                    self._delete_lineage,
                ),
                ("POST", rf"{TEST_CASES}/testCaseResults/(?P<fqn>.+)", self._post_result),
                ("GET", rf"{TEST_CASES}/testCaseResults/(?P<fqn>.+)", self._get_results),
                ("PUT", r"/tables/(?P<identity>UUID)/dataModel", self._put_data_model),
                ("PUT", r"/dataProducts/(?P<product>.+)/assets/(?P<verb>add|remove)", self._change_assets),
                ("GET", r"/dataProducts/name/(?P<product>.+)/assets", self._assets),
                ("PUT", r"COLLECTION/bulk", self._bulk),
                ("DELETE", r"COLLECTION/deleteStale", self._delete_stale),
                ("GET", r"COLLECTION/name/(?P<fqn>.+)", self._get),
                ("GET", r"COLLECTION/(?P<identity>UUID)", self._get),
                ("PATCH", r"COLLECTION/(?P<identity>UUID)", self._patch),
                ("DELETE", r"COLLECTION/(?P<identity>UUID)", self._delete),
                ("PUT", r"COLLECTION", self._put),
                ("GET", r"COLLECTION", self._list),
            )
        ]

    def answer(self, method: str, path: str, query: Query, body: Any) -> Any:
        """What the server says.

        Raises:
            Refused: with the status to answer.
        """
        for its_method, pattern, answer in self.routes:
            if its_method == method and (match := pattern.fullmatch(path)):
                return answer(query=query, body=body, **match.groupdict())
        raise Refused(404, f"{method} {path}: no such path here")

    def state(self) -> Json:
        """Everything, for tests."""
        return {
            "entities": {route: entities for route, entities in self.store.entities.items() if entities},
            "edges": list(self.graph.named()),
            "results": {fqn: list(results.values()) for fqn, results in self.results.items()},
            "writes": self.store.writes,
            "changes": self.store.changes,
            "dropped": self.store.drop.dropped,
        }

    def _bring_along(self) -> None:
        for classification, tags in BUILT_IN_TAGS.items():
            self.store.put("/classifications", {"name": classification, "description": "built in"})
            for tag in tags:
                self.store.put("/tags", {"classification": classification, "name": tag, "description": "built in"})
        self.store.put("/teams", {"name": "Organization", "teamType": "Organization"})

    # the server itself

    def _version(self, **_: Any) -> Json:
        return {"version": self.version, "revision": "none", "timestamp": 0}

    def _type(self, name: str, **_: Any) -> Json:
        return {"name": name, "customProperties": []}

    def _connection_test(self, name: str, **_: Any) -> Json:
        service = name.partition(".")[0]
        if service not in CONNECTION_STEPS:
            raise Refused(404, f"no connection test {name}")
        steps = [{"name": step, "description": step, "mandatory": True} for step in CONNECTION_STEPS[service]]
        return {"id": str(uuid.uuid5(uuid.NAMESPACE_DNS, name)), "name": name, "steps": steps}

    # entities

    def _put(self, route: str, body: Any, **_: Any) -> Json:
        return self._shown(KINDS[route], self.store.put(route, body), EVERYTHING)

    def _bulk(self, route: str, body: Any, **_: Any) -> Json:
        kept, refused = [], []
        for request in body:
            try:
                kept.append({"request": self.store.put(route, request)["fullyQualifiedName"], "status": 200})
            except Refused as error:
                refused.append({"request": request.get("name"), "message": str(error), "status": error.status})
        return {
            "status": "partialSuccess" if refused and kept else "failure" if refused else "success",
            "numberOfRowsProcessed": len(body),
            "numberOfRowsPassed": len(kept),
            "numberOfRowsFailed": len(refused),
            "successRequest": kept,
            "failedRequest": refused,
        }

    def _get(self, route: str, query: Query, fqn: str | None = None, identity: str | None = None, **_: Any) -> Json:
        deleted = query.get("include", "non-deleted") != "non-deleted"
        kind = KINDS[route]
        entity = self.store.by_name(route, fqn, deleted) if fqn else self.store.by_id(kind.type, str(identity), deleted)
        return self._shown(kind, entity, query)

    def _list(self, route: str, query: Query, **_: Any) -> Json:
        include = query.get("include", "non-deleted")
        scope = next((query[key] for key in ("service", "database", "databaseSchema", "parent") if key in query), None)
        entities = [
            entity
            for fqn, entity in sorted(self.store.entities[route].items())
            if (scope is None or fqn.startswith(f"{scope}."))
            and (include == "all" or entity["deleted"] == (include == "deleted"))
        ]
        limit, after = int(query.get("limit", 10)), int(query.get("after", 0))
        if not 0 <= limit <= 1000:
            raise Refused(400, "limit must be from 0 to 1000")
        page = entities[after : after + limit]
        paging: Json = {"total": len(entities)}
        if after + limit < len(entities):
            paging["after"] = str(after + limit)
        return {"data": [self._shown(KINDS[route], entity, query) for entity in page], "paging": paging}

    def _patch(self, route: str, identity: str, body: Any, **_: Any) -> Json:
        return self._shown(KINDS[route], self.store.patch(KINDS[route], identity, body), EVERYTHING)

    def _delete(self, route: str, identity: str, query: Query, **_: Any) -> Json:
        if query.get("hardDelete") == "true":
            raise Refused(403, "this endpoint forgets nothing")
        deleted = self.store.mark_deleted(KINDS[route], identity, query.get("recursive") == "true")
        return self._shown(KINDS[route], deleted, EVERYTHING)

    def _delete_stale(self, route: str, body: Any, **_: Any) -> Json:
        scope = parse(BulkDeleteStaleRequest, body)
        stale = [
            entity
            for fqn, entity in self.store.entities[route].items()
            if fqn.startswith(f"{scope['scopeFqn']}.") and fqn not in scope["seenFqns"] and not entity["deleted"]
        ]
        for entity in stale:
            self.store.mark_deleted(KINDS[route], entity["id"], bool(scope.get("recursive")))
        return {
            "status": "success",
            "numberOfRowsProcessed": len(stale),
            "numberOfRowsPassed": len(stale),
            "successRequest": [{"request": entity["fullyQualifiedName"], "status": 200} for entity in stale],
        }

    def _put_data_model(self, identity: str, body: Any, **_: Any) -> Json:
        return self._shown(KINDS["/tables"], self.store.put_data_model(identity, body), EVERYTHING)

    def _change_assets(self, product: str, verb: str, body: Any, **_: Any) -> Json:
        self.store.set_data_product(product, body["assets"], present=verb == "add")
        count = len(body["assets"])
        return {"status": "success", "numberOfRowsProcessed": count, "numberOfRowsPassed": count}

    def _assets(self, product: str, query: Query, **_: Any) -> Json:
        identity = self.store.by_name("/dataProducts", product)["id"]
        assets = [
            self.store.reference(kind, entity)
            for kind, entity in self.store.ids.values()
            if any(one["id"] == identity for one in entity.get("dataProducts", [])) and not entity["deleted"]
        ]
        start = int(query.get("offset", 0))
        return {"data": assets[start : start + int(query.get("limit", 10))], "paging": {"total": len(assets)}}

    def _shown(self, kind: Kind, entity: Json, query: Query) -> Json:
        """An entity without the fields that nobody asked for."""
        asked = set(filter(None, query.get("fields", "").split(",")))
        if unknown := asked - {"*"} - set(kind.entity.model_fields):
            raise Refused(400, f"Invalid field name {sorted(unknown)[0]}")
        hidden = ON_DEMAND - asked - kind.required if "*" not in asked else frozenset()
        shown = {key: copy.deepcopy(value) for key, value in kind.public(entity).items() if key not in hidden}
        if "tags" in hidden:
            for column in shown.get("columns", []):
                column.pop("tags", None)
        results = self.results.get(entity["fullyQualifiedName"])
        if kind.route == TEST_CASES and results and "testCaseResult" not in hidden:
            shown["testCaseResult"] = results[max(results)]
        return shown

    # search: sees what is kept, and not what is marked deleted

    def _field_query(self, query: Query, **_: Any) -> Json:
        if query["fieldName"] != "fullyQualifiedName":
            raise Refused(400, f"search by {query['fieldName']}: not here")
        classes = {index: name for name, index in ES_INDEX_MAP.items()}
        kind = next(kind for kind in KINDS.values() if kind.entity.__name__ == classes[query["index"]])
        names = [
            fqn
            for fqn, entity in self.store.entities[kind.route].items()
            if fnmatchcase(fqn.lower(), query["fieldValue"].lower()) and not entity["deleted"]
        ]
        hits = [
            {"_index": query["index"], "_id": fqn, "_source": {"fullyQualifiedName": fqn}, "sort": ["1", fqn]}
            for fqn in names[: int(query.get("size", 10))]
        ]
        return {"hits": {"total": {"value": len(names), "relation": "eq"}, "hits": hits}}

    # lineage

    def _put_lineage(self, body: Any, **_: Any) -> Json:
        self.graph.put(body)
        return {}

    def _edge(self, source: str, target: str, **_: Any) -> Json:
        return self.graph.edge(source, target)

    def _lineage(self, kind: str, query: Query, fqn: str | None = None, identity: str | None = None, **_: Any) -> Json:
        route = next((one.route for one in KINDS.values() if one.type == kind), None)
        if route is None:
            raise Refused(404, f"no entities of type {kind}")
        entity = self.store.by_name(route, fqn) if fqn else self.store.by_id(kind, str(identity))
        return self.graph.around(entity, int(query.get("upstreamDepth", 1)), int(query.get("downstreamDepth", 1)))

    def _patch_lineage(self, from_kind: str, source: str, to_kind: str, target: str, body: Any, **_: Any) -> Json:
        self.graph.patch(from_kind, source, to_kind, target, body)
        return {}

    def _delete_lineage(self, source: str, target: str, **_: Any) -> Json:
        self.graph.delete(source, target)
        return {}

    # results of tests

    def _post_result(self, fqn: str, body: Any, **_: Any) -> Json:
        self.store.by_name(TEST_CASES, fqn)
        result = {**parse(CreateTestCaseResult, body), "testCaseFQN": fqn}
        kept = self.results.setdefault(fqn, {})
        self.store.writes += 1
        if kept.get(result["timestamp"]) != result and not self.store.drop.takes("testCaseResult", fqn):
            self.store.changes.append(fqn)
            kept[result["timestamp"]] = result
        return result

    def _get_results(self, fqn: str, query: Query, **_: Any) -> Json:
        self.store.by_name(TEST_CASES, fqn)
        start, end = int(query["startTs"]), int(query["endTs"])
        found = [result for at, result in sorted(self.results.get(fqn, {}).items()) if start <= at <= end]
        return {"data": found, "paging": {"total": len(found)}}
