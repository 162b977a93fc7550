"""The entities: made, changed, marked deleted; a version rises when something changed, and then only."""

from __future__ import annotations

import copy
import re
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import jsonpatch
from metadata.generated.schema.entity.data.table import DataModel
from metadata.utils.fqn import quote_name
from pydantic import ValidationError

from tests.integration.catalog_endpoint.schemas import (
    BY_TYPE,
    KINDS,
    NAMED,
    PARENTS,
    REFERENCED,
    Json,
    Kind,
    Refused,
    parse,
)

TEST_CASES = "/dataQuality/testCases"
TEST_SUITES = "/dataQuality/testSuites"
ENTITY_LINK = re.compile(r"<#E::table::(?P<table>.+?)(?:::columns::(?P<column>.+?))?>")
# of a bot's PUT, the server keeps what people may have written
KEPT_FROM_A_BOT = ("description", "displayName", "owners")
BOOKKEEPING = ("version", "updatedAt", "updatedBy", "deleted", "href")


class Drop:
    """Forgets the first write of a kind whose name contains a text, and answers as if it had kept it.

    Attributes:
        dropped: by kind, what was forgotten.
    """

    def __init__(self, wishes: Sequence[str]) -> None:
        self._fragments = dict(wish.partition("=")[::2] for wish in wishes)
        self.dropped: dict[str, str] = {}

    def takes(self, kind: str, name: str) -> bool:
        """Whether this write is one to forget; what was forgotten once is forgotten whenever it comes."""
        fragment = self._fragments.get(kind)
        if fragment is None or fragment not in name or self.dropped.get(kind, name) != name:
            return False
        self.dropped[kind] = name
        return True

    def end(self) -> None:
        """From now on nothing is forgotten."""
        self._fragments.clear()


class Store:
    """Every entity of every collection, by its fully qualified name."""

    def __init__(self, drop: Drop) -> None:
        self.entities: dict[str, dict[str, Json]] = {route: {} for route in KINDS}
        self.ids: dict[str, tuple[Kind, Json]] = {}
        self.drop = drop
        self.writes = 0
        self.changes: list[str] = []

    # reading

    def by_name(self, route: str, fqn: str, deleted: bool = False) -> Json:
        """An entity, marked deleted ones only if asked for."""
        entity = self.entities[route].get(fqn)
        if entity is None or (entity["deleted"] and not deleted):
            raise Refused(404, f"{KINDS[route].type} instance for {fqn} not found")
        return entity

    def by_id(self, kind_type: str, identity: str, deleted: bool = False) -> Json:
        """An entity of a type."""
        kind, entity = self.ids.get(str(identity), (None, None))
        if kind is None or entity is None or kind.type != kind_type or (entity["deleted"] and not deleted):
            raise Refused(404, f"{kind_type} instance for {identity} not found")
        return entity

    def reference(self, kind: Kind, entity: Json) -> Json:
        """What other entities hold of this one."""
        return {
            "id": entity["id"],
            "type": kind.type,
            "name": entity["name"],
            "fullyQualifiedName": entity["fullyQualifiedName"],
            "deleted": entity["deleted"],
        }

    def named(self, route: str, fqn: str) -> Json:
        """The reference of an entity that must exist."""
        return self.reference(KINDS[route], self.by_name(route, fqn))

    def columns(self, entity: Json) -> set[str]:
        """Names of everything in an entity that column lineage may speak of."""
        return set(_field_names(entity))

    # writing

    def put(self, route: str, body: Any) -> Json:
        """Make an entity, or merge a request into the one of that name, as a bot's PUT is merged."""
        kind = KINDS[route]
        request = parse(kind.request, body)
        entity = self._resolve(kind, request)
        fqn = entity["fullyQualifiedName"]
        existing = self.entities[route].get(fqn)
        if existing is None:
            entity["id"] = str(uuid.uuid4())
            return self._keep(kind, entity, None)
        merged = copy.deepcopy(existing) | {"deleted": False}
        for key, value in entity.items():
            if key == "tags":
                merged[key] = _merged_tags(existing.get(key, []), value)
            elif key == "columns":
                merged[key] = _merged_columns(existing["columns"], value)
            elif key not in KEPT_FROM_A_BOT or not existing.get(key):
                merged[key] = value
        return self._keep(kind, merged, existing)

    def patch(self, kind: Kind, identity: str, operations: Any) -> Json:
        """Apply a JSON patch."""
        existing = self.by_id(kind.type, identity, deleted=True)
        try:
            changed = jsonpatch.apply_patch(copy.deepcopy(existing), operations)
        except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError) as error:
            raise Refused(400, f"{existing['fullyQualifiedName']}: patch: {error}") from error
        for key in ("id", "name", "fullyQualifiedName"):
            if changed.get(key) != existing[key]:
                raise Refused(400, f"{existing['fullyQualifiedName']}: {key} cannot be changed")
        changed = {key: value for key, value in changed.items() if value is not None}
        self._check_references(changed)
        return self._keep(kind, changed, existing)

    def put_data_model(self, table_id: str, body: Any) -> Json:
        """What dbt knows of a table."""
        existing = self.by_id("table", table_id)
        return self._keep(BY_TYPE["table"], {**copy.deepcopy(existing), "dataModel": parse(DataModel, body)}, existing)

    def mark_deleted(self, kind: Kind, identity: str, recursive: bool) -> Json:
        """A soft delete, of an entity and, if asked, of what hangs on it."""
        existing = self.by_id(kind.type, identity)
        children = [
            (self.ids[entity["id"]][0], entity)
            for route in self.entities
            for entity in self.entities[route].values()
            if entity["fullyQualifiedName"].startswith(f"{existing['fullyQualifiedName']}.") and not entity["deleted"]
        ]
        if children and not recursive:
            raise Refused(400, f"{existing['fullyQualifiedName']} is not empty")
        for child_kind, child in children:
            self._keep(child_kind, {**child, "deleted": True}, child)
        return self._keep(kind, {**existing, "deleted": True}, existing)

    def set_data_product(self, product: str, assets: list[Json], present: bool) -> None:
        """Put assets into a data product of their domain, or take them out."""
        product_entity = self.by_name("/dataProducts", product)
        reference = self.reference(KINDS["/dataProducts"], product_entity)
        wanted = {domain["id"] for domain in product_entity.get("domains", [])}
        for asset in assets:
            existing = self.by_id(asset["type"], asset["id"])
            if wanted and wanted.isdisjoint(domain["id"] for domain in existing.get("domains", [])):
                raise Refused(400, f"{existing['fullyQualifiedName']} is not of the domain of {product}")
            others = [one for one in existing.get("dataProducts", []) if one["id"] != reference["id"]]
            if present and self.drop.takes("asset", existing["fullyQualifiedName"]):
                continue
            products = [*others, reference] if present else others
            self._keep(BY_TYPE[asset["type"]], {**existing, "dataProducts": products}, existing)

    def _keep(self, kind: Kind, entity: Json, existing: Json | None) -> Json:
        name = entity["fullyQualifiedName"]
        entity.setdefault("deleted", False)
        self.writes += 1
        if kind.type == "table":
            for column in entity["columns"]:
                _qualify(column, name, "children")
        elif kind.type == "topic":
            for field in entity.get("messageSchema", {}).get("schemaFields", []):
                _qualify(field, name, "children")
        elif kind.type == "metric":
            for part in (*entity.get("dimensions", []), *entity.get("measures", [])):
                part["fullyQualifiedName"] = f"{name}.{quote_name(part['name'])}"
        if existing is not None and _content(existing) == _content(entity):
            return existing
        entity["version"] = 0.1 if existing is None else round(existing["version"] + 0.1, 1)
        entity["updatedAt"] = int(time.time() * 1000)
        entity["updatedBy"] = "ingestion-bot"
        try:
            kind.entity.model_validate(kind.public(entity))
        except ValidationError as error:
            first = error.errors()[0]
            raise Refused(400, f"{name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        if existing is None and self.drop.takes(kind.type, name):
            return entity
        if kind.type == "table":
            entity["columns"] = [
                column for column in entity["columns"] if not self.drop.takes("column", column["fullyQualifiedName"])
            ]
        self.changes.append(name)
        self.entities[kind.route][name] = entity
        self.ids[entity["id"]] = (kind, entity)
        return entity

    def _resolve(self, kind: Kind, request: Json) -> Json:
        """The entity that a request asks for, with references in place of names."""
        entity = dict(request)
        prefix: tuple[str, ...] = ()
        if kind.route in PARENTS:
            field, route = PARENTS[kind.route]
            if field not in request:
                raise Refused(400, f"{kind.type} {request['name']}: {field} must not be null")
            parent = self.by_name(route, request[field])
            entity[field] = self.reference(KINDS[route], parent)
            for inherited in ("service", "serviceType", "database"):
                if inherited in parent and inherited in kind.entity.model_fields:
                    entity.setdefault(inherited, parent[inherited])
            prefix = (parent["fullyQualifiedName"],)
        for field, route in NAMED.items():
            if field in request:
                value = request[field]
                entity[field] = (
                    [self.named(route, fqn) for fqn in value] if isinstance(value, list) else self.named(route, value)
                )
        if kind.route == TEST_CASES:
            prefix = (self._attach_test_case(entity),)
        if kind.route == TEST_SUITES and "basicEntityReference" in request:
            entity["basicEntityReference"] = self.named("/tables", request["basicEntityReference"])
        self._check_references(entity)
        entity["fullyQualifiedName"] = ".".join((*prefix, quote_name(request["name"])))
        return entity

    def _attach_test_case(self, case: Json) -> str:
        link = ENTITY_LINK.fullmatch(case["entityLink"])
        if not link:
            raise Refused(400, f"{case['name']}: entity link {case['entityLink']}")
        table = self.by_name("/tables", link["table"])
        attached = table["fullyQualifiedName"]
        if link["column"]:
            attached = f"{attached}.{quote_name(link['column'])}"
            if attached not in self.columns(table):
                raise Refused(404, f"column {link['column']} of {link['table']} not found")
        definition = self.by_id("testDefinition", case["testDefinition"]["id"])
        if (definition["entityType"] == "COLUMN") != bool(link["column"]):
            raise Refused(400, f"{case['name']}: {definition['name']} is a test of a {definition['entityType']}")
        parameters = {parameter["name"] for parameter in definition.get("parameterDefinition", [])}
        for parameter in case.get("parameterValues", []):
            if parameter["name"] not in parameters:
                raise Refused(400, f"{case['name']}: {definition['name']} has no parameter {parameter['name']}")
        suite = f"{table['fullyQualifiedName']}.testSuite"
        if quote_name(suite) not in self.entities[TEST_SUITES]:
            self.put(TEST_SUITES, {"name": suite, "basicEntityReference": table["fullyQualifiedName"]})
        case["testSuite"] = self.named(TEST_SUITES, quote_name(suite))
        case["entityFQN"] = attached
        return attached

    def _check_references(self, entity: Json) -> None:
        for field in (*REFERENCED, "domains", "dataProducts"):
            if field in entity:
                entity[field] = [
                    self.reference(BY_TYPE[one["type"]], self.by_id(one["type"], one["id"])) for one in entity[field]
                ]
        for label in _tags(entity):
            self.by_name("/glossaryTerms" if label["source"] == "Glossary" else "/tags", label["tagFQN"])


def _field_names(entity: Json) -> Iterator[str]:
    fields = [
        *entity.get("columns", []),
        *entity.get("messageSchema", {}).get("schemaFields", []),
        *entity.get("dimensions", []),
        *entity.get("measures", []),
    ]
    while fields:
        field = fields.pop()
        yield field["fullyQualifiedName"]
        fields.extend(field.get("children", []))


def _qualify(field: Json, parent: str, children: str) -> None:
    field["fullyQualifiedName"] = f"{parent}.{quote_name(field['name'])}"
    for child in field.get(children, []):
        _qualify(child, field["fullyQualifiedName"], children)


def _tags(value: Any) -> Iterator[Json]:
    if isinstance(value, list):
        for item in value:
            yield from _tags(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "tags":
                yield from item
            elif key in ("columns", "children"):
                yield from _tags(item)


def _content(entity: Json) -> Json:
    content = {key: value for key, value in entity.items() if key not in BOOKKEEPING}
    return content | {"deleted": entity["deleted"]}


def _merged_tags(existing: list[Json], new: list[Json]) -> list[Json]:
    known = {label["tagFQN"] for label in existing}
    return [*existing, *(label for label in new if label["tagFQN"] not in known)]


def _merged_columns(existing: list[Json], new: list[Json]) -> list[Json]:
    """The new columns, with what was said of the old ones of the same name."""
    old = {column["name"]: column for column in existing}
    kept = ("description", "displayName", "tags")
    return [
        {**column, **{key: old[column["name"]][key] for key in kept if key in old.get(column["name"], {})}}
        for column in new
    ]
