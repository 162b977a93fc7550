"""The lineage of relations, from what dbt has compiled."""

from __future__ import annotations

import pytest

from mesh.catalog.inputs import Project
from mesh.catalog.relations import relation_edges
from mesh.errors import MeshError


def test_what_dbt_did_not_compile_is_named_with_the_command(project: Project) -> None:
    del project.manifest["nodes"]["model.m.stg_orders"]["compiled_code"]
    with pytest.raises(MeshError, match="stg_orders was not compiled by dbt's last command: mesh docs"):
        list(relation_edges(project))
