"""Trino's rules follow from the declaration, and nothing is open that it does not open."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mesh.access.declared import Declared, Role, User
from mesh.access.rules import build_rules
from mesh.access.tables import ServedTable, served_tables
from mesh.contracts.contract import read_products

ANALYST = Role("analyst", "domain", None, sees_personal_data=False)
OWNER = Role("owner", "domain", None, sees_personal_data=True)
STORE = Role("store", "public", "store_id", sees_personal_data=False)
TABLES = [
    ServedTable("silver", "orders", frozenset({"orders"}), ("order_id", "customer_id", "store_id"), is_public=True),
    ServedTable("silver", "orders_inner", frozenset({"orders"}), ("customer_id",), is_public=False),
    ServedTable("silver", "workers", frozenset({"labor"}), ("document_id", "worker_id"), is_public=True),
    ServedTable("silver", "broken", frozenset({"quality"}), ("table_name", "document_id"), is_public=True),
]


def rules_of(*users: User) -> list[dict[str, Any]]:
    declared = Declared(
        users,
        {"dbt": "(?!bronze$).*", "reader": ""},
        frozenset({"customer_id", "worker_id"}),
        {"document_id": ("workers",)},
        {"broken": ("table_name", "tables")},
    )
    found: list[dict[str, Any]] = build_rules(declared, TABLES, [])["tables"]
    return found


def first_rule(rules: list[dict[str, Any]], user: str, schema: str, table: str, catalog: str = "iceberg") -> Any:
    """As Trino looks for it."""
    asked = {"user": user, "catalog": catalog, "schema": schema, "table": table}
    for rule in rules:
        if all(re.fullmatch(rule.get(key, ".*"), value) for key, value in asked.items()):
            return rule
    return None


def test_an_analyst_reads_its_domain_without_persons() -> None:
    rules = rules_of(User("ana", ANALYST, "orders", ()))
    assert first_rule(rules, "ana", "silver", "orders") == {
        "user": "ana",
        "catalog": "iceberg",
        "schema": "silver",
        "table": "orders",
        "privileges": ["SELECT"],
        "filter": "true",
        "columns": [{"name": "customer_id", "mask": "null"}],
    }
    closed = [("silver", "workers"), ("silver", "orders_inner"), ("silver", "orders$files"), ("bronze", "orders_raw")]
    assert [first_rule(rules, "ana", *table) for table in closed] == [None] * 4
    assert first_rule(rules, "ana", "wms", "orders", "mongodb") is None
    assert first_rule(rules, "anab", "silver", "orders") is None


def test_rows_of_several_domains_are_filtered() -> None:
    rules = rules_of(User("ana", ANALYST, "orders", ()), User("lea", ANALYST, "labor", ()))
    assert first_rule(rules, "ana", "silver", "broken")["filter"] == "table_name in ('orders', 'orders_inner')"
    assert first_rule(rules, "lea", "silver", "broken")["filter"] == "table_name in ('workers')"
    nothing = rules_of(User("wes", ANALYST, "waves", ()))
    assert first_rule(nothing, "wes", "silver", "broken")["filter"] == "false"


def test_an_owner_sees_persons() -> None:
    rules = rules_of(User("olga", OWNER, "labor", ()))
    assert "columns" not in first_rule(rules, "olga", "silver", "workers")


def test_a_store_reads_tables_that_name_it() -> None:
    rules = rules_of(User("sam", STORE, None, ("1", "it's")))
    assert first_rule(rules, "sam", "silver", "orders")["filter"] == "store_id in ('1', 'it''s')"
    assert first_rule(rules, "sam", "silver", "workers") is None


@pytest.mark.parametrize(
    ("program", "schema", "writes"), [("dbt", "silver", True), ("dbt", "bronze", False), ("reader", "silver", False)]
)
def test_programs_write_what_they_are_given(program: str, schema: str, writes: bool) -> None:
    rule = first_rule(rules_of(), program, schema, "orders")
    assert ("INSERT" in rule["privileges"]) == writes
    assert "INSERT" not in first_rule(rules_of(), program, "wms", "orders", "mongodb")["privileges"]


def test_whoever_only_reads_has_a_filter_which_keeps_the_procedures_of_tables_shut() -> None:
    rules = rules_of(User("ana", ANALYST, "orders", ()), User("max", Role("operator", "all", None, True), None, ()))
    open_to_procedures = [
        rule
        for rule in rules
        if "INSERT" not in rule["privileges"] and "filter" not in rule and rule["catalog"] != "system"
    ]
    assert len(rules) > 5 and not open_to_procedures


def test_every_model_of_the_project_has_a_domain_and_columns() -> None:
    tables = served_tables(read_products())
    assert len(tables) > 20
    assert all(table.domains and table.columns for table in tables)
