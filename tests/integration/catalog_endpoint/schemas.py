"""What the public API takes and gives, from the client's own generated models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from metadata.ingestion.ometa import routes
from pydantic import BaseModel, ValidationError

Json = dict[str, Any]

# what a new entity hangs on: request field and the collection that it names an entity of
PARENTS = {
    "/databases": ("service", "/services/databaseServices"),
    "/databaseSchemas": ("database", "/databases"),
    "/tables": ("databaseSchema", "/databaseSchemas"),
    "/topics": ("service", "/services/messagingServices"),
    "/pipelines": ("service", "/services/pipelineServices"),
    "/dashboards": ("service", "/services/dashboardServices"),
    "/apiCollections": ("service", "/services/apiServices"),
    "/apiEndpoints": ("apiCollection", "/apiCollections"),
    "/tags": ("classification", "/classifications"),
    "/glossaryTerms": ("glossary", "/glossaries"),
}
# request fields that name other entities by their fully qualified name
NAMED = {
    "domains": "/domains",
    "dataProducts": "/dataProducts",
    "relatedTerms": "/glossaryTerms",
    "relatedMetrics": "/metrics",
    "testDefinition": "/dataQuality/testDefinitions",
}
# fields that hold references, with id and type, in requests as in entities
REFERENCED = ("owners", "reviewers")
# given only to whoever asks for them by `fields`
ON_DEMAND = frozenset(
    {
        "owners",
        "tags",
        "domains",
        "dataProducts",
        "experts",
        "reviewers",
        "extension",
        "dataModel",
        "testSuite",
        "testSuites",
        "tests",
        "testCaseResult",
        "tasks",
        "relatedTerms",
        "relatedMetrics",
        "children",
        "parents",
        "users",
        "sourceHash",
        "lifeCycle",
        "tableConstraints",
        "schemaDefinition",
    }
)
# objects that may hold anything
OPEN = frozenset({"topicConfig", "connectionOptions"})


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Kind:
    """One collection of the API."""

    route: str
    type: str
    request: type[BaseModel]
    entity: type[BaseModel]

    def public(self, entity: Json) -> Json:
        """An entity as the API gives it: some kinds have no mark of deletion."""
        return {key: value for key, value in entity.items() if key != "deleted" or key in self.entity.model_fields}

    @property
    def required(self) -> set[str]:
        """Fields that an entity cannot be without, asked for or not."""
        return {name for name, field in self.entity.model_fields.items() if field.is_required()}


def _kinds() -> dict[str, Kind]:
    classes = vars(routes)
    requests, entities = {}, {}
    for name, route in routes.ROUTES.items():
        if name.startswith("Create"):
            requests[route] = classes[name]
        elif f"Create{name}Request" in classes:
            entities[route] = classes[name]
    return {
        route: Kind(route, _type_name(entities[route].__name__), requests[route], entities[route])
        for route in sorted(requests.keys() & entities.keys())
    }


def _type_name(entity: str) -> str:
    """`Table` is a table, `DataProduct` a dataProduct, `APIEndpoint` an apiEndpoint."""
    return f"api{entity[3:]}" if entity.startswith("API") else f"{entity[0].lower()}{entity[1:]}"


KINDS = _kinds()
BY_TYPE = {kind.type: kind for kind in KINDS.values()}


def parse(model: type[BaseModel], body: Any) -> Json:
    """The body as the model takes it, without what is null.

    Raises:
        Refused: 400 for a wrong type or value, a missing or an unknown field.
    """
    if not isinstance(body, dict):
        raise Refused(400, f"{model.__name__}: no object")
    body = without_nulls(body)
    try:
        taken = model.model_validate(body).model_dump(mode="json", by_alias=True, exclude_unset=True)
    except ValidationError as error:
        first = error.errors()[0]
        raise Refused(400, f"{model.__name__}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if unknown := list(_unknown_fields(body, taken)):
        raise Refused(400, f"{model.__name__}: unknown field {unknown[0]}")
    return body


def without_nulls(value: Any) -> Any:
    """A null says the same as no field."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def _unknown_fields(sent: Any, taken: Any, path: str = "") -> Iterator[str]:
    if isinstance(sent, dict) and isinstance(taken, dict):
        for key, value in sent.items():
            if key not in taken:
                yield f"{path}{key}"
            elif key not in OPEN:
                yield from _unknown_fields(value, taken[key], f"{path}{key}.")
    elif isinstance(sent, list) and isinstance(taken, list):
        for one, other in zip(sent, taken, strict=False):
            yield from _unknown_fields(one, other, path)
