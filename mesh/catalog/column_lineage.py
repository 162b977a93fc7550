"""Which columns of which tables the columns of a query are made of."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage

from mesh.errors import MeshError

# catalog, schema, table, column
Column = tuple[str, str, str, str]
# catalog to schema to table to column to type
Schemas = dict[str, object]


def column_origins(sql: str, schemas: Schemas) -> dict[str, frozenset[Column]]:
    """Each output column of a Trino query, with the columns of tables that its values come from.

    A column of constants, or of counted rows, has none. `schemas` resolves `select *`.

    Raises:
        MeshError: the query cannot be parsed or resolved.
    """
    try:
        query = parse_one(sql, read="trino")
        columns = lineage(None, query, schemas, dialect="trino", trim_selects=False, quote_identifiers=False)
    except SqlglotError as error:
        raise MeshError(f"no lineage of a query: {' '.join(str(error).split())[:300]}") from error
    return {name: frozenset(_tables_columns(node)) for name, node in columns.items()}


def _tables_columns(node: Node) -> Iterator[Column]:
    for reached in node.walk():
        table = reached.expression
        if isinstance(table, exp.Table):
            yield table.catalog, table.db, table.name, exp.to_column(reached.name, dialect="trino").name
