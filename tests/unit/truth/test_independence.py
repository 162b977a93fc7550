"""The check must not share code with what it checks."""

from __future__ import annotations

import ast
from pathlib import Path

import mesh.truth

ALLOWED = {
    "flink_jobs.topics",
    "mesh.clients.kafka",
    "mesh.clients.mongodb",
    "mesh.errors",
    "mesh.instance",
    "mesh.lake",
}


def test_nothing_of_the_pipeline_but_names_is_imported() -> None:
    imported = set()
    for path in Path(mesh.truth.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
            elif isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
    ours = {name for name in imported if name.startswith(("mesh", "flink_jobs", "models", "macros", "dbt"))}
    assert "flink_jobs.topics" in ours, "no file was read"
    assert {name for name in ours if not name.startswith("mesh.truth")} <= ALLOWED
