"""Reads a topic's messages from Kafka, and their positions."""

from __future__ import annotations

import time
import uuid
from array import array
from collections.abc import Callable
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from mesh.clients.kafka import python_settings
from mesh.instance import Instance

_BATCH = 5_000
_POLL_SECONDS = 0.05
_TIMEOUT_SECONDS = 10.0
_STALL_SECONDS = 60.0


class KafkaReadError(Exception):
    """A topic cannot be read; the message is one line."""


@dataclass(frozen=True)
class Span:
    """The readable messages of a partition: their offsets in [low, end), ascending.

    Kafka keeps nothing below `low`; from `end` on there was nothing readable when reading began.
    """

    low: int
    end: int
    offsets: array[int]


def open_consumer(instance: Instance) -> Consumer:
    """A consumer of a group of its own that commits nothing and reads what is committed only."""
    return Consumer(
        python_settings(
            instance,
            {
                "group.id": f"mesh-truth-{uuid.uuid4()}",
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "error",
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 50,
                # what the client may hold in advance, per partition, and how long it rests when it is full
                "queued.max.messages.kbytes": 16384,
                "fetch.queue.backoff.ms": 10,
            },
        )
    )


def read_topic(consumer: Consumer, topic: str, visit: Callable[[Message], None] | None = None) -> dict[int, Span]:
    """The spans of a topic's partitions, up to where they end now. The messages are visited and dropped.

    Raises:
        KafkaReadError: there is no such topic, or Kafka does not answer.
    """
    try:
        return _read_topic(consumer, topic, visit)
    except KafkaException as error:
        raise KafkaReadError(f"Kafka: {topic}: {error.args[0].str()}") from error


def read_end(consumer: Consumer, topic: str, partition: int) -> int:
    """The offset after the last one of a partition now.

    Raises:
        KafkaReadError: Kafka does not answer.
    """
    try:
        return _watermarks(consumer, topic, partition)[1]
    except KafkaException as error:
        raise KafkaReadError(f"Kafka: {topic}: {error.args[0].str()}") from error


def _read_topic(consumer: Consumer, topic: str, visit: Callable[[Message], None] | None) -> dict[int, Span]:
    # all topics, because to ask for one by name may create it
    metadata = consumer.list_topics(timeout=_TIMEOUT_SECONDS).topics.get(topic)
    if metadata is None:
        raise KafkaReadError(f"Kafka: there is no topic {topic}")
    partitions = sorted(metadata.partitions)
    watermarks = {partition: _watermarks(consumer, topic, partition) for partition in partitions}
    offsets: dict[int, array[int]] = {partition: array("q") for partition in watermarks}
    ends = {partition: end for partition, (_, end) in watermarks.items()}
    unread = {partition for partition, (low, end) in watermarks.items() if low < end}
    consumer.assign([TopicPartition(topic, partition, watermarks[partition][0]) for partition in unread])
    progressed_at = time.monotonic()
    while unread:
        messages = consumer.consume(_BATCH, timeout=_POLL_SECONDS)
        for message in messages:
            partition, offset, error = message.partition(), message.offset(), message.error()
            if error is not None and not _is_end(error):
                raise KafkaException(error)
            if partition is None or offset is None or partition not in unread:
                continue
            if error is not None:
                # everything before is read; an open transaction may hide what lies between here and the end
                ends[partition] = min(ends[partition], offset)
            elif offset < ends[partition]:
                offsets[partition].append(offset)
                if visit is not None:
                    visit(message)
            if error is not None or offset + 1 >= ends[partition]:
                unread.discard(partition)
        if messages:
            progressed_at = time.monotonic()
        elif time.monotonic() - progressed_at > _STALL_SECONDS:
            raise KafkaReadError(f"Kafka: {topic}: nothing came for {_STALL_SECONDS:.0f} s")
    consumer.unassign()
    return {partition: Span(watermarks[partition][0], ends[partition], offsets[partition]) for partition in partitions}


def _watermarks(consumer: Consumer, topic: str, partition: int) -> tuple[int, int]:
    watermarks = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=_TIMEOUT_SECONDS)
    if watermarks is None:
        raise KafkaReadError(f"Kafka: {topic}: partition {partition} does not tell its offsets")
    return watermarks


def _is_end(error: KafkaError) -> bool:
    return bool(error.code() == KafkaError._PARTITION_EOF)
