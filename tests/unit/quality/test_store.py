from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from mesh.quality.store import MODEL_RUNS, ROWS_PER_STATEMENT, StoredTable, build_append_sql

TABLE = StoredTable("t", {"run_id": "varchar", "value": "decimal(9, 4)", "is_met": "boolean"}, ("run_id",))


def test_rows_are_added_unless_their_key_is_there() -> None:
    rows = [
        {"run_id": "o'clock", "value": Decimal("1.50"), "is_met": True},
        {"run_id": "b", "value": None, "is_met": False},
    ]
    (statement,) = build_append_sql(TABLE, rows)
    assert "('o''clock', decimal '1.50', true),\n('b', null, false)" in statement
    assert "select cast(added.run_id as varchar), cast(added.value as decimal(9, 4))," in statement
    assert "not exists (select 1 from iceberg.quality.t as present where present.run_id = added.run_id)" in statement


def test_many_rows_are_several_statements() -> None:
    rows = [{"run_id": str(number), "value": None, "is_met": None} for number in range(ROWS_PER_STATEMENT + 1)]
    first, second = build_append_sql(TABLE, rows)
    assert first.count("null, null)") == ROWS_PER_STATEMENT
    assert f"('{ROWS_PER_STATEMENT}', null, null)" in second


def test_moments_are_written_in_utc() -> None:
    moment = datetime(2026, 11, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    row = {"run_id": "a", "table_name": "t", "status": "success", "started_at": moment, "completed_at": moment}
    (statement,) = build_append_sql(MODEL_RUNS, [row])
    assert "timestamp '2026-10-31 23:30:00.000000'" in statement


def test_a_value_without_a_literal_is_refused() -> None:
    with pytest.raises(TypeError, match=r"no SQL literal for 1\.5"):
        list(build_append_sql(TABLE, [{"run_id": "a", "value": 1.5, "is_met": True}]))
