"""Airflow with a database of its own, and no server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mesh.instance import Instance


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """An instance whose servers never start."""
    home: Path = tmp_path_factory.mktemp("airflow")
    return replace(Instance.from_environment(), home=home)
