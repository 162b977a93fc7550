"""The tables that people may be let to, with their domains, from the files that make them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from mesh.contracts.contract import Product
from mesh.instance import REPOSITORY

MODELS = REPOSITORY / "models"
SCHEMAS = ("silver", "gold", "federated")


@dataclass(frozen=True)
class ServedTable:
    """A model of silver, gold or the federated views; `is_public` if others than its own group may read it."""

    schema: str
    name: str
    domains: frozenset[str]
    columns: tuple[str, ...]
    is_public: bool

    @property
    def path(self) -> str:
        """As SQL names it, without the catalog."""
        return f"{self.schema}.{self.name}"


def served_tables(products: Iterable[Product], folder: Path = MODELS) -> list[ServedTable]:
    """Every model with its columns. Needs no dbt: the servers start before anything is parsed."""
    promised: dict[str, set[str]] = defaultdict(set)
    for product in products:
        for table in product.outputs:
            promised[table].add(product.domain)
    return sorted(_tables(folder, promised), key=lambda table: table.path)


def _tables(folder: Path, promised: dict[str, set[str]]) -> Iterator[ServedTable]:
    for schema in SCHEMAS:
        for path in (folder / schema).glob("*/*.yml"):
            for model in (yaml.load(path.read_text(), yaml.CSafeLoader) or {}).get("models", ()):
                # what no product promises belongs to the domain in whose folder it stands
                domains = promised.get(model["name"]) or {path.parent.name}
                columns = tuple(column["name"] for column in model.get("columns", ()))
                is_public = model.get("config", {}).get("access", "public") == "public"
                yield ServedTable(schema, model["name"], frozenset(domains), columns, is_public)
