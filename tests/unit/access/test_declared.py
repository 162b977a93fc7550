"""What `access/` may say: a wrong word is named, with what to write instead."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mesh.access.apply import read_declaration
from mesh.access.declared import ACCESS, read_access
from mesh.errors import MeshError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ACCESS, tmp_path / "access"))


def test_the_declaration_of_this_repository_is_right() -> None:
    declared, tables, products = read_declaration()
    assert declared.users and products
    assert {"silver.orders_current", "gold.labor_productivity_daily"} <= {table.path for table in tables}
    everything = {column for table in tables for column in table.columns}
    assert declared.personal_columns <= everything, "a personal column that no table has hides nothing"
    assert set(declared.personal_columns_of_tables) <= everything
    named = {name for names in declared.personal_columns_of_tables.values() for name in names}
    assert named | set(declared.domain_rows) <= {table.name for table in tables}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{name: a, role: anlyst, domain: orders}", "a is anlyst: there are analyst, owner, "),
        ("{name: a, role: analyst}", "a is analyst: name the domain"),
        ("{name: a, role: engineer, domain: orders}", "a is engineer: of no domain"),
        ("{name: a, role: analyst, domain: order}", "a is of order: there are labor, orders"),
        ("{name: a, role: store_analyst}", "a is store_analyst: give the values of store_id"),
        ('{name: a, role: engineer, values: ["1"]}', "a is engineer: no values"),
        ("{name: dbt, role: engineer}", "dbt stands there more than once"),
        ("{name: 'a|.*', role: engineer}", "does not match"),
        ("{name: 'a:b', role: engineer}", "does not match"),
        ("{name: a}", "'role' is a required property"),
        ("{name: a, role: engineer, password: x}", "Additional properties are not allowed"),
        ("{name: a, role: store_analyst, values: [367]}", "367 is not of type 'string'"),
        ("{name: a", "access/users.yaml: while parsing"),
    ],
)
def test_a_wrong_user_is_named(folder: Path, line: str, fault: str) -> None:
    (folder / "users.yaml").write_text(f"users:\n  - {line}\n")
    with pytest.raises(MeshError) as refused:
        read_access({"orders", "labor"}, folder)
    assert fault in str(refused.value)


def test_a_word_that_no_role_knows_is_named(folder: Path) -> None:
    roles = folder / "roles.yaml"
    roles.write_text(roles.read_text().replace("personal_data: shown", "personal_data: visible", 1))
    with pytest.raises(MeshError, match="'visible' is not one of"):
        read_access({"orders", "labor", "shipping"}, folder)
