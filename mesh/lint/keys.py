"""Every table says what makes a row of it, and a test holds it to that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mesh.lint.finding import Finding

RULE = "primary key is tested"
_KEY_TESTS = ("unique", "unique_combination")


def untested_keys(manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Models and seeds without a test of their key; a model of staging has that of the one source it renames."""
    nodes = manifest["nodes"].values()
    tested = {
        node["attached_node"] or only_parent(node)
        for node in nodes
        if (node.get("test_metadata") or {}).get("name") in _KEY_TESTS
    }
    for node in nodes:
        if node["resource_type"] not in ("model", "seed", "snapshot") or node["unique_id"] in tested:
            continue
        is_staging = node["fqn"][1] == "staging"
        if is_staging and only_parent(node) in tested:
            continue
        where = "its source" if is_staging else "it"
        yield Finding(RULE, node["name"], f"give {where} a test {' or '.join(_KEY_TESTS)}")


def only_parent(node: Mapping[str, Any]) -> str | None:
    """The one table that a test or model reads; None if there are more, or none."""
    parents = node["depends_on"]["nodes"]
    return parents[0] if len(parents) == 1 else None
