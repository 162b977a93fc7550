"""Decodes one Kafka message; an unreadable one yields its reason instead.

The fields here are what the Flink function returns, in this order: (name, Flink type).
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

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
    # not INT: in thread mode Flink fails on one that is null
    ("schema_id", "BIGINT"),
]
REASON: Columns = [("reason", "STRING")]


class Decoder:
    """A callable for Flink's Python functions: the key and the value of a message in, its fields and a reason out.

    `make_read` builds the function that reads one message; it is called once in each worker.
    """

    def __init__(self, make_read: Callable[[], Read], fields: Columns) -> None:
        self._make_read = make_read
        self._values = attrgetter(*(name for name, _ in fields))
        self._nothing = (None,) * len(fields)
        self._read: Read | None = None

    def __call__(self, key: bytes | None, value: bytes | None) -> tuple[object, ...]:
        """Decode a message: its fields and None, or as many times None and the reason why it cannot be read.

        Raises:
            OSError: what reading depends on (the schema registry) does not answer; Flink restarts from its checkpoint.
        """
        if self._read is None:
            self._read = self._make_read()
        try:
            return (*self._values(self._read(key, value)), None)
        except Unreadable as fault:
            return (*self._nothing, str(fault))
        except OSError:
            raise
        except Exception as fault:
            # nobody foresaw such a message: keep it, since a job that fails on it would fail for ever
            return (*self._nothing, f"unforeseen: {fault!r}")
