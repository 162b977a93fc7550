"""The generated SQL, run by DuckDB on real rows: every difference is seen and counted, and equal tables have none."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from mesh.instance import Instance
from mesh.lake import Lake
from mesh.review.differences import ColumnDifference, DataDifference, compare_tables
from mesh.review.rewind import WATERMARK
from mesh.review.schemas import Columns

ORDERS = {"id": "integer", "state": "varchar", "amount": "decimal(10,2)"}
ROWS = [(1, "open", 10), (2, "done", 20), (3, None, 30)]
TABLES = ("base_orders", "change_orders")
Rows = Sequence[tuple[Any, ...]]


def duck(kind: str) -> str:
    """DuckDB's name of a type of Trino."""
    return exp.DataType.build(kind, dialect="trino").sql("duckdb")


class DuckLake(Lake):
    """Runs Trino's SQL in DuckDB; what does not parse as Trino's fails."""

    def __init__(self) -> None:
        super().__init__(Instance.from_environment())
        self.database = duckdb.connect()
        self.queries = 0

    def create(self, table: str, columns: Columns, rows: Rows) -> None:
        self.database.execute(
            f"create table {table} ({', '.join(f'{name} {duck(kind)}' for name, kind in columns.items())})"
        )
        if rows:
            self.database.executemany(f"insert into {table} values ({', '.join('?' for _ in columns)})", rows)

    def query(self, sql: str) -> list[list[Any]]:
        self.queries += 1
        query = sqlglot.parse_one(sql, dialect="trino")
        for count in list(query.find_all(exp.CountIf)):  # of no rows: 0 in Trino, null in DuckDB
            count.replace(exp.func("coalesce", count.copy(), "0"))
        return [list(row) for row in self.database.execute(query.sql("duckdb")).fetchall()]


@pytest.fixture
def lake() -> DuckLake:
    return DuckLake()


def compare(
    lake: DuckLake,
    before: Rows,
    after: Rows,
    key: Sequence[str] = ("id",),
    columns: tuple[Columns, Columns] = (ORDERS, ORDERS),
) -> DataDifference:
    for table, kinds, rows in zip(TABLES, columns, (before, after), strict=True):
        lake.create(table, kinds, rows)
    found = compare_tables(lake, "orders", TABLES, columns, key)
    assert found is not None
    return found


@pytest.mark.parametrize("key", [("id",), ("id", "state"), ("state",), ()])
@pytest.mark.parametrize("rows", [ROWS, []])
def test_equal_tables_differ_in_nothing_and_take_one_query_more_than_their_key(
    lake: DuckLake, rows: Rows, key: Sequence[str]
) -> None:
    found = compare(lake, rows, rows[::-1], key)
    assert found.is_empty
    assert (found.rows_before, found.rows_after) == (len(rows), len(rows))
    assert found.key == tuple(key)
    assert lake.queries == (2 if key else 1)


def test_changed_value_is_counted_summed_and_sampled(lake: DuckLake) -> None:
    found = compare(lake, ROWS, [(1, "open", 10), (2, "done", 25), (3, None, 30)])
    sample = ("2", Decimal("20.00"), Decimal("25.00"))
    assert found.columns == (ColumnDifference("amount", 1, "mean", 20.0, 21.6667, (sample,)),)
    assert (found.gone, found.new, found.doubled, found.compared) == (0, 0, 0, ("id", "state", "amount"))
    assert not found.is_empty


def test_value_that_becomes_null_or_was_null_differs(lake: DuckLake) -> None:
    found = compare(lake, ROWS, [(1, None, 10), (2, "done", 20), (3, "new", 30)])
    assert found.columns == (ColumnDifference("state", 2, "", None, None, (("1", "open", None), ("3", None, "new"))),)


def test_gone_key_is_seen_and_its_values_are_no_differences(lake: DuckLake) -> None:
    found = compare(lake, ROWS, ROWS[1:])
    assert (found.gone, found.new, found.columns) == (1, 0, ())
    assert (found.gone_samples, found.new_samples) == (("1",), ())
    assert not found.is_empty


def test_new_key_is_seen_where_as_many_rows_are_gone(lake: DuckLake) -> None:
    found = compare(lake, ROWS, [*ROWS[:2], (9, None, 30)])
    assert (found.rows_before, found.rows_after, found.gone, found.new) == (3, 3, 1, 1)
    assert (found.gone_samples, found.new_samples) == (("3",), ("9",))


def test_doubled_key_is_seen(lake: DuckLake) -> None:
    found = compare(lake, ROWS, [*ROWS, ROWS[0]])
    assert (found.rows_after, found.gone, found.new, found.doubled, found.columns) == (4, 0, 0, 1, ())
    assert not found.is_empty


def test_key_that_is_doubled_no_more_is_a_difference(lake: DuckLake) -> None:
    found = compare(lake, [*ROWS, ROWS[0]], ROWS)
    assert (found.key, found.gone, found.new, found.is_empty) == ((), 1, 0, False)


def test_key_doubled_on_both_sides_may_hold_its_rows_in_any_order(lake: DuckLake) -> None:
    found = compare(lake, [(1, "open", 1), (1, "done", 2)], [(1, "done", 2), (1, "open", 1)])
    assert (found.key, found.compared, found.is_empty) == ((), tuple(ORDERS), True)


def test_changed_value_is_seen_in_the_second_row_of_a_key_doubled_on_both_sides(lake: DuckLake) -> None:
    found = compare(lake, [(1, "open", 1), (1, "done", 2)], [(1, "open", 1), (1, "gone", 2)])
    assert (found.gone_samples, found.new_samples) == (("1, done, 2.00",), ("1, gone, 2.00",))


def test_null_in_a_key_is_a_key_like_another(lake: DuckLake) -> None:
    found = compare(lake, [(None, "open", 1), (1, "open", 1)], [(None, "done", 1), (1, "open", 1)])
    assert (found.gone, found.new) == (0, 0)
    assert found.columns == (ColumnDifference("state", 1, "", None, None, (("None", "open", "done"),)),)


def test_null_in_a_key_of_two_columns_is_told_from_a_value(lake: DuckLake) -> None:
    found = compare(lake, [(1, None, 1), (2, "open", 1)], [(1, "open", 1), (2, "open", 1)], ("id", "state"))
    assert (found.gone_samples, found.new_samples, found.columns) == (("1, None",), ("1, open",), ())


@pytest.mark.parametrize(
    ("key", "columns"),
    [((), {"id": "integer", "state": "varchar"}), (("id", "state"), {"id": "integer", "state": "varchar"})],
)
def test_doubled_row_is_seen_without_a_key_and_where_all_columns_are_key(
    lake: DuckLake, key: Sequence[str], columns: Columns
) -> None:
    found = compare(lake, [(1, "a"), (1, "a"), (2, None)], [(1, "a"), (2, None), (2, None)], key, (columns, columns))
    assert (found.rows_before, found.rows_after, found.gone, found.new) == (3, 3, 1, 1)
    assert (found.gone_samples, found.new_samples) == (("1, a",), ("2, None",))


def test_without_a_key_a_changed_value_is_a_row_gone_and_a_row_new(lake: DuckLake) -> None:
    found = compare(lake, ROWS, [(1, "done", 10), *ROWS[1:]], ())
    assert (found.key, found.compared, found.gone, found.new, found.columns) == ((), tuple(ORDERS), 1, 1, ())


def test_key_that_one_side_has_not_is_no_key(lake: DuckLake) -> None:
    found = compare(lake, [("a",)], [(1, "a")], ("id",), ({"state": "varchar"}, {"id": "integer", "state": "varchar"}))
    assert (found.key, found.compared, found.is_empty) == ((), ("state",), True)


def test_column_of_another_type_is_compared_as_the_new_type(lake: DuckLake) -> None:
    before, after = {"id": "integer", "n": "varchar"}, {"id": "bigint", "n": "integer"}
    found = compare(lake, [(1, "7"), (2, "x")], [(1, 7), (2, 8)], ("id",), (before, after))
    assert (found.gone, found.new) == (0, 0)
    assert found.columns == (ColumnDifference("n", 1, "sum", 7, 15, (("2", None, 8),)),)


def test_added_and_removed_columns_are_not_compared(lake: DuckLake) -> None:
    before, after = {"id": "integer", "old": "varchar"}, {"id": "integer", "new": "varchar"}
    found = compare(lake, [(1, "a")], [(1, "b")], ("id",), (before, after))
    assert (found.is_empty, found.compared) == (True, ("id",))


@pytest.mark.parametrize("key", [("old",), ("new",), ()])
def test_tables_without_a_common_column_are_not_compared(lake: DuckLake, key: Sequence[str]) -> None:
    assert compare_tables(lake, "orders", TABLES, ({"old": "integer"}, {"new": "integer"}), key) is None
    assert lake.queries == 0


def test_watermark_is_no_fact_of_a_row(lake: DuckLake) -> None:
    columns = {"id": "integer", WATERMARK: "map(varchar, bigint)"}
    found = compare(lake, [(1, {"orders": 5})], [(1, {"orders": 6})], ("id",), (columns, columns))
    assert (found.compared, found.is_empty) == (("id",), True)
    assert compare_tables(lake, "orders", TABLES, ({WATERMARK: "varchar"}, {WATERMARK: "varchar"}), ()) is None


NESTED = {
    "array(integer)": ([1], [2]),
    "map(varchar, integer)": ({"a": 1}, {"a": 2}),
    "row(a integer)": ({"a": 1}, {"a": 2}),
}


@pytest.mark.parametrize("kind", NESTED)
@pytest.mark.parametrize("key", [("id",), ()])
def test_nested_value_of_the_same_type_is_compared(lake: DuckLake, kind: str, key: Sequence[str]) -> None:
    columns = {"id": "integer", "n": kind}
    old, new = NESTED[kind]
    found = compare(lake, [(1, old), (2, old)], [(1, old), (2, new)], key, (columns, columns))
    assert found.compared == ("id", "n")
    assert [(one.column, one.rows, one.after) for one in found.columns] == ([("n", 1, None)] if key else [])
    assert (found.gone, found.new) == ((0, 0) if key else (1, 1))


@pytest.mark.parametrize("kind", NESTED)
@pytest.mark.parametrize("other", ["varchar", *(kind.replace("integer", "bigint") for kind in NESTED)])
@pytest.mark.parametrize("is_turned", [False, True])
def test_nested_value_whose_type_changed_is_left_out(lake: DuckLake, kind: str, other: str, is_turned: bool) -> None:
    before, after = {"id": "integer", "n": kind}, {"id": "integer", "n": other}
    columns = (after, before) if is_turned else (before, after)
    found = compare(lake, [(1, None)], [(1, None)], ("id",), columns)
    assert (found.key, found.compared, found.is_empty) == (("id",), ("id",), True)
    assert compare_tables(lake, "orders", TABLES, ({"n": kind}, {"n": other}), ("n",)) is None


def test_key_that_the_new_type_makes_double_is_no_key(lake: DuckLake) -> None:
    before, after = {"id": "varchar", "n": "integer"}, {"id": "integer", "n": "integer"}
    found = compare(lake, [("1", 1), ("01", 2)], [(1, 1), (1, 2)], ("id",), (before, after))
    assert (found.key, found.is_empty) == ((), True)


@pytest.mark.parametrize("kind", ["tinyint", "smallint", "integer", "bigint"])
def test_whole_numbers_are_summed(lake: DuckLake, kind: str) -> None:
    columns = {"id": "integer", "n": kind}
    found = compare(lake, [(1, 7), (2, 8)], [(1, 7), (2, 9)], ("id",), (columns, columns))
    assert [(one.summary, one.before, one.after) for one in found.columns] == [("sum", 15, 16)]


@pytest.mark.parametrize("kind", ["decimal(12,4)", "real", "double"])
def test_of_what_may_be_a_rate_the_mean_is_shown(lake: DuckLake, kind: str) -> None:
    columns = {"id": "integer", "on_time_rate": kind}
    found = compare(lake, [(1, 0.5), (2, 1)], [(1, 0.25), (2, 1)], ("id",), (columns, columns))
    assert [(one.summary, one.before, one.after) for one in found.columns] == [("mean", 0.75, 0.625)]


def test_sum_of_many_large_numbers_does_not_overflow(lake: DuckLake) -> None:
    columns = {"id": "integer", "n": "bigint"}
    large = 2**63 - 1
    found = compare(
        lake, [(key, large) for key in range(4)], [(key, 0) for key in range(4)], ("id",), (columns, columns)
    )
    assert (found.columns[0].before, found.columns[0].after) == (Decimal(4 * large), Decimal(0))


def test_columns_come_by_rows_that_differ_and_the_first_four_have_three_samples_each(lake: DuckLake) -> None:
    columns = {"id": "integer"} | {f"c{number}": "integer" for number in range(6)}
    before = [(key, *([0] * 6)) for key in range(6)]
    after = [(key, *(int(key <= number) for number in range(6))) for key in range(6)]
    found = compare(lake, before, after, ("id",), (columns, columns))
    assert [(one.column, one.rows, len(one.samples)) for one in found.columns] == [
        ("c5", 6, 3),
        ("c4", 5, 3),
        ("c3", 4, 3),
        ("c2", 3, 3),
        ("c1", 2, 0),
        ("c0", 1, 0),
    ]
    assert found.columns[0].samples == (("0", 0, 1), ("1", 0, 1), ("2", 0, 1))


def test_samples_of_gone_and_new_keys_are_three(lake: DuckLake) -> None:
    found = compare(lake, [(key, "a", 1) for key in range(9)], [(key, "a", 1) for key in range(9, 20)])
    assert (found.gone, found.new, len(found.gone_samples), len(found.new_samples)) == (9, 11, 3, 3)
