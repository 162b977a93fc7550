"""Lost, repeated and foreign Kafka positions are found."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from mesh.truth.messages import Span
from mesh.truth.positions import compare_positions
from mesh.truth.result import CheckResult

TOPIC = "cdc.wms.orders"
# partition 0 has a transaction's marker at 3, partition 1 starts at 100 after retention
SPANS = {0: Span(0, 6, array("q", [0, 1, 2, 4, 5])), 1: Span(100, 103, array("q", [100, 101, 102]))}
COMPLETE = {0: [0, 1, 2, 4, 5], 1: [100, 101, 102]}


def compare_landed(
    landed: dict[int, list[int]],
    dead: dict[int, list[int]] | None = None,
    ends: dict[int, int] | None = None,
    topic: str = TOPIC,
) -> CheckResult:
    return compare_positions(
        TOPIC, SPANS, ends or {0: 6, 1: 103}, offsets_of(topic, landed), offsets_of(TOPIC, dead or {})
    )


def offsets_of(topic: str, offsets: dict[int, list[int]]) -> dict[tuple[str, int], array[int]]:
    return {(topic, partition): _array(values) for partition, values in offsets.items()}


def _array(values: Iterable[int]) -> array[int]:
    return array("q", values)


def test_every_message_once_passes_in_any_order() -> None:
    result = compare_landed({0: [5, 4, 2, 1, 0], 1: [102, 100, 101]})
    assert result.passed
    assert (result.source_rows, result.lake_rows) == (8, 8)


def test_a_dead_letter_is_not_lost() -> None:
    assert compare_landed({0: [0, 1, 4, 5], 1: [100, 101, 102]}, dead={0: [2]}).passed


def test_lost_messages_are_found_and_named() -> None:
    result = compare_landed({0: [0, 4], 1: [100, 101, 102]})
    assert not result.passed
    assert (result.missing, result.extra) == (3, 0)
    assert result.samples == ("lost: cdc.wms.orders[0] 1-2", "lost: cdc.wms.orders[0] 5")
    assert result.source_digest != result.lake_digest


def test_a_partition_that_never_landed_is_lost() -> None:
    assert compare_landed({0: COMPLETE[0]}).missing == 3


def test_a_message_landed_twice_is_found_and_named() -> None:
    result = compare_landed({0: [0, 1, 2, 2, 4, 5, 5, 5], 1: COMPLETE[1]})
    assert not result.passed
    assert (result.missing, result.extra) == (0, 3)
    assert result.samples == ("duplicated: cdc.wms.orders[0] 2", "duplicated: cdc.wms.orders[0] 5")


def test_a_message_both_landed_and_dead_is_a_duplicate() -> None:
    result = compare_landed(COMPLETE, dead={0: [4]})
    assert (result.missing, result.extra) == (0, 1)


def test_a_lost_and_a_repeated_message_do_not_cancel_out() -> None:
    result = compare_landed({0: [0, 1, 2, 2, 5], 1: COMPLETE[1]})
    assert (result.missing, result.extra) == (1, 1)


def test_a_row_of_an_aborted_transaction_is_not_in_kafka() -> None:
    result = compare_landed({0: [0, 1, 2, 3, 4, 5], 1: COMPLETE[1]})
    assert (result.missing, result.extra) == (0, 1)
    assert result.samples == ("not in Kafka: cdc.wms.orders[0] 3",)


def test_rows_that_kafka_has_expired_are_left_out() -> None:
    assert compare_landed({0: COMPLETE[0], 1: [7, 99, *COMPLETE[1]]}).passed


def test_rows_that_arrived_while_reading_are_left_out() -> None:
    assert compare_landed({0: [*COMPLETE[0], 6, 7], 1: COMPLETE[1]}, ends={0: 8, 1: 103}).passed


def test_rows_of_an_older_topic_of_the_same_name_are_found() -> None:
    result = compare_landed({0: [*COMPLETE[0], 5000], 1: COMPLETE[1], 2: [0]})
    assert result.extra == 2


def test_rows_of_another_topic_are_found() -> None:
    result = compare_landed(COMPLETE, topic="cdc.wms.waves")
    assert (result.missing, result.extra) == (8, 8)
    assert not result.passed
