"""A column that is used twice is described once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from mesh.lint.finding import Finding

RULE = "shared column has a doc block"
_TABLES = ("model", "seed", "snapshot")


def undocumented_shared_columns(manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Columns whose name is in two tables, and whose description is of no doc block; words may be added to a block."""
    nodes = (node for node in manifest["nodes"].values() if node["resource_type"] in _TABLES)
    described: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for node in (*nodes, *manifest["sources"].values()):
        table = f"{node['source_name']}.{node['name']}" if node["resource_type"] == "source" else node["name"]
        for name, column in node["columns"].items():
            described[name].append((table, bool(column["doc_blocks"])))
    for name, places in sorted(described.items()):
        for table, has_block in places:
            if len(places) > 1 and not has_block:
                other = next(other for other, _ in places if other != table)
                yield Finding(
                    RULE,
                    f"{table}.{name}",
                    f"begin its description with {{{{ doc('{name}') }}}} of models/columns.md: it is in {other} too",
                )
