"""Entities as the server has them, and the writes that make them what they must be; nothing is written twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from metadata.ingestion.ometa.client import APIError
from metadata.ingestion.ometa.ometa_api import OpenMetadata
from metadata.ingestion.ometa.utils import quote
from pydantic import ValidationError

from mesh.catalog.client.kinds import KINDS
from mesh.catalog.client.plan import Entity, Ref, Table

Json = dict[str, Any]

PAGE = 500
# what may change of an entity after it was made
MUTABLE = (
    "displayName",
    "description",
    "owners",
    "domains",
    "tags",
    "email",
    "sourceUrl",
    "endpointURL",
    "dashboardType",
    "partitions",
    "messageSchema",
)


class Api:
    """One publication's view of the server: what was read is remembered, and forgotten when it is written.

    Attributes:
        glossary: tags that begin with its name are terms of it.
        written: how many writes were needed.
    """

    def __init__(self, client: OpenMetadata, glossary: str) -> None:
        self._rest = client.client
        self._glossary = glossary
        self._listed: dict[str, dict[str, Json]] = {}
        self.written = 0

    def find(self, ref: Ref) -> Json | None:
        """An entity that is there and not marked deleted."""
        if ref.kind == "table":
            known = self._listed.setdefault("table", {})
            if ref.fqn not in known and (table := self._get(ref)):
                known[ref.fqn] = table
            entity = known.get(ref.fqn)
        else:
            entity = self.all(ref.kind).get(ref.fqn)
        return None if entity is None or entity.get("deleted") else entity

    def all(self, kind: str) -> dict[str, Json]:
        """Every entity of a kind but tables, marked deleted ones too, by name."""
        if kind not in self._listed:
            self._listed[kind] = {entity["fullyQualifiedName"]: entity for entity in self._pages(kind)}
        return self._listed[kind]

    def ensure(self, entity: Entity) -> None:
        """Make an entity, or change what it must say and does not."""
        ref, kind = entity.ref, KINDS[entity.ref.kind]
        body = self._with_references(entity.body)
        existing = self.find(ref)
        if existing is None:
            request = kind.request.model_validate(body)
            existing = self.write("put", kind.route, request.model_dump_json(exclude_none=True, by_alias=True))
            self.all(ref.kind)[ref.fqn] = existing
        self._change(ref, existing, {key: body[key] for key in MUTABLE if key in body})

    def annotate(self, table: Table) -> None:
        """Say of a table and its columns what the source of the table cannot."""
        existing = self.find(table.ref)
        if existing is None:
            return
        wanted = {"owners": list(table.owners), "domains": [table.domain] if table.domain else [], "tags": table.tags}
        resolved = self._with_references({key: list(value) for key, value in wanted.items() if value})
        columns = [dict(column) for column in existing["columns"]]
        for column in columns:
            if names := (table.column_tags or {}).get(column["name"]):
                column["tags"] = _merged(column.get("tags", []), self.labels(names))
        self._change(table.ref, existing, {**resolved, "columns": columns})

    def labels(self, names: Sequence[str]) -> list[Json]:
        """Tags as the API takes them."""
        return [
            {
                "tagFQN": name,
                "source": "Glossary" if name.startswith(f"{self._glossary}.") else "Classification",
                "labelType": "Manual",
                "state": "Confirmed",
            }
            for name in names
        ]

    def mark_deleted(self, ref: Ref) -> None:
        """Soft delete: it stays, marked."""
        entity = self.find(ref)
        if entity:
            self.write("delete", f"{KINDS[ref.kind].route}/{entity['id']}?recursive=true&hardDelete=false")
            entity["deleted"] = True

    def get(self, path: str) -> Json | None:
        """What is at a path; None for nothing."""
        try:
            answer: Json | None = self._rest.get(path)
        except APIError as error:
            if error.status_code == 404:
                return None
            raise
        return answer

    def write(self, method: str, path: str, data: str | None = None) -> Json:
        """One write, counted."""
        self.written += 1
        send = getattr(self._rest, method)
        answer: Json | None = send(path, data=data) if data is not None else send(path)
        return answer or {}

    def _get(self, ref: Ref) -> Json | None:
        kind = KINDS[ref.kind]
        return self.get(f"{kind.route}/name/{quote(ref.fqn)}?fields={','.join(kind.fields)}&include=all")

    def _pages(self, name: str) -> Iterator[Json]:
        kind, after = KINDS[name], ""
        while True:
            page = self.get(f"{kind.route}?limit={PAGE}&fields={','.join(kind.fields)}&include=all{after}") or {}
            yield from page.get("data", [])
            if not (mark := page.get("paging", {}).get("after")):
                return
            after = f"&after={mark}"

    def _change(self, ref: Ref, existing: Json, wanted: Json) -> None:
        if "tags" in wanted:
            wanted = {**wanted, "tags": _merged(existing.get("tags", []), wanted["tags"])}
        operations = [
            {"op": "add", "path": f"/{key}", "value": value}
            for key, value in wanted.items()
            if not says(existing.get(key), value)
        ]
        if operations:
            path = f"{KINDS[ref.kind].route}/{existing['id']}"
            changed = self.write("patch", path, json.dumps(operations))
            self._listed[ref.kind][ref.fqn] = {**existing, **wanted, **changed}

    def _with_references(self, body: Json) -> Json:
        """A body whose owners, and in a patch domains, are references and whose tags are labels."""
        resolved = dict(body)
        if "owners" in body:
            resolved["owners"] = [self._reference(Ref("team", name)) for name in body["owners"]]
        if "domains" in body and "name" not in body:
            resolved["domains"] = [self._reference(Ref("domain", name)) for name in body["domains"]]
        if "tags" in body:
            resolved["tags"] = self.labels(body["tags"])
        return resolved

    def _reference(self, ref: Ref) -> Json:
        entity = self.find(ref)
        if entity is None:
            raise LookupError(f"{ref} is not there")
        return {"id": entity["id"], "type": ref.kind}


def attempt(what: str, act: Callable[[], object]) -> Iterator[str]:
    """Do something; yields what went wrong, in one line that begins with what it was done to."""
    try:
        act()
    except (APIError, LookupError, ValidationError) as error:
        yield f"{what}: {one_line(error)}"


def one_line(trouble: object) -> str:
    """The beginning of a message, without its line breaks."""
    return " ".join(str(trouble).split())[:300]


def says(existing: Any, wanted: Any) -> bool:
    """Whether what is there holds everything that is wanted; the server adds fields of its own."""
    if isinstance(wanted, dict) and isinstance(existing, dict):
        return all(says(existing.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(existing, list):
        return len(wanted) == len(existing) and all(map(says, existing, wanted))
    if isinstance(wanted, str) and isinstance(existing, dict):
        return existing.get("fullyQualifiedName") == wanted
    return bool(existing == wanted)


def _merged(existing: list[Json], wanted: list[Json]) -> list[Json]:
    """Our tags in place of those of the same classification; whatever else is there stays."""
    ours = {label["tagFQN"].partition(".")[0] for label in wanted}
    missing = [label for label in wanted if label["tagFQN"] not in {one["tagFQN"] for one in existing}]
    wanted_names = {label["tagFQN"] for label in wanted}
    kept = [
        label for label in existing if label["tagFQN"] in wanted_names or label["tagFQN"].partition(".")[0] not in ours
    ]
    return kept + missing
