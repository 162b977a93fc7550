"""CODEOWNERS is what the contracts say, and names for every model the team that dbt names."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mesh.contracts.binding import OWN_GROUP
from mesh.contracts.codeowners import FILE, ORGANIZATION, build_codeowners
from mesh.contracts.contract import Product, read_products
from mesh.instance import REPOSITORY

MODELS = REPOSITORY / "models"


def owners_of(codeowners: str, path: str) -> list[str]:
    """The owners by GitHub's rule: the last line that matches; of its patterns, those that we write."""
    owners: list[str] = []
    for line in codeowners.splitlines():
        pattern, *names = line.split()
        if pattern in ("*", f"/{path}") or (pattern.endswith("/") and f"/{path}".startswith(pattern)):
            owners = names
    return owners


@pytest.fixture(scope="module")
def committed() -> str:
    return (REPOSITORY / FILE).read_text()


def test_file_is_what_the_contracts_say(committed: str) -> None:
    assert committed == build_codeowners(read_products()), "run mesh products codeowners"


def test_every_model_has_the_owner_that_dbt_names(committed: str) -> None:
    groups = {
        model["name"]: model.get("config", {}).get("group", OWN_GROUP)
        for file in MODELS.rglob("*.yml")
        for model in yaml.safe_load(file.read_text()).get("models", [])
    }
    files = sorted(MODELS.rglob("*.sql"))
    assert files
    for file in files:
        owners = owners_of(committed, str(file.relative_to(REPOSITORY)))
        assert owners == [f"@{ORGANIZATION}/{groups.get(file.stem, OWN_GROUP)}"], file.stem


def test_every_team_is_a_group_of_dbt(committed: str) -> None:
    groups = {group["name"] for group in yaml.safe_load((MODELS / "groups.yml").read_text())["groups"]}
    named = {name for line in committed.splitlines() if line[0] != "#" for name in line.split()[1:]}
    assert named == {f"@{ORGANIZATION}/{group}" for group in groups}


def test_files_beside_the_models_go_to_the_products_team(product: Product, tmp_path: Path) -> None:
    for name in ("silver/orders/orders_current.sql", "gold/sales/orders_daily.sql", "federated/orders/orders_live.sql"):
        (tmp_path / "models" / name).parent.mkdir(parents=True)
        (tmp_path / "models" / name).write_text("select 1")
    (tmp_path / "models/semantic").mkdir()
    (tmp_path / "models/semantic/_sales.yml").write_text("model: ref('orders_daily')")
    codeowners = build_codeowners([product], tmp_path)
    for path in (
        "products/orders-dp.odcs.yaml",
        "expectations/orders_dp.json",
        "models/silver/orders/_models.yml",
        "models/gold/sales/orders_daily.sql",
        "models/federated/orders/orders_live.sql",
        "models/semantic/_sales.yml",
    ):
        assert owners_of(codeowners, path) == ["@data-mesh/orders"], path
    for path in ("models/staging/wms/stg_wms__orders.sql", "mesh/cli/stack.py", "models/semantic/_other.yml"):
        assert owners_of(codeowners, path) == ["@data-mesh/platform"], path
