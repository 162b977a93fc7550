"""What a change did to the project's own definitions: models, tests, metrics, exposures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Set
from dataclasses import dataclass

from mesh.dbt import Manifest
from mesh.products.manifest import Node, models


@dataclass(frozen=True)
class ModelChange:
    """A model that was added, changed or removed, or that reads one (`downstream`), and what of it changed."""

    name: str
    kind: str
    what: tuple[str, ...] = ()


@dataclass(frozen=True)
class TestChange:
    """A test that was added, lost, or holds less than before (`weakened`)."""

    __test__ = False

    kind: str
    test: str
    model: str


@dataclass(frozen=True)
class DefinitionChange:
    """A metric, semantic model or exposure that was added, changed or removed."""

    kind: str
    what: str
    name: str


def changes_of_models(base: Manifest, change: Manifest, touched: Set[str]) -> list[ModelChange]:
    """By name; `touched` are the names of the models that dbt built for the change."""
    before, after = models(base), models(change)
    changes = [ModelChange(name, "removed") for name in before.keys() - after.keys()]
    changes += [ModelChange(name, "added") for name in after.keys() - before.keys()]
    for name in before.keys() & after.keys():
        what = tuple(_differences(before[name], after[name], base, change))
        if what:
            changes.append(ModelChange(name, "changed", what))
        elif name in touched:
            changes.append(ModelChange(name, "downstream"))
    order = ("removed", "added", "changed", "downstream")
    return sorted(changes, key=lambda one: (order.index(one.kind), one.name))


def _differences(before: Node, after: Node, base: Manifest, change: Manifest) -> Iterator[str]:
    if before["checksum"] != after["checksum"]:
        yield "SQL"
    if _macros(before, base) != _macros(after, change):
        yield "macros"
    if before["unrendered_config"] != after["unrendered_config"] or before["access"] != after["access"]:
        yield "configuration"
    if before["contract"] != after["contract"]:
        yield "contract"
    if _documentation(before) != _documentation(after):
        yield "documentation"


def _macros(node: Node, manifest: Manifest) -> dict[str, str]:
    return {
        name: manifest["macros"][name]["macro_sql"]
        for name in node["depends_on"]["macros"]
        if name in manifest["macros"]
    }


def _documentation(node: Node) -> tuple[str, dict[str, str]]:
    return node["description"], {name: column["description"] for name, column in node["columns"].items()}


def changes_of_tests(base: Manifest, change: Manifest) -> list[TestChange]:
    """Tests of models that stand on both sides; a test that goes with its model or column is no loss."""
    before, after = _tests(base), _tests(change)
    kept = models(change)
    changes = [
        TestChange("added", name, model) for (name, model, _), _ in _only(after, before) if model in models(base)
    ]
    for (name, model, column), _ in _only(before, after):
        if model in kept and (not column or column in kept[model]["columns"]):
            changes.append(TestChange("lost", name, model))
    for key in before.keys() & after.keys():
        if _is_weaker(before[key]["config"], after[key]["config"]):
            changes.append(TestChange("weakened", key[0], key[1]))
    return sorted(changes, key=lambda one: (one.kind != "lost", one.kind, one.model, one.test))


TestKey = tuple[str, str, str]


def _only(these: dict[TestKey, Node], those: dict[TestKey, Node]) -> list[tuple[TestKey, Node]]:
    return [(key, node) for key, node in sorted(these.items()) if key not in those]


def _tests(manifest: Manifest) -> dict[TestKey, Node]:
    """By what they ask, the model that they ask, and its column."""
    names = {unique_id: name for name, node in models(manifest).items() for unique_id in [node["unique_id"]]}
    found: dict[TestKey, Node] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] != "test":
            continue
        attached = node.get("attached_node")
        if metadata := node.get("test_metadata"):
            arguments = {key: value for key, value in metadata["kwargs"].items() if key not in ("model", "column_name")}
            asked = f"{metadata['name']}({json.dumps(arguments, sort_keys=True) if arguments else ''})"
            if column := node.get("column_name"):
                asked = f"{column}: {asked}"
        else:
            asked, column = node["name"], ""
            attached = attached or next(iter(node["depends_on"]["nodes"]), None)
        found[(asked, names.get(attached or "", ""), column or "")] = node
    for node in manifest["unit_tests"].values():
        found[(f"unit test {node['name']}", node["model"], "")] = node
    return found


def _is_weaker(before: Node, after: Node) -> bool:
    if (before.get("severity"), after.get("severity")) in (("ERROR", "WARN"), ("error", "warn")):
        return True
    # a condition that is new or another one may let rows pass that were asked before
    narrowed = ("where", "limit", "warn_if", "error_if")
    return any(after.get(name) != before.get(name) and after.get(name) is not None for name in narrowed)


def changes_of_definitions(base: Manifest, change: Manifest) -> list[DefinitionChange]:
    """Metrics, semantic models and exposures."""
    changes = []
    for section, what in (("metrics", "metric"), ("semantic_models", "semantic model"), ("exposures", "exposure")):
        before, after = _definitions(base, section), _definitions(change, section)
        for name in sorted(before.keys() | after.keys()):
            if name not in before:
                changes.append(DefinitionChange("added", what, name))
            elif name not in after:
                changes.append(DefinitionChange("removed", what, name))
            elif before[name] != after[name]:
                changes.append(DefinitionChange("changed", what, name))
    return changes


def _definitions(manifest: Manifest, section: str) -> dict[str, Node]:
    ignored = ("created_at", "node_relation", "path", "original_file_path")
    return {
        node["name"]: {key: value for key, value in node.items() if key not in ignored}
        for node in manifest[section].values()
    }
