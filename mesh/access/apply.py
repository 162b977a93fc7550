"""Brings what `access/` declares to our Trino, which looks at the files each second."""

from __future__ import annotations

import json
from pathlib import Path

from mesh.access.certificates import ensure_certificates
from mesh.access.declared import Declared, read_access
from mesh.access.passwords import build_password_file, ensure_passwords
from mesh.access.private import write_private
from mesh.access.rules import build_rules
from mesh.access.tables import ServedTable, served_tables
from mesh.contracts.contract import Product, read_products
from mesh.instance import Instance


def read_declaration() -> tuple[Declared, list[ServedTable], list[Product]]:
    """Who may ask what, and what there is to ask.

    Raises:
        MeshError: a file is wrong.
    """
    products = read_products()
    tables = served_tables(products)
    return read_access({domain for table in tables for domain in table.domains}), tables, products


def apply_access(instance: Instance) -> Path:
    """Write rules, passwords and certificates; returns the folder. Trino's configuration names the files in it.

    Raises:
        MeshError: a declaration is wrong; what was applied before stays in force.
    """
    declared, tables, products = read_declaration()
    ensure_certificates(instance, list(declared.programs))
    passwords = ensure_passwords(instance, [user.name for user in declared.users])
    folder = instance.home / "conf/trino"
    folder.mkdir(parents=True, exist_ok=True)
    write_private(folder / "rules.json", json.dumps(build_rules(declared, tables, products), indent=1).encode())
    write_private(folder / "passwords", build_password_file(passwords).encode())
    return folder
