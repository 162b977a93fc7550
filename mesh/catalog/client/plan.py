"""What the catalog must say, as data: written by `mesh`, published and read back by this package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

# in a column edge: all the columns of that side
EVERY_COLUMN = "*"


def qualified(*parts: str) -> str:
    """A fully qualified name: a part that has a dot in it is quoted."""
    return ".".join(f'"{part}"' if "." in part else part for part in parts)


@dataclass(frozen=True)
class Ref:
    """One entity: `kind` is OpenMetadata's name of the type, `fqn` its fully qualified name."""

    kind: str
    fqn: str

    def __str__(self) -> str:
        return f"{self.kind} {self.fqn}"


@dataclass(frozen=True)
class Entity:
    """An entity that the publication makes: `body` is its create request, `owners` are names of teams in it."""

    ref: Ref
    body: dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A table that an ingestion workflow finds, and what we say of it beyond that.

    Attributes:
        columns: names; None if only the source itself knows them.
        column_tags: column to names of tags and glossary terms (those with a dot after `Measures`).
        is_modelled: dbt's workflow must have left a data model on it.
    """

    ref: Ref
    columns: tuple[str, ...] | None
    owners: tuple[str, ...] = ()
    domain: str | None = None
    tags: tuple[str, ...] = ()
    column_tags: dict[str, tuple[str, ...]] | None = None
    is_modelled: bool = False


@dataclass(frozen=True)
class ColumnEdge:
    """Columns of the source, by the end of their names, and the column that they make."""

    sources: tuple[str, ...]
    target: str


@dataclass(frozen=True)
class Edge:
    """Data that goes from one entity to another, by a pipeline if it is one of ours."""

    source: Ref
    target: Ref
    origin: str
    pipeline: str | None = None
    columns: tuple[ColumnEdge, ...] = ()

    def __str__(self) -> str:
        return f"{self.source.fqn} -> {self.target.fqn}"


@dataclass(frozen=True)
class Result:
    """What a test case said at a time, in milliseconds since 1970, UTC."""

    case: str
    timestamp: int
    status: str
    text: str
    failures: int | None
    evaluated: int | None


@dataclass(frozen=True)
class Plan:
    """Everything, in the order in which it can be made.

    Attributes:
        glossary: whose terms are tags of source `Glossary`.
        ours: by kind, the beginning of the names of what only this publication makes: what is there under it and not
            planned is marked deleted.
    """

    entities: list[Entity]
    tables: list[Table]
    edges: list[Edge]
    products: dict[str, list[Ref]]
    checks: list[Entity]
    results: list[Result]
    glossary: str
    ours: dict[str, str]


_ADAPTER = TypeAdapter(Plan)


def write_plan(plan: Plan, path: Path) -> None:
    """As JSON."""
    path.write_bytes(_ADAPTER.dump_json(plan, indent=1))


def read_plan(path: Path) -> Plan:
    """What `write_plan` wrote."""
    return _ADAPTER.validate_json(path.read_bytes())
