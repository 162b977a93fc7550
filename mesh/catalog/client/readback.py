"""Asks the server again for everything that was planned, and names what it does not have."""

from __future__ import annotations

from collections.abc import Iterator

from mesh.catalog.client.api import MUTABLE, Api, says
from mesh.catalog.client.assets import assets
from mesh.catalog.client.edges import column_edges, planned_columns, upstream
from mesh.catalog.client.outcomes import is_there
from mesh.catalog.client.plan import Entity, Plan, Ref, Table


def missing(api: Api, plan: Plan) -> Iterator[str]:
    """One line for each thing that is not there, or not as it must be."""
    for entity in (*plan.entities, *plan.checks):
        yield from _entity(api, entity)
    for table in plan.tables:
        yield from _table(api, table)
    for product, planned in plan.products.items():
        there = set(assets(api, product))
        yield from (f"data product {product}: {asset} is not in it" for asset in planned if asset not in there)
    yield from _edges(api, plan)
    for result in plan.results:
        if not is_there(api, result):
            yield f"result of test case {result.case} is missing"
    for kind in plan.ours:
        yield from (f"{ref} is there, and not in the project" for ref in stale(api, plan, kind))


def stale(api: Api, plan: Plan, kind: str) -> list[Ref]:
    """Entities of a kind that are ours and no longer planned."""
    planned = {entity.ref for entity in (*plan.entities, *plan.checks)}
    prefix = f"{plan.ours[kind]}."
    refs = [Ref(kind, name) for name, entity in api.all(kind).items() if not entity.get("deleted")]
    return [ref for ref in refs if ref.fqn.startswith(prefix) and ref not in planned]


def _entity(api: Api, entity: Entity) -> Iterator[str]:
    existing = api.find(entity.ref)
    if existing is None:
        yield f"{entity.ref} is missing"
        return
    for key in MUTABLE:
        wanted = entity.body.get(key)
        if key == "tags" and wanted:
            there = {label["tagFQN"] for label in existing.get("tags", [])}
            yield from (f"{entity.ref}: tag {name} is missing" for name in wanted if name not in there)
        elif key in entity.body and not says(existing.get(key), wanted):
            yield f"{entity.ref}: {key} is not what it must be"


def _table(api: Api, table: Table) -> Iterator[str]:
    existing = api.find(table.ref)
    if existing is None:
        yield f"{table.ref} is missing"
        return
    columns = {column["name"]: column for column in existing["columns"]}
    for name in table.columns or ():
        if name not in columns:
            yield f"column {table.ref.fqn}.{name} is missing"
    for name, tags in (table.column_tags or {}).items():
        there = {label["tagFQN"] for label in columns.get(name, {}).get("tags", [])}
        if name in columns:
            yield from (f"column {table.ref.fqn}.{name}: tag {tag} is missing" for tag in tags if tag not in there)
    if not says(existing.get("owners", []), list(table.owners)):
        yield f"{table.ref}: owner {', '.join(table.owners)} is missing"
    if table.domain and not says(existing.get("domains", []), [table.domain]):
        yield f"{table.ref}: domain {table.domain} is missing"
    labelled = {label["tagFQN"] for label in existing.get("tags", [])}
    yield from (f"{table.ref}: tag {tag} is missing" for tag in table.tags if tag not in labelled)
    if table.is_modelled and not existing.get("dataModel"):
        yield f"{table.ref}: dbt's model is missing"


def _edges(api: Api, plan: Plan) -> Iterator[str]:
    present = {target: upstream(api, target) for target in {edge.target for edge in plan.edges}}
    for edge in plan.edges:
        try:
            planned = planned_columns(api, edge)
        except LookupError as error:
            yield f"edge {edge}: {error}"
            continue
        source = api.find(edge.source)
        details = present[edge.target].get(source["id"]) if source else None
        if details is None:
            yield f"edge {edge} is missing"
            continue
        pipeline = api.find(Ref("pipeline", edge.pipeline)) if edge.pipeline else None
        if pipeline and (details.get("pipeline") or {}).get("id") != pipeline["id"]:
            yield f"edge {edge}: pipeline {edge.pipeline} is missing"
        there = column_edges(details)
        for column, sources in planned.items():
            if there.get(column) != sources:
                yield f"edge {edge}: column edge to {column} is missing"
