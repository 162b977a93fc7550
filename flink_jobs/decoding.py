"""Turns a batch of Kafka messages into a batch of decoded rows; the unreadable ones carry their reason and bytes.

The columns here are what the Flink operator hands on, in this order: (name, Flink type).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from operator import attrgetter

import pandas as pd

from flink_jobs.unreadable import Unreadable

Columns = list[tuple[str, str]]
Read = Callable[[bytes | None, bytes | None], object]

CHANGE_FIELDS: Columns = [
    ("document_id", "STRING"),
    ("op", "STRING"),
    ("before", "STRING"),
    ("after", "STRING"),
    ("source_at_ms", "BIGINT"),
    ("source_order", "BIGINT"),
]
EVENT_FIELDS: Columns = [
    ("event_id", "STRING"),
    ("event_type", "STRING"),
    ("occurred_at", "STRING"),
    ("event_key", "STRING"),
    ("payload", "STRING"),
    ("schema_id", "INT"),
]
MESSAGE_COLUMNS: Columns = [
    ("message_key", "BYTES"),
    ("message_value", "BYTES"),
]
POSITION_COLUMNS: Columns = [
    ("kafka_topic", "STRING"),
    ("kafka_partition", "INT"),
    ("kafka_offset", "BIGINT"),
    ("kafka_at", "TIMESTAMP(3)"),
]
OUTCOME_COLUMNS: Columns = [("reason", "STRING"), ("landed_at_ms", "BIGINT")]


class Decoder:
    """A callable for Flink's vectorized Python functions: one data frame of messages in, one of rows out.

    `make_read` builds the function that reads one message; it is called once in each worker.
    """

    def __init__(self, make_read: Callable[[], Read], fields: Columns) -> None:
        self._make_read = make_read
        self._names = [name for name, _ in fields]
        self._values = attrgetter(*self._names)
        self._read: Read | None = None

    def __call__(self, messages: pd.DataFrame) -> pd.DataFrame:
        """Decode a batch; rows keep their order.

        Raises:
            OSError: what reading depends on (the schema registry) does not answer; Flink restarts from its checkpoint.
        """
        if self._read is None:
            self._read = self._make_read()
        # Flink hands over the columns by position, under names of its own
        messages.columns = pd.Index(name for name, _ in [*MESSAGE_COLUMNS, *POSITION_COLUMNS])
        nothing = (None,) * len(self._names)
        rows: list[tuple[object, ...]] = []
        landed_at_ms = time.time_ns() // 1_000_000
        for key, value in zip(messages["message_key"], messages["message_value"], strict=True):
            try:
                rows.append((*self._values(self._read(key, value)), None, None, None, landed_at_ms))
            except Unreadable as fault:
                rows.append((*nothing, key, value, str(fault), landed_at_ms))
            except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as fault:
                # nobody foresaw such a message: keep it, since a job that fails on it would fail for ever
                rows.append((*nothing, key, value, f"unforeseen: {fault!r}", landed_at_ms))
        columns = dict(zip(self._output_names(), zip(*rows, strict=True), strict=True))
        decoded = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in columns.items()})
        for name, _ in POSITION_COLUMNS:
            decoded[name] = messages[name].to_numpy()
        return decoded

    def _output_names(self) -> list[str]:
        return [*self._names, *(name for name, _ in [*MESSAGE_COLUMNS, *OUTCOME_COLUMNS])]


def output_columns(fields: Columns) -> Columns:
    """What a Decoder for these fields returns."""
    return [*fields, *MESSAGE_COLUMNS, *OUTCOME_COLUMNS, *POSITION_COLUMNS]
