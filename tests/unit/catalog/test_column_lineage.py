"""Which columns of which tables the columns of a query are made of."""

from __future__ import annotations

import pytest

from mesh.catalog.column_lineage import column_origins
from mesh.errors import MeshError

SCHEMAS: dict[str, object] = {
    "lake": {
        "silver": {
            "orders": {"order_id": "varchar", "status": "varchar", "amount": "decimal(9, 2)"},
            "shipments": {"order_id": "varchar", "status": "varchar"},
        }
    }
}


def _origins(sql: str) -> dict[str, set[str]]:
    return {
        name: {".".join(column[2:]) for column in columns} for name, columns in column_origins(sql, SCHEMAS).items()
    }


def test_star_is_followed_through_ctes() -> None:
    sql = "with a as (select * from lake.silver.orders), b as (select *, amount * 2 as twice from a) select * from b"
    assert _origins(sql) == {
        "order_id": {"orders.order_id"},
        "status": {"orders.status"},
        "amount": {"orders.amount"},
        "twice": {"orders.amount"},
    }


def test_union_takes_columns_by_position() -> None:
    sql = """select order_id as id, 'order' as kind from lake.silver.orders
    union all select status, order_id from lake.silver.shipments"""
    assert _origins(sql) == {"id": {"orders.order_id", "shipments.status"}, "kind": {"shipments.order_id"}}


def test_subquery_in_a_column_counts() -> None:
    sql = "select order_id, (select max(s.status) from lake.silver.shipments as s) as last from lake.silver.orders"
    assert _origins(sql) == {"order_id": {"orders.order_id"}, "last": {"shipments.status"}}


def test_join_condition_and_filter_make_no_column() -> None:
    sql = """select o.status, sum(o.amount) filter (where s.status = 'x') as amount, count(*) as orders
    from lake.silver.orders as o inner join lake.silver.shipments as s on o.order_id = s.order_id group by 1"""
    assert _origins(sql) == {
        "status": {"orders.status"},
        "amount": {"orders.amount", "shipments.status"},
        "orders": set(),
    }


def test_unnested_array_comes_from_its_column() -> None:
    sql = "select part from lake.silver.orders cross join unnest(split(status, '-')) as t(part)"
    assert _origins(sql) == {"part": {"orders.status"}}


def test_what_is_no_query_is_one_line() -> None:
    with pytest.raises(MeshError, match="no lineage of a query") as error:
        column_origins("select from where", SCHEMAS)
    assert "\n" not in str(error.value)
