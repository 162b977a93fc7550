"""What a change did to the project's own definitions: models, tests, metrics, exposures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import NamedTuple

from mesh.dbt import Manifest
from mesh.manifest import Node, models


@dataclass(frozen=True)
class ModelChange:
    """A model that was added, changed or removed, or that reads one (`downstream`), and what of it changed."""

    name: str
    kind: str
    what: tuple[str, ...] = ()


@dataclass(frozen=True)
class TestChange:
    """A test that was added, lost, holds less than before (`weakened`), or asks something else (`changed`)."""

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
    """Every macro that a node calls, and those that these call."""
    found: dict[str, str] = {}
    todo = list(node["depends_on"]["macros"])
    while todo:
        name = todo.pop()
        if name not in found and (macro := manifest["macros"].get(name)):
            found[name] = macro["macro_sql"]
            todo += macro["depends_on"]["macros"]
    return found


def _documentation(node: Node) -> tuple[str, dict[str, str]]:
    return node["description"], {name: column["description"] for name, column in node["columns"].items()}


def changes_of_tests(base: Manifest, change: Manifest) -> list[TestChange]:
    """Tests of what stands on both sides; a test that goes with its model or column is no loss."""
    before, after = _tests(base), _tests(change)
    nodes_before, nodes_after = _tested(base), _tested(change)
    changes = [
        TestChange("added", key.asked, test.subject)
        for key, test in after.items()
        if key not in before and (not key.on or key.on in nodes_before)
    ]
    for key, test in before.items():
        if key in after:
            if _is_weaker(test.node["config"], after[key].node["config"]):
                changes.append(TestChange("weakened", key.asked, test.subject))
            elif test.node.get("checksum") != after[key].node.get("checksum"):
                changes.append(TestChange("changed", key.asked, test.subject))
        elif not key.on or (key.on in nodes_after and (not key.column or key.column in nodes_after[key.on]["columns"])):
            changes.append(TestChange("lost", key.asked, test.subject))
    order = ("lost", "weakened", "changed", "added")
    return sorted(changes, key=lambda one: (order.index(one.kind), one.model, one.test))


class _Key(NamedTuple):
    """What a test asks, and of what; a test that is a query of its own is known by its name alone."""

    asked: str
    on: str = ""
    column: str = ""


class _Test(NamedTuple):
    node: Node
    subject: str


def _tested(manifest: Manifest) -> dict[str, Node]:
    return {**manifest["nodes"], **manifest["sources"]}


def _tests(manifest: Manifest) -> dict[_Key, _Test]:
    found: dict[_Key, _Test] = {}
    tested = _tested(manifest)
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            parents = [name for name in node["depends_on"]["nodes"] if name in tested]
            # a generic test hangs on the source that it names, a query of its own rather on a model
            first = [name for name in parents if name.startswith("source.") == bool(node.get("test_metadata"))]
            on = node.get("attached_node") or next(iter([*first, *parents]), "")
            subject = tested[on]["name"] if on in tested else ""
            found[_key(node, on)] = _Test(node, subject)
    for node in manifest["unit_tests"].values():
        on = next((name for name, one in tested.items() if one["name"] == node["model"]), "")
        found[_Key(f"unit test {node['name']}", on)] = _Test(node, node["model"])
    return found


def _key(node: Node, on: str) -> _Key:
    if not (metadata := node.get("test_metadata")):
        return _Key(node["name"])
    arguments = {key: value for key, value in metadata["kwargs"].items() if key not in ("model", "column_name")}
    asked = f"{metadata['name']}({json.dumps(arguments, sort_keys=True) if arguments else ''})"
    column = node.get("column_name") or ""
    return _Key(f"{column}: {asked}" if column else asked, on, column)


def _is_weaker(before: Node, after: Node) -> bool:
    if (str(before.get("severity")).upper(), str(after.get("severity")).upper()) == ("ERROR", "WARN"):
        return True
    # a condition that is new or another one may let rows pass that were asked before
    strictest = {"where": None, "limit": None, "warn_if": "!= 0", "error_if": "!= 0", "fail_calc": "count(*)"}
    return any(after.get(name) not in (before.get(name), None, most) for name, most in strictest.items())


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
