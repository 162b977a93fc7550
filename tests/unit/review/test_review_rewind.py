"""What is taken out again before the second run is SQL of Trino, and only of tables with a watermark."""

from __future__ import annotations

from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from mesh.review.rewind import build_rewind_sql

RELATION = '"iceberg"."review_silver"."orders_current"'


def node(materialized: str, strategy: str | None) -> dict[str, Any]:
    return {"config": {"materialized": materialized, "incremental_strategy": strategy}}


@pytest.mark.parametrize(
    ("strategy", "kind"),
    [("cdc_merge", exp.Delete), ("cdc_append", exp.Delete), ("replace_days", exp.Update)],
)
def test_rewind_touches_the_given_table_alone(strategy: str, kind: type[exp.Expression]) -> None:
    sql = build_rewind_sql(node("incremental", strategy), RELATION)
    statement = sqlglot.parse_one(sql or "", dialect="trino")
    assert isinstance(statement, kind)
    assert statement.this.sql("trino") == RELATION
    assert {table.sql("trino") for table in statement.find_all(exp.Table)} == {RELATION}


@pytest.mark.parametrize("strategy", ["append", "merge", None])
def test_other_strategies_have_no_watermark(strategy: str | None) -> None:
    assert build_rewind_sql(node("incremental", strategy), RELATION) is None


@pytest.mark.parametrize("strategy", ["cdc_merge", "replace_days"])
def test_table_that_is_not_incremental_is_left_alone(strategy: str) -> None:
    assert build_rewind_sql(node("table", strategy), RELATION) is None
