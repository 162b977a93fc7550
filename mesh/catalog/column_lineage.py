"""Which columns of which tables the columns of a query are made of."""

from __future__ import annotations

from functools import cache

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

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
        query = qualify(
            parse_one(sql, read="trino"),
            schema=schemas,
            dialect="trino",
            validate_qualify_columns=False,
            quote_identifiers=False,
        )
    except SqlglotError as error:
        raise MeshError(f"no lineage of a query: {' '.join(str(error).split())[:300]}") from error
    scope = build_scope(query)
    if scope is None:
        raise MeshError(f"no lineage of what is no query: {sql[:100]}")
    return _Origins().of_query(scope)


class _Origins:
    """Follows columns down through the scopes of one query."""

    def __init__(self) -> None:
        self.of_column = cache(self._of_column)

    def of_query(self, scope: Scope) -> dict[str, frozenset[Column]]:
        return {name: self.of_column(scope, name) for name in _query(scope).named_selects}

    def _of_column(self, scope: Scope, name: str) -> frozenset[Column]:
        if scope.set_operation_scopes:
            position = _query(scope).named_selects.index(name)
            return frozenset().union(
                *(
                    self.of_column(branch, _query(branch).named_selects[position])
                    for branch in scope.set_operation_scopes
                )
            )
        selected = next(one for one in _query(scope).selects if one.alias_or_name == name)
        return self._of_expression(scope, selected)

    def _of_expression(self, scope: Scope, expression: exp.Expr) -> frozenset[Column]:
        origins: frozenset[Column] = frozenset()
        subqueries = {id(inner.expression): inner for inner in scope.subquery_scopes}
        pending: list[exp.Expr] = [expression]
        while pending:
            node = pending.pop()
            if isinstance(node, exp.Column):
                origins |= self._of_source(scope, node.table, node.name)
            elif id(node) in subqueries:
                inner = subqueries[id(node)]
                origins = origins.union(*self.of_query(inner).values())
            else:
                pending.extend(node.iter_expressions())
        return origins

    def _of_source(self, scope: Scope, alias: str, name: str) -> frozenset[Column]:
        source = scope.sources.get(alias)
        if isinstance(source, exp.Table):
            return frozenset({(source.catalog, source.db, source.name, name)})
        if source is None:
            return frozenset()
        if source.is_udtf:
            return self._of_expression(scope, source.expression)
        return self.of_column(source, name)


def _query(scope: Scope) -> exp.Query:
    assert isinstance(scope.expression, exp.Query)
    return scope.expression
