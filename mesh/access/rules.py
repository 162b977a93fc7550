"""Trino's file rules, made of the declaration: https://trino.io/docs/476/security/file-system-access-control.html

The first rule that fits decides, and what none fits is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from mesh.access.declared import Declared, User
from mesh.access.tables import ServedTable
from mesh.contracts.contract import Product

LAKE = "iceberg"
LIVE = "mongodb|kafka"

EVERY_ROW = "true"
"""Whoever reads has a filter: Trino's file rules let anybody who reads a table run its procedures (`alter table ...
execute rollback_to_snapshot`), but no procedure runs on a table with a filter."""

_WRITE = ["SELECT", "INSERT", "DELETE", "UPDATE", "OWNERSHIP", "GRANT_SELECT"]
Rule = dict[str, Any]


def build_rules(declared: Declared, tables: Sequence[ServedTable], products: Sequence[Product]) -> Rule:
    """The content of the rules file."""
    everybody = _any([*declared.programs, *(user.name for user in declared.users)])
    writers = [name for name, schemas in declared.programs.items() if schemas]
    read_all = [*declared.programs, *(user.name for user in declared.users if user.role.tables == "all")]
    return {
        "catalogs": [
            # of the live stores too: Trino lets only such a user own a view of them; its tables below may only be read
            {"user": _any(writers), "catalog": f"{LAKE}|{LIVE}", "allow": "all"},
            {"user": _any(read_all), "catalog": LIVE, "allow": "read-only"},
            {"user": everybody, "catalog": f"{LAKE}|system", "allow": "read-only"},
        ],
        "schemas": [
            {"user": name, "catalog": LAKE, "schema": declared.programs[name], "owner": True} for name in writers
        ],
        "tables": [
            *(
                {"user": name, "catalog": LAKE, "schema": declared.programs[name], "privileges": _WRITE}
                for name in writers
            ),
            # a view reads as its owner, who lets others read what it shows
            {
                "user": _any(writers),
                "catalog": f"{LAKE}|{LIVE}",
                "privileges": ["SELECT", "GRANT_SELECT"],
                "filter": EVERY_ROW,
            },
            {"user": _any(read_all), "catalog": f"{LAKE}|{LIVE}", "privileges": ["SELECT"], "filter": EVERY_ROW},
            *(
                rule
                for user in declared.users
                if user.role.tables != "all"
                for rule in _of_user(user, declared, tables, products)
            ),
            {
                "user": everybody,
                "catalog": LAKE,
                "schema": "reference",
                "privileges": ["SELECT"],
                "filter": EVERY_ROW,
            },
            # of which Trino shows everyone what is theirs
            {"user": everybody, "catalog": "system", "privileges": ["SELECT"]},
        ],
        "queries": [
            {"user": _any(read_all), "allow": ["execute", "kill", "view"]},
            {"user": everybody, "allow": ["execute"]},
        ],
        "procedures": [
            {"user": "maintenance", "catalog": LAKE, "schema": "system", "procedure": ".*", "privileges": ["EXECUTE"]}
        ],
    }


def _of_user(
    user: User, declared: Declared, tables: Sequence[ServedTable], products: Sequence[Product]
) -> Iterator[Rule]:
    for table in tables:
        if not may_read(user, declared, table):
            continue
        rule: Rule = {
            "user": re.escape(user.name),
            "catalog": LAKE,
            "schema": table.schema,
            "table": re.escape(table.name),
            "privileges": ["SELECT"],
            "filter": _filter(user, declared, table, tables, products),
        }
        if hidden := hidden_columns(user, declared, table):
            rule["columns"] = [{"name": name, "mask": "null"} for name in hidden]
        yield rule


def may_read(user: User, declared: Declared, table: ServedTable) -> bool:
    """Whether there are rows of the table for a user."""
    if not table.is_public:
        return False
    if user.role.rows:
        return user.role.rows in table.columns
    return user.role.tables != "domain" or user.domain in table.domains or table.name in declared.domain_rows


def hidden_columns(user: User, declared: Declared, table: ServedTable) -> list[str]:
    """The columns that are null to a user."""
    if user.role.sees_personal_data:
        return []
    return [column for column in table.columns if declared.is_personal(table.name, column)]


def _filter(
    user: User, declared: Declared, table: ServedTable, tables: Sequence[ServedTable], products: Sequence[Product]
) -> str:
    if user.role.rows:
        return _one_of(user.role.rows, user.values)
    if user.domain and table.name in declared.domain_rows:
        column, holds = declared.domain_rows[table.name]
        if holds == "products":
            return _one_of(column, [product.id for product in products if product.domain == user.domain])
        return _one_of(column, [other.name for other in tables if user.domain in other.domains])
    return EVERY_ROW


def _one_of(column: str, values: Sequence[str]) -> str:
    if not values:
        return "false"
    quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"{column} in ({quoted})"


def _any(names: Sequence[str]) -> str:
    return "|".join(re.escape(name) for name in names)
