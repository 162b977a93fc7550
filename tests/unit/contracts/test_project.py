"""The contracts and this dbt project agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh.contracts.binding import check_bindings
from mesh.contracts.contract import read_products
from mesh.dbt import parse_project
from mesh.instance import Instance


def test_project_keeps_its_contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_HOME", str(tmp_path))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    faults = check_bindings(read_products(), parse_project(Instance.from_environment()))
    assert not faults, "\n".join(faults)
