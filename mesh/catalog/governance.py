"""Who owns what, what belongs together, what is personal, and what the measures mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from mesh.catalog.client.plan import Entity, Ref, Table, qualified
from mesh.catalog.inputs import Project
from mesh.catalog.names import GLOSSARY, LAKE_CATALOG, OTHER_TIER, SEVERITY, TIERS
from mesh.errors import MeshError
from mesh.instance import REPOSITORY

CLASSIFICATION = REPOSITORY / "mesh/catalog/client/classification.yaml"
PLATFORM = "platform"  # the group that owns what no model's group does: bronze, and what dbt does not make
SEVERITIES = {
    "error": "The product must not be used while this check fails.",
    "warn": "To be looked at; the product may be used.",
}


def governance_entities(project: Project) -> Iterator[Entity]:
    """Teams, domains, data products, the severities of checks, and the glossary of measures."""
    for name, owner in _owners(project).items():
        body = {"name": name, "displayName": owner["name"], "teamType": "Group", "email": owner["email"]}
        yield Entity(Ref("team", name), {key: value for key, value in body.items() if value})
    for product in project.products:
        domain = project.domains[product.id]
        body = {"name": domain, "domainType": "Aggregate", "description": product.purpose, "owners": [product.group]}
        yield Entity(Ref("domain", domain), body)
        promise = f"{product.purpose}\n\nFreshness {product.freshness()}; quality {product.quality()}."
        body = {
            "name": product.id,
            "displayName": product.name,
            "description": f"{promise}\n\n{product.usage}" if product.usage else promise,
            "domains": [domain],
            "owners": [product.group],
        }
        yield Entity(Ref("dataProduct", product.id), body)
    description = "What a failure of a check means for who uses the product."
    yield Entity(Ref("classification", SEVERITY), {"name": SEVERITY, "description": description})
    for name, description in SEVERITIES.items():
        body = {"name": name, "classification": SEVERITY, "description": description}
        yield Entity(Ref("tag", qualified(SEVERITY, name)), body)
    yield Entity(Ref("glossary", GLOSSARY), {"name": GLOSSARY, "description": "The measures of the gold tables."})
    for metric in project.manifest["metrics"].values():
        body = {
            "name": metric["name"],
            "glossary": GLOSSARY,
            "displayName": metric["label"] or metric["name"],
            "description": metric["description"] or metric["label"],
        }
        yield Entity(Ref("glossaryTerm", qualified(GLOSSARY, metric["name"])), body)


def product_assets(project: Project) -> dict[str, list[Ref]]:
    """The tables of each data product.

    Raises:
        MeshError: a contract names an output that is no model.
    """
    return {product.id: [_output(project, table) for table in product.outputs] for product in project.products}


def lake_tables(project: Project) -> Iterator[Table]:
    """Every table that dbt makes or reads in the lake, with all that is said of it."""
    personal = read_classification(CLASSIFICATION)
    measures = {metric["name"] for metric in project.manifest["metrics"].values()}
    domains = {ref: project.domains[product] for product, assets in product_assets(project).items() for ref in assets}
    nodes = {**dict(project.relations()), **project.manifest["sources"]}
    for unique_id, node in nodes.items():
        ref = project.ref(unique_id)
        if ref is None or node["database"] != LAKE_CATALOG:
            continue
        columns, schema = project.columns(unique_id), node["schema"]
        name = node.get("identifier") or node["alias"]
        tags = {
            column: (
                *personal.get(column, ()),
                *personal.get(f"{schema}.{name}.{column}", ()),
                *((qualified(GLOSSARY, column),) if schema == "gold" and column in measures else ()),
            )
            for column in columns
        }
        yield Table(
            ref,
            columns,
            owners=(node.get("group") or PLATFORM,),
            domain=domains.get(ref),
            tags=(TIERS.get(schema, OTHER_TIER),),
            column_tags={column: names for column, names in tags.items() if names},
            is_modelled=True,
        )


def read_classification(path: Path) -> dict[str, tuple[str, ...]]:
    """Tags by column: its name, or `schema.table.column`.

    Raises:
        MeshError: the file is no mapping of tags to lists of names.
    """
    content = yaml.safe_load(path.read_text())
    if not isinstance(content, dict) or not all(isinstance(names, list) for names in content.values()):
        raise MeshError(f"{path.name}: give each tag a list of columns")
    tags: dict[str, tuple[str, ...]] = {}
    for tag, names in content.items():
        for name in names:
            tags[name] = (*tags.get(name, ()), tag)
    return tags


def _owners(project: Project) -> Mapping[str, Mapping[str, Any]]:
    return {group["name"]: group["owner"] for group in project.manifest["groups"].values()}


def _output(project: Project, table: str) -> Ref:
    for unique_id, node in project.relations():
        if node["name"] == table and (ref := project.ref(unique_id)):
            return ref
    raise MeshError(f"{table} is the output of a data product, and no model: mesh products check")
