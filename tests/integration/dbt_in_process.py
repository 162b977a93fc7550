"""dbt in the tests' own process: its imports and a parsed project are paid for once, not by every command."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from unittest import mock

import pytest
from dbt.artifacts.resources.v1.components import ColumnInfo
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from mesh.errors import MeshError
from mesh.instance import REPOSITORY

# what the parsed project depends on, beside its files
_PARSED_BY = ("MESH_SCHEMA_PREFIX", "MESH_BRONZE_SCHEMA", "MESH_TRINO_URL")
_FOLDERS = ("--project-dir", str(REPOSITORY), "--profiles-dir", str(REPOSITORY))

_one_at_a_time = threading.Lock()
_manifests: dict[tuple[str | None, ...], Manifest] = {}


@contextmanager
def dbt_into(folder: Path) -> Iterator[None]:
    """The project's own commands run dbt in this process, with artifacts and logs in a folder."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DBT_TARGET_PATH", str(folder))
        environment.setenv("DBT_LOG_PATH", str(folder / "logs"))
        environment.setattr("mesh.dbt._invoke", invoke)
        yield


def invoke(arguments: list[str], environment: Mapping[str, str], project: Path, *, is_silent: bool) -> bool:
    """In place of `mesh.dbt._invoke`, which starts a process; returns whether dbt succeeded.

    The working tree must not change meanwhile: a project is parsed once for each combination of schemas.

    Args:
        environment: all variables that dbt shall see.
    """
    assert project == REPOSITORY
    flags = [argument for argument in arguments if argument == "--quiet"] or (["--quiet"] if is_silent else [])
    command = [argument for argument in arguments if argument != "--quiet"]
    with _one_at_a_time, mock.patch.dict(os.environ, environment, clear=True):
        manifest = _manifest()
        if command == ["parse"] and (Path(os.environ["DBT_TARGET_PATH"]) / "manifest.json").exists():
            return True
        return dbtRunner(manifest=manifest).invoke([*flags, *command, *_FOLDERS]).success


@contextmanager
def another_contract(model: str, change: Callable[[dict[str, ColumnInfo]], object]) -> Iterator[None]:
    """Meanwhile a model promises other columns than the project's files say, in every project parsed so far."""
    nodes = [manifest.nodes[f"model.data_mesh.{model}"] for manifest in _manifests.values()]
    assert nodes, "nothing is parsed yet"
    promised = [node.columns for node in nodes]
    try:
        for node in nodes:
            node.columns = deepcopy(node.columns)
            change(node.columns)
        yield
    finally:
        for node, columns in zip(nodes, promised, strict=True):
            node.columns = columns


def _manifest() -> Manifest:
    combination = tuple(os.environ.get(name) for name in _PARSED_BY)
    if combination not in _manifests:
        parsed = dbtRunner().invoke(["--quiet", "parse", *_FOLDERS])
        if not isinstance(parsed.result, Manifest):
            raise MeshError(f"dbt parse failed: {parsed.exception or 'see above'}")
        _manifests[combination] = parsed.result
    return _manifests[combination]
