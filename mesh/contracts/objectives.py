"""Carries the contracts' objectives to the lake, where dbt's tests compare them with the data."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from mesh.access.login import MAINTENANCE
from mesh.contracts.contract import Product, read_products
from mesh.instance import Instance
from mesh.lake import Lake, LakeError

SCHEMA = "iceberg.reference"
TABLE = f"{SCHEMA}.data_product_objectives"
COLUMNS = ("product", "output_table", "objective", "threshold", "unit")

ObjectiveRow = tuple[str, str, str, Decimal, str]


def objective_rows(products: Sequence[Product]) -> list[ObjectiveRow]:
    """One row per product, output table and objective, sorted."""
    return sorted(
        (product.id, table, objective.name, objective.threshold, objective.unit)
        for product in products
        for objective in product.objectives
        for table in objective.tables
    )


def build_read_sql() -> str:
    """What is published now, in the order of `objective_rows`."""
    return f"select {', '.join(COLUMNS)} from {TABLE} order by 1, 2, 3"


def build_replace_sql(rows: Sequence[ObjectiveRow]) -> str:
    """One statement: readers see the old rows or the new ones."""
    values = ",\n    ".join(
        f"('{product}', '{table}', '{objective}', decimal '{threshold}', '{unit}')"
        for product, table, objective, threshold, unit in rows
    )
    types = ("varchar", "varchar", "varchar", "decimal(9, 4)", "varchar")
    casts = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in zip(COLUMNS, types, strict=True))
    return (
        f"create or replace table {TABLE} as\nselect {casts}\nfrom (values\n    {values}\n"
        f") as objectives ({', '.join(COLUMNS)})"
    )


def publish_objectives(instance: Instance) -> bool:
    """Make the table say what the contracts say. Returns whether anything was written.

    Raises:
        MeshError: a contract is wrong.
    """
    rows = objective_rows(read_products())
    with Lake(instance, MAINTENANCE) as lake:
        try:
            published = [tuple(row) for row in lake.rows(build_read_sql())]
        except LakeError as error:
            if not error.is_absent:
                raise
            published = []
        if published == rows:
            return False
        lake.query(f"create schema if not exists {SCHEMA}")
        lake.query(build_replace_sql(rows))
    return True
