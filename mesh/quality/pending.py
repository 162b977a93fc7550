"""What has been written in MongoDB and cannot be read in the lake yet, by Kafka's and Iceberg's own positions."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pymongo
from bson import Timestamp
from confluent_kafka import Consumer, TopicPartition

from flink_jobs.topics import COLLECTIONS, DATABASE, cdc_topic
from mesh.clients.kafka import python_settings
from mesh.clients.mongodb import python_uri
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lake import Offsets
from mesh.progress import Position, captured_position, last_message_offsets

READ_SECONDS = 20.0


@dataclass(frozen=True)
class LakeTable:
    """A table of bronze or silver that holds the changes of one collection."""

    schema: str
    name: str
    collection: str

    @property
    def path(self) -> str:
        """As `silver.orders_current`."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Pending:
    """Changes that a table does not hold; `since` is when the oldest was written, UTC."""

    messages: int
    since: datetime | None


def uncaptured_since(instance: Instance) -> dict[str, datetime]:
    """When the first change that Debezium has not captured was written, by collection; none if it has all."""
    captured = captured_position(instance)
    after = Timestamp(captured[0], captured[1] + 1)
    if captured == (0, 0):
        return {}
    found: dict[str, datetime] = {}
    with pymongo.MongoClient[dict[str, Any]](python_uri(instance)) as client:
        for collection in COLLECTIONS:
            with client[DATABASE][collection].watch(start_at_operation_time=after, max_await_time_ms=50) as changes:
                if (change := changes.try_next()) is not None:
                    found[collection] = change["clusterTime"].as_datetime()
    return found


def pending_changes(
    instance: Instance, tables: Mapping[LakeTable, Offsets], uncaptured: Mapping[str, datetime]
) -> dict[LakeTable, Pending]:
    """What every table still has before it.

    Args:
        tables: with the highest offset that each holds, by Kafka partition.
        uncaptured: from `uncaptured_since`.
    """
    ends = last_message_offsets(instance)
    behind = {
        table: {
            (topic, partition): offsets.get(partition, -1) + 1
            for (topic, partition), end in ends.items()
            if topic == cdc_topic(table.collection) and end > offsets.get(partition, -1)
        }
        for table, offsets in tables.items()
    }
    first = _written_at(instance, {(place, offset) for next_of in behind.values() for place, offset in next_of.items()})
    pending = {}
    for table, next_of in behind.items():
        moments = [first[place, offset] for place, offset in next_of.items()]
        if table.collection in uncaptured:
            moments.append(uncaptured[table.collection])
        messages = sum(ends[place] - offset + 1 for place, offset in next_of.items())
        pending[table] = Pending(messages, min(moments, default=None))
    return pending


def _written_at(instance: Instance, places: Collection[tuple[Position, int]]) -> dict[tuple[Position, int], datetime]:
    """When the change at each place, or the first after it, was written in MongoDB."""
    if not places:
        return {}
    consumer = Consumer(
        python_settings(
            instance,
            {
                "group.id": f"pending-{uuid.uuid4()}",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "fetch.max.bytes": 1_000_000,
            },
        )
    )
    found: dict[tuple[Position, int], datetime] = {}
    try:
        for place, offset in places:
            consumer.assign([TopicPartition(*place, offset)])
            message = consumer.poll(READ_SECONDS)
            if message is None or message.error():
                raise MeshError(f"Kafka: {place[0]}-{place[1]} cannot be read at offset {offset}")
            found[place, offset] = _source_time(message.value(), int(message.timestamp()[1]))
    finally:
        consumer.close()
    return found


def _source_time(value: bytes | None, sent_ms: int) -> datetime:
    try:
        milliseconds = int(json.loads(value or b"")["source"]["ts_ms"])
    except (ValueError, KeyError, TypeError):
        # no envelope of Debezium's: Kafka's own time is later, but near
        milliseconds = sent_ms
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
