"""How far the stream has come: from MongoDB's oplog over Kafka to bronze."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Callable, Collection
from typing import Any

import bson
import httpx
import pymongo
from bson import Timestamp
from confluent_kafka import Consumer, KafkaError, TopicPartition

from flink_jobs.tables import DEAD_LETTERS, bronze_tables
from flink_jobs.topics import COLLECTIONS, DATABASE, all_topics
from mesh.clients.http import http_client
from mesh.clients.kafka import python_settings
from mesh.clients.mongodb import python_uri
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lake import Lake
from mesh.stack.provision import CONNECTOR

Position = tuple[str, int]
"""Kafka topic and partition."""

_TAIL = 25
"""How many offsets before a partition's end to look at: a commit marker takes one too, but is no message."""


def wait_until_landed(instance: Instance, patience_seconds: float, report: Callable[[str], None]) -> float:
    """Wait until all that MongoDB and the event topics hold now has reached bronze or dead letters.

    Args:
        patience_seconds: how long nothing may move; a backlog of any length is waited for.

    Returns:
        Seconds waited.

    Raises:
        MeshError: nothing moved for too long; the message says where the stream stands.
    """
    started = time.monotonic()
    patience = _Patience(patience_seconds)
    target = last_oplog_position(instance)
    while _has_change_between(instance, captured := captured_position(instance), target):
        if patience.ends_at(captured):
            raise MeshError(
                f"Debezium stands at {captured} of MongoDB's {target} for {patience_seconds:.0f} s:"
                " see mesh stack logs connect"
            )
        time.sleep(0.5)
    ends = last_message_offsets(instance)
    told = 0.0
    while behind := _behind(ends, landed_offsets(instance, {topic for topic, _ in ends})):
        if patience.ends_at(behind):
            places = ", ".join(f"{topic}-{partition}" for topic, partition in behind)
            raise MeshError(
                f"{sum(behind.values())} messages have not landed, none in {patience_seconds:.0f} s, in {places}:"
                " see mesh jobs list and mesh stack logs flink-jobmanager"
            )
        if time.monotonic() - told > 10:
            told = time.monotonic()
            report(f"{sum(behind.values())} messages are still to land")
        # to ask costs what landing itself needs: not more often than it may help, and not for what is there
        ends = {place: ends[place] for place in behind}
        time.sleep(instance.commit_seconds / 3)
    return time.monotonic() - started


class _Patience:
    """Ends when the same place has been seen for some seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._place: object = None
        self._since = time.monotonic()

    def ends_at(self, place: object) -> bool:
        now = time.monotonic()
        if place != self._place:
            self._place, self._since = place, now
        return now - self._since > self._seconds


def last_oplog_position(instance: Instance) -> tuple[int, int]:
    """MongoDB's newest oplog entry, as (second, place in it)."""
    with pymongo.MongoClient[dict[str, object]](python_uri(instance)) as client:
        timestamp = client.admin.command("hello")["lastWrite"]["opTime"]["ts"]
    return timestamp.time, timestamp.inc


def has_uncaptured_change(instance: Instance, until: tuple[int, int]) -> bool:
    """Whether a collection of ours changed after Debezium's position and not after `until`.

    The positions alone do not tell: writes to other collections move MongoDB's, but not Debezium's.
    """
    return _has_change_between(instance, captured_position(instance), until)


def _has_change_between(instance: Instance, captured: tuple[int, int], until: tuple[int, int]) -> bool:
    if captured >= until:
        return False
    with pymongo.MongoClient[dict[str, Any]](python_uri(instance)) as client:
        database = client[DATABASE]
        if captured == (0, 0):
            return any(database[name].find_one() for name in COLLECTIONS)
        ours = [{"$match": {"ns.coll": {"$in": list(COLLECTIONS)}}}]
        after = Timestamp(captured[0], captured[1] + 1)
        with database.watch(ours, start_at_operation_time=after, max_await_time_ms=200) as changes:
            change = changes.try_next()
    return change is not None and (change["clusterTime"].time, change["clusterTime"].inc) <= until


def captured_position(instance: Instance) -> tuple[int, int]:
    """The oplog position up to which Debezium has committed to Kafka; (0, 0) before the first."""
    try:
        with http_client(instance, "connect") as connect:
            answer = connect.get(f"/connectors/{CONNECTOR}/offsets")
        offsets = answer.json().get("offsets", []) if answer.is_success else []
    except httpx.HTTPError:
        return 0, 0
    return max((_position(entry["offset"]) for entry in offsets if entry["offset"]), default=(0, 0))


def _position(offset: dict[str, Any]) -> tuple[int, int]:
    """Of a connector's offset; (0, 0) while it is that of a snapshot under way."""
    if offset.get("initsync"):
        return 0, 0
    if offset["sec"] >= 0:
        return offset["sec"], offset["ord"]
    # after a snapshot and before the first change the stream's token alone tells: its type, second and place, in hex
    token = bson.decode(base64.b64decode(offset["resume_token"]))["_data"]
    return int(token[2:10], 16), int(token[10:18], 16)


def last_message_offsets(instance: Instance) -> dict[Position, int]:
    """The offset of the last committed message of every partition that has one."""
    consumer = Consumer(
        python_settings(
            instance,
            {
                "group.id": f"progress-{uuid.uuid4()}",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
            },
        )
    )
    try:
        topics = consumer.list_topics(timeout=10).topics
        ranges = {
            (name, partition): consumer.get_watermark_offsets(TopicPartition(name, partition), timeout=10)
            for name in all_topics()
            if name in topics
            for partition in topics[name].partitions
        }
        return _last_before_end(consumer, {place: ends for place, ends in ranges.items() if ends[0] < ends[1]})
    finally:
        consumer.close()


def landed_offsets(instance: Instance, of_topics: Collection[str] | None = None) -> dict[Position, int]:
    """The highest offset in bronze and dead letters by topic and partition, from Iceberg's metadata.

    Args:
        of_topics: those that are asked for; None for all.
    """
    topics = {
        f"bronze.{table.name}": table.topic
        for table in bronze_tables()
        if table.topic and (of_topics is None or table.topic in of_topics)
    }
    with Lake(instance) as lake:
        landed = {
            (topics[table], partition): offset
            for table, offsets in lake.highest_offsets([*topics]).items()
            for partition, offset in offsets.items()
        }
        for topic, partition, offset in lake.rows(
            f"select kafka_topic, kafka_partition, max(kafka_offset) from bronze.{DEAD_LETTERS.name} group by 1, 2"
        ):
            landed[topic, partition] = max(offset, landed.get((topic, partition), -1))
    return landed


def _last_before_end(consumer: Consumer, ranges: dict[Position, tuple[int, int]]) -> dict[Position, int]:
    found: dict[Position, int] = {}
    look_back = _TAIL
    searched = dict(ranges)
    while searched:
        consumer.assign([TopicPartition(*place, max(low, high - look_back)) for place, (low, high) in searched.items()])
        open_places = set(searched)
        while open_places:
            # one by one: a batch is waited for until it is full, or its time is over
            if (message := consumer.poll(5)) is None:
                continue
            place = (str(message.topic()), int(message.partition() or 0))
            error = message.error()
            if error is None:
                found[place] = int(message.offset() or 0)
            elif error.code() == KafkaError._PARTITION_EOF:
                open_places.discard(place)
            else:
                raise MeshError(f"Kafka: {error}")
        searched = {
            place: ends for place, ends in searched.items() if place not in found and ends[1] - look_back > ends[0]
        }
        look_back *= 20
    return found


def _behind(ends: dict[Position, int], landed: dict[Position, int]) -> dict[Position, int]:
    missing = {place: end - landed.get(place, -1) for place, end in ends.items()}
    return {place: count for place, count in missing.items() if count > 0}
