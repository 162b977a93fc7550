"""The project as dbt parses it, once for all unit tests of a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh.dbt import parse_project
from mesh.instance import REPOSITORY, Instance
from tests.parsed import copy_parsed


@pytest.fixture(scope="session")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of dbt's manifest; asks no server."""
    home = tmp_path_factory.mktemp("parsed")
    target = home / "target"
    copy_parsed(REPOSITORY / "target", target)  # from `make lint`
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DBT_TARGET_PATH", str(target))
        environment.setenv("DBT_LOG_PATH", str(home / "logs"))
        parse_project(Instance.from_environment())
    return target
