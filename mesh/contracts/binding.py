"""Whether dbt keeps what the contracts say: owners, access, contracts, lineage, exposures and tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mesh.contracts.contract import Product
from mesh.dbt import Manifest
from mesh.manifest import Node, exposures_of, models, table_names

GRAIN = "One row per "
OWN_GROUP = "platform"
"""The mesh's own tables, of which nothing is promised."""


def check_bindings(products: Sequence[Product], manifest: Manifest) -> list[str]:
    """Every fault as one line; none if the contracts and dbt agree."""
    faults = []
    for product in products:
        found = [*_group(product, manifest), *_outputs(product, manifest), *_objectives(product, manifest)]
        found += [*_inputs(product, products, manifest)]
        faults += [f"{product.id}: {fault}" for fault in found]
    return [*faults, *_gold(products, manifest), *_exposures(manifest)]


def _group(product: Product, manifest: Manifest) -> Iterator[str]:
    owners = {group["name"]: group["owner"] for group in manifest["groups"].values()}
    if product.group not in owners:
        yield f"dbt has no group {product.group}"
    elif owners[product.group]["name"] != product.owner:
        yield f"is owned by {product.owner}, the group {product.group} by {owners[product.group]['name']}"


def _outputs(product: Product, manifest: Manifest) -> Iterator[str]:
    by_name = models(manifest)
    for table in product.outputs:
        if table not in by_name:
            yield f"{table} is no model"
            continue
        model = by_name[table]
        if model["group"] != product.group:
            yield f"{table} is in the group {model['group']}, not in {product.group}"
        if model["access"] != "public":
            yield f"{table} has access {model['access']}, not public"
        if not model["config"]["contract"]["enforced"]:
            yield f"{table} has no enforced contract"
        if not model["description"].startswith(GRAIN):
            yield f"{table} does not say its grain: its description begins with {GRAIN!r}"
        if model["config"].get("schema") not in product.schemas:
            yield f"{table} is in the schema {model['config'].get('schema')}, which is none of the contract's servers"


def _objectives(product: Product, manifest: Manifest) -> Iterator[str]:
    measured = {
        (node["attached_node"], node["test_metadata"]["kwargs"].get("objective"))
        for node in manifest["nodes"].values()
        if (node.get("test_metadata") or {}).get("name") == "meets_objective"
        and node["test_metadata"]["kwargs"].get("product") == product.id
    }
    by_name = models(manifest)
    for objective in product.objectives:
        for table in objective.tables if objective.unit == "percent" else ():
            if table in by_name and (by_name[table]["unique_id"], objective.name) not in measured:
                yield f"no test meets_objective measures the {objective.name} of {table}"


def _inputs(product: Product, products: Sequence[Product], manifest: Manifest) -> Iterator[str]:
    names = table_names(manifest)
    for table in product.inputs:
        if table not in names.values():
            yield f"reads {table}, which is no source and no model"
    outputs_of_others = {table for other in products if other != product for table in other.outputs}
    by_name = models(manifest)
    todo = [by_name[table]["unique_id"] for table in product.outputs if table in by_name]
    seen: set[str] = set()
    while todo:
        for parent in manifest["parent_map"].get(todo.pop(), []):
            # what stands beside the product's own tables: declared, or another's, or not dbt's
            if parent in seen or parent not in names or names[parent] in product.inputs:
                continue
            seen.add(parent)
            if parent in manifest["sources"] or manifest["nodes"][parent]["name"] in outputs_of_others:
                yield f"reads {names[parent]}, which its inputTables do not name"
            else:
                todo.append(parent)


def _gold(products: Sequence[Product], manifest: Manifest) -> Iterator[str]:
    for table, model in models(manifest).items():
        owners = [product.id for product in products if table in product.outputs]
        if len(owners) > 1:
            yield f"{table} is offered by {' and by '.join(owners)}"
        if model["config"].get("schema") == "gold":
            if not owners and model["group"] != OWN_GROUP:
                yield f"gold.{table} belongs to no product"
            if not any(exposures_of(manifest, model["unique_id"])):
                yield f"gold.{table} has no exposure"


def _exposures(manifest: Manifest) -> Iterator[str]:
    for exposure in manifest["exposures"].values():
        missing = [name for name in ("name", "email") if not exposure["owner"].get(name)]
        if missing:
            yield f"exposure {exposure['name']} has an owner without {' and '.join(missing)}"
        if not exposure["url"]:
            yield f"exposure {exposure['name']} has no url"


def exposures_of_product(product: Product, manifest: Manifest) -> list[Node]:
    """Exposures of any of a product's tables, each once, by name."""
    by_name = models(manifest)
    found = {
        exposure["name"]: exposure
        for table in product.outputs
        if table in by_name
        for exposure in exposures_of(manifest, by_name[table]["unique_id"])
    }
    return [found[name] for name in sorted(found)]
