"""No model is built for nobody, and none is read around dbt."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mesh.lint.finding import Finding

DEAD_END = "no dead end"
HARD_CODED = "no hard-coded relation"
_READERS = ("model", "exposure", "semantic_model", "snapshot", "saved_query")
_COMMENT = re.compile(r"\{#.*?#\}|/\*.*?\*/|--[^\n]*", re.DOTALL)
_NAME = r'(?:[\w"]+|\{\{\s*(?:target|this|env_var|var)\b[^}]*\}\})'
_QUALIFIED = re.compile(rf'\b(?:from|join)\s+({_NAME}\s*\.\s*[\w".]+)', re.IGNORECASE)


def dead_ends(manifest: Mapping[str, Any], offered: Collection[str]) -> Iterator[Finding]:
    """Models that no model, exposure or semantic model reads, and no product offers.

    Args:
        offered: names of the tables that the data products offer.
    """
    for node in manifest["nodes"].values():
        children = manifest["child_map"].get(node["unique_id"], [])
        is_read = any(child.split(".")[0] in _READERS for child in children)
        is_time_spine = bool(node.get("time_spine"))
        if node["resource_type"] == "model" and not is_read and not is_time_spine and node["name"] not in offered:
            yield Finding(DEAD_END, node["name"], "nobody reads it: add an exposure or a product, or delete it")


def hard_coded_relations(manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Analyses, tests and macros that name a table themselves; of the models dbt-bouncer tells."""
    package = manifest["metadata"]["project_name"]
    sql = {node["name"]: node["raw_code"] for node in manifest["nodes"].values()
           if node["resource_type"] in ("analysis", "test", "snapshot")}  # fmt: skip
    sql |= {macro["name"]: macro["macro_sql"] for macro in manifest["macros"].values()
            if macro["package_name"] == package}  # fmt: skip
    for name, code in sql.items():
        for relation in _QUALIFIED.findall(_COMMENT.sub("", code)):
            yield Finding(HARD_CODED, name, f"reads {relation}: use ref() or source(), so that dbt knows of it")
