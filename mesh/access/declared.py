"""Reads `access/`: the roles, and who has which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from mesh.errors import MeshError
from mesh.instance import REPOSITORY

ACCESS = REPOSITORY / "access"

_NAMES = {"type": "array", "items": {"type": "string"}}
_ROLES = {
    "type": "object",
    "additionalProperties": False,
    "required": ["personal_data", "rows_of_domains", "roles", "programs"],
    "properties": {
        "personal_data": {
            "type": "object",
            "additionalProperties": False,
            "required": ["columns", "columns_of_tables"],
            "properties": {
                "columns": _NAMES,
                "columns_of_tables": {"type": "object", "additionalProperties": _NAMES},
            },
        },
        "rows_of_domains": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["column", "holds"],
                "properties": {"column": {"type": "string"}, "holds": {"enum": ["tables", "products"]}},
            },
        },
        "roles": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tables", "personal_data"],
                "properties": {
                    "tables": {"enum": ["domain", "public", "all"]},
                    "rows": {"type": "string"},
                    "personal_data": {"enum": ["hidden", "shown"]},
                },
            },
        },
        "programs": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
_USERS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["users"],
    "properties": {
        "users": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "role"],
                "properties": {
                    # it stands in a regular expression and in a file of lines `name:hash`
                    "name": {"type": "string", "pattern": "^[A-Za-z0-9_@-]+$"},
                    "role": {"type": "string"},
                    "domain": {"type": "string"},
                    "values": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                },
            },
        }
    },
}


@dataclass(frozen=True)
class Role:
    """What its users read. `tables` is domain, public or all; `rows` a column whose values the user is given."""

    name: str
    tables: str
    rows: str | None
    sees_personal_data: bool


@dataclass(frozen=True)
class User:
    """Somebody with a password. `values` are those of the role's column `rows`."""

    name: str
    role: Role
    domain: str | None
    values: tuple[str, ...]


@dataclass(frozen=True)
class Declared:
    """All of `access/`.

    `domain_rows` is table to (column, what it holds); `programs` name to the pattern of the schemas that it writes.
    """

    users: tuple[User, ...]
    programs: Mapping[str, str]
    personal_columns: frozenset[str]
    personal_columns_of_tables: Mapping[str, tuple[str, ...]]
    domain_rows: Mapping[str, tuple[str, str]]

    def is_personal(self, table: str, column: str) -> bool:
        """Whether a column is kept from those who may not see personal data."""
        return column in self.personal_columns or table in self.personal_columns_of_tables.get(column, ())


def read_access(domains: set[str], folder: Path = ACCESS) -> Declared:
    """The declaration.

    Args:
        domains: those that there are.

    Raises:
        MeshError: a file is wrong; one line a fault.
    """
    roles = read_file(folder / "roles.yaml", _ROLES)
    listed = read_file(folder / "users.yaml", _USERS)["users"]
    faults = list(_faults(roles, listed, domains))
    if faults:
        raise MeshError("\n".join(f"access/users.yaml: {fault}" for fault in faults))
    by_name = {
        name: Role(name, role["tables"], role.get("rows"), role["personal_data"] == "shown")
        for name, role in roles["roles"].items()
    }
    return Declared(
        users=tuple(
            User(user["name"], by_name[user["role"]], user.get("domain"), tuple(user.get("values", ())))
            for user in listed
        ),
        programs=roles["programs"],
        personal_columns=frozenset(roles["personal_data"]["columns"]),
        personal_columns_of_tables={
            column: tuple(tables) for column, tables in roles["personal_data"]["columns_of_tables"].items()
        },
        domain_rows={table: (rows["column"], rows["holds"]) for table, rows in roles["rows_of_domains"].items()},
    )


def read_file(path: Path, schema: Mapping[str, Any]) -> dict[str, Any]:
    """One file of `access/`.

    Raises:
        MeshError: it cannot be read, or does not fit the JSON schema; one line a fault.
    """
    try:
        content: dict[str, Any] = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise MeshError(f"access/{path.name}: {' '.join(str(error).split())}") from error
    errors = sorted(Draft202012Validator(schema).iter_errors(content), key=lambda error: error.json_path)
    if errors:
        raise MeshError("\n".join(f"access/{path.name}: {error.json_path}: {error.message}" for error in errors))
    return content


def _faults(roles: Mapping[str, Any], users: list[dict[str, Any]], domains: set[str]) -> list[str]:
    faults = []
    names = [*roles["programs"], *(user["name"] for user in users)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.append(f"{name} stands there more than once")
    for user in users:
        name, role = user["name"], roles["roles"].get(user["role"])
        if role is None:
            faults.append(f"{name} is {user['role']}: there are {', '.join(roles['roles'])}")
            continue
        if (role["tables"] == "domain") != ("domain" in user):
            faults.append(f"{name} is {user['role']}: {'name the domain' if 'domain' not in user else 'of no domain'}")
        elif "domain" in user and user["domain"] not in domains:
            faults.append(f"{name} is of {user['domain']}: there are {', '.join(sorted(domains))}")
        if ("rows" in role) != ("values" in user):
            faults.append(
                f"{name} is {user['role']}: {'give the values of ' + role['rows'] if 'rows' in role else 'no values'}"
            )
    return faults
