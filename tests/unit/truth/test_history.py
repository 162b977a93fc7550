"""Versions of documents from change messages, and the measures of stock changes."""

from __future__ import annotations

import json
from array import array
from decimal import Decimal
from typing import Any

import pytest
from truth_sources import FakeLake

from mesh.truth.documents import INVENTORY, ORDERS, DocumentType
from mesh.truth.gold import inventory_metrics
from mesh.truth.history import check_history as history
from mesh.truth.history.captured import Change, read_change
from mesh.truth.history.check_history import build_rows_sql, read_log, rows_of_lake
from mesh.truth.history.versions import ChangeLog, Version
from mesh.truth.messages import KafkaReadError, Span
from mesh.truth.result import CheckResult

SECOND = 1_709_164_800  # 2024-02-29
KEY = b'{"id": "\\"ORD-1\\""}'
CREATED: dict[str, Any] = {
    "before": None,
    "after": '{"_id": "ORD-1"}',
    "op": "c",
    "source": {"ts_ms": SECOND * 1000, "ord": 7},
}


def message(**changed: Any) -> bytes:
    return json.dumps(CREATED | changed).encode()


def test_a_change_begins_at_its_second_and_place() -> None:
    assert read_change(KEY, message()) == Change('"ORD-1"', "c", '{"_id": "ORD-1"}', (SECOND, 7))
    wrapped = json.dumps({"schema": {}, "payload": CREATED}).encode()
    assert read_change(KEY, wrapped) == read_change(KEY, message())


def test_a_snapshot_read_begins_five_seconds_earlier() -> None:
    read = read_change(KEY, message(op="r", source={"ts_ms": SECOND * 1000 + 999, "ord": -1}))
    assert read is not None
    assert read.position == (SECOND - 5, -1)


def test_a_deletion_keeps_the_last_known_document() -> None:
    deleted = read_change(KEY, message(op="d", before='{"_id": "ORD-1", "status": "x"}', after=None))
    assert deleted is not None
    assert (deleted.op, deleted.document) == ("d", '{"_id": "ORD-1", "status": "x"}')


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (KEY, None),
        (KEY, b"{"),
        (KEY, b"[]"),
        (None, message()),
        (b'{"id": 5}', message()),
        (KEY, message(op="m")),
        (KEY, message(source=None)),
        (KEY, message(after=None)),
        (KEY, message(after={"_id": 1})),
        (KEY, message(before="text")),
        (KEY, message(source={"ts_ms": SECOND * 1000})),
        (KEY, message(source={"ts_ms": 1.5, "ord": 1})),
        (KEY, message(source={"ts_ms": 253_402_300_800_000, "ord": 1})),
    ],
)
def test_what_is_no_change_is_left_to_the_dead_letters(key: bytes | None, value: bytes | None) -> None:
    assert read_change(key, value) is None


def log_of(
    documents: DocumentType, *changes: tuple[str, dict[str, Any] | None, int], offsets: list[int] | None = None
) -> ChangeLog:
    """A log of (op, document, valid from) of one document, at offsets 0, 1, ... of partition 1."""
    log = ChangeLog(documents)
    for offset, (op, document, valid_from) in zip(offsets or range(len(changes)), changes, strict=True):
        text = None if document is None else json.dumps(document)
        log.add(Change('"X"', op, text, divmod(valid_from, 1_000_000)), 1, offset)
    return log


def versions_of(log: ChangeLog) -> list[Version]:
    [(key, versions)] = log.versions()
    assert key == '"X"'
    return versions


def test_versions_follow_each_other_in_the_order_of_the_source() -> None:
    log = log_of(ORDERS, ("u", {"status": "b"}, 20), ("c", {"status": "a"}, 10), ("d", {"status": "b"}, 30))
    versions = versions_of(log)
    assert [(each.valid_from, each.valid_to) for each in versions] == [(10, 20), (20, 30), (30, None)]
    assert [each.cells()["status"] for each in versions] == ["a", "b", "b"]
    assert [each.is_deleted for each in versions] == [False, False, True]


def test_a_second_with_more_than_a_million_changes_stays_before_the_next() -> None:
    log = ChangeLog(ORDERS)
    for offset, position in enumerate([(6, 1), (5, 2_500_000), (5, 1_000_000)]):
        log.add(Change('"X"', "u", "{}", position), 1, offset)
    versions = versions_of(log)
    assert [(each.valid_from, each.delivery.offset) for each in versions] == [
        (5_999_999, 2),
        (5_999_999, 1),
        (6_000_001, 0),
    ]


def test_a_change_delivered_again_is_one_version_the_last_delivered() -> None:
    changes = [("u", {"status": "new"}, 10), ("u", {"status": "old"}, 10)]
    [version] = versions_of(log_of(ORDERS, *changes, offsets=[8, 5]))
    assert (version.delivery.offset, version.cells()["status"]) == (8, "new")


def test_a_version_has_the_columns_types() -> None:
    document = {
        "_id": "X",
        "total_amount": {"$numberDecimal": "2.5"},
        "unit_count": {"$numberLong": "7"},
        "customer_id": {"$oid": "64b7f3a1c2d4e5f601234567"},
        "created_at": {"$date": 1709164800123},
        "items": [{"quantity": {"$numberLong": "1"}}],
        "wave_id": {"$date": "soon"},
    }
    cells = versions_of(log_of(ORDERS, ("c", document, 10)))[0].cells()
    assert {name: value for name, value in cells.items() if value is not None} == {
        "order_id": "X",
        "total_amount": "2.50",
        "unit_count": 7,
        "customer_id": "64b7f3a1c2d4e5f601234567",
        "created_at": "2024-02-29 00:00:00.123000",
        "items": {"json": [{"quantity": {"$numberLong": "1"}}]},
    }


@pytest.mark.parametrize("document", [None, "{broken"])
def test_a_deletion_of_an_unknown_document_has_its_id_alone(document: str | None) -> None:
    log = ChangeLog(ORDERS)
    log.add(Change('"X"', "d", document, (0, 10)), 0, 0)
    cells = versions_of(log)[0].cells()
    assert {name: value for name, value in cells.items() if value is not None} == {"order_id": "X"}


LOG = log_of(
    ORDERS,
    ("c", {"_id": "X", "status": "a", "items": [1]}, SECOND * 1_000_000),
    ("u", {"_id": "X", "status": "b", "items": [1]}, SECOND * 1_000_000 + 5),
)
BEGAN, CHANGED = "2024-02-29 00:00:00.000000", "2024-02-29 00:00:00.000005"
TOLD = ("document_id", "version", "op", "is_deleted", "is_current", "valid_from", "valid_to", "partition", "offset")
FIRST: dict[str, Any] = {
    **dict(zip(TOLD, ['"X"', 1, "c", False, False, BEGAN, CHANGED, 1, 0], strict=True)),
    **dict.fromkeys(ORDERS.columns),
    **{"order_id": "X", "status": "a", "items": "[1]"},
}
NEWEST: dict[str, Any] = {
    **dict(zip(TOLD, ['"X"', 2, "u", False, True, CHANGED, None, 1, 1], strict=True)),
    **dict.fromkeys(ORDERS.columns),
    **{"order_id": "X", "status": "b", "items": "[1]"},
}


def compare_with(*rows: dict[str, Any]) -> CheckResult:
    return history._check_versions("silver.orders_history", ORDERS, LOG, FakeLake([list(row.values()) for row in rows]))


def test_the_same_versions_pass() -> None:
    result = compare_with(NEWEST, FIRST)
    assert result.passed, result.samples
    assert result.source_rows == 2


@pytest.mark.parametrize(
    ("column", "value", "named"),
    [
        ("op", "u", "version.op"),
        ("is_deleted", True, "version.is_deleted"),
        ("is_current", True, "version.is_current"),
        ("valid_from", CHANGED, "version.valid_from"),
        ("valid_to", None, "version.valid_to"),
        ("offset", 2, "version.kafka_offset"),
        ("status", "b", "cells.status"),
        ("items", "[2]", "cells.items"),
        ("total_amount", Decimal("0.00"), "cells.total_amount"),
    ],
)
def test_one_wrong_cell_of_a_version_fails_and_is_named(column: str, value: Any, named: str) -> None:
    result = compare_with({**FIRST, column: value}, NEWEST)
    assert result.different == 1
    assert f'"X" version 1: {named}' in result.samples[0]


def test_a_version_lost_or_doubled_fails() -> None:
    assert compare_with(NEWEST).missing == 1
    assert compare_with(FIRST, NEWEST, NEWEST).extra == 1
    assert compare_with(FIRST, NEWEST, {**NEWEST, "version": 3}).extra == 1


def test_all_columns_are_selected_in_order() -> None:
    selected = build_rows_sql(ORDERS)
    assert selected.startswith("select document_id, version, ")
    assert selected.endswith(" from iceberg.silver.orders_history")
    assert selected.count(",") == len(FIRST) - 1
    [(row_id, _)] = rows_of_lake(ORDERS, iter([list(FIRST.values())]))
    assert row_id == '"X" version 1'


def read_topic_from(low: int) -> Any:
    class FakeMessage:
        def key(self) -> bytes:
            return KEY

        def value(self) -> bytes:
            return message()

        def partition(self) -> int:
            return 0

        def offset(self) -> int:
            return low

    def read_topic(_: object, topic: str, visit: Any) -> dict[int, Span]:
        assert topic == "cdc.wms.orders"
        visit(FakeMessage())
        return {0: Span(low, low + 1, array("q", [low]))}

    return read_topic


def test_a_topic_is_read_into_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "read_topic", read_topic_from(0))
    [(key, [version])] = read_log(ORDERS, None).versions()
    assert (key, version.delivery.partition, version.delivery.offset) == ('"ORD-1"', 0, 0)


def test_a_message_of_a_forgotten_person_is_expected_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "read_topic", read_topic_from(0))

    def customer(*erased: tuple[str, int, int]) -> object:
        [(_, [version])] = read_log(ORDERS, None, frozenset(erased)).versions()
        return version.cells()["customer_id"]

    known = customer()
    assert customer(("after", 0, 0)) == "forgotten" != known
    # another message, or the image of it that the row does not come from
    assert customer(("after", 0, 1), ("before", 0, 0)) == known


def test_a_topic_that_lost_messages_is_an_error_not_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "read_topic", read_topic_from(12))
    with pytest.raises(KafkaReadError, match=r"cdc.wms.orders\[0\] before 12"):
        read_log(ORDERS, None)
    [result] = history._check_collection(ORDERS, None, FakeLake([]))
    assert result.error is not None
    assert "Kafka has dropped messages" in result.error
    assert (result.missing, result.extra, result.passed) == (0, 0, False)


def sku(units: int | None, department: Any = "GROCERY", day: int | None = 0, **changed: Any) -> dict[str, Any]:
    return {
        "quantity_on_hand": units,
        "department": department,
        "reorder_point": 5,
        "unit_cost": {"$numberDecimal": "0.1"},
        "updated_at": None if day is None else {"$date": SECOND * 1000 + day * 86_400_000},
        **changed,
    }


def metrics_of(*changes: tuple[str, dict[str, Any] | None]) -> dict[tuple[str, Any], dict[str, Any]]:
    log = log_of(INVENTORY, *((op, document, SECOND * 1_000_000 + at) for at, (op, document) in enumerate(changes)))
    return {(row["date"], row["department"]): row for row in inventory_metrics.compute(log)}


def test_a_days_stock_opens_moves_and_closes() -> None:
    rows = metrics_of(
        ("c", sku(10, units_received_total=10)),
        ("u", sku(6, day=1, units_received_total=10, units_picked_total=4)),
        ("u", sku(5, day=1, units_received_total=11, units_picked_total=6)),
    )
    assert rows["2024-02-29", "GROCERY"]["stock_turnover"] == Decimal("0.0000")
    row = rows["2024-03-01", "GROCERY"]
    assert {name: value if isinstance(value, int) else str(value) for name, value in row.items()} == {
        "date": "2024-03-01",
        "department": "GROCERY",
        "sku_count": 1,
        "skus_below_reorder_point": 1,
        "stock_changes": 2,
        "opening_units": 10,
        "units_received": 1,
        "units_picked": 6,
        "units_adjusted": 0,
        "closing_units": 5,
        "closing_stock_value": "0.5000",
        "stock_turnover": "0.8000",
    }


def test_stock_moves_with_its_document_to_another_department() -> None:
    rows = metrics_of(("c", sku(10)), ("u", sku(7, department=None, day=1)))
    left, entered = rows["2024-03-01", "GROCERY"], rows["2024-03-01", None]
    assert (left["stock_changes"], left["sku_count"], left["closing_units"], left["units_adjusted"]) == (0, 0, 0, -10)
    assert (entered["stock_changes"], entered["sku_count"], entered["opening_units"]) == (1, 1, 0)
    assert (entered["closing_units"], entered["units_adjusted"]) == (7, 7)
    assert left["stock_turnover"] == 0


def test_a_deletion_counts_when_it_was_captured_and_a_new_document_starts_anew() -> None:
    rows = metrics_of(
        ("c", sku(10, day=-3, units_picked_total=4)),
        ("d", sku(10, day=-3, units_picked_total=4)),
        ("c", sku(2, day=1, units_picked_total=1)),
    )
    assert [date for date, _ in rows] == ["2024-02-26", "2024-02-29", "2024-03-01"]
    deleted, created = rows["2024-02-29", "GROCERY"], rows["2024-03-01", "GROCERY"]
    assert (deleted["sku_count"], deleted["stock_changes"], deleted["closing_units"]) == (0, 0, 0)
    assert (created["units_picked"], created["opening_units"], created["units_adjusted"]) == (1, 0, 3)


@pytest.mark.parametrize(("first", "picked"), [("c", 400), ("r", 0), ("u", 0)])
def test_a_life_before_the_first_known_version_is_no_growth_of_its_day(first: str, picked: int) -> None:
    rows = metrics_of((first, sku(5, units_picked_total=400)), ("u", sku(4, day=1, units_picked_total=401)))
    assert [rows[day, "GROCERY"]["units_picked"] for day in ("2024-02-29", "2024-03-01")] == [picked, 1]


def test_stock_of_odd_contents_counts_without_stopping_the_check() -> None:
    rows = metrics_of(
        ("c", sku(None, day=None)), ("u", sku(3, day=0, unit_cost="dear", reorder_point=None)), ("d", None)
    )
    [row] = rows.values()
    assert (row["date"], row["stock_changes"], row["closing_units"]) == ("2024-02-29", 2, 0)
    assert str(row["closing_stock_value"]) == "0.0000"
    assert row["stock_turnover"] is None


def test_a_change_that_came_late_counts_on_its_own_day() -> None:
    rows = metrics_of(("c", sku(10, day=1)), ("u", sku(8, day=0)))
    assert (rows["2024-02-29", "GROCERY"]["closing_units"], rows["2024-03-01", "GROCERY"]["closing_units"]) == (-2, 8)
    assert rows["2024-02-29", "GROCERY"]["sku_count"] == 0
