"""The contracts and this dbt project agree."""

from __future__ import annotations

import json
from pathlib import Path

from mesh.contracts.binding import check_bindings
from mesh.contracts.contract import read_products


def test_project_keeps_its_contracts(parsed_project: Path) -> None:
    faults = check_bindings(read_products(), json.loads((parsed_project / "manifest.json").read_text()))
    assert not faults, "\n".join(faults)
