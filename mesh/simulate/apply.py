"""Applies changes to MongoDB and produces their events to Kafka.

Applying the same batch twice leaves the same documents. Its events are produced again with the
same event_id, so delivery is at least once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from confluent_kafka import KafkaError, Message, Producer
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from pymongo import DeleteOne, MongoClient, ReplaceOne, UpdateOne

from mesh.simulate.changes import DATABASE, BusinessEvent, Change
from mesh.simulate.wire import TopicSchema, WireEncoder, read_schemas

_METADATA_SECONDS = 15.0
_FLUSH_SECONDS = 60.0
_SERVER_SELECTION_MS = 15_000

Write = ReplaceOne[dict[str, Any]] | UpdateOne | DeleteOne


class MissingTopicError(RuntimeError):
    """A topic that events belong to does not exist."""


class DeliveryError(RuntimeError):
    """Kafka did not confirm some events."""


class Sink(Protocol):
    """Whatever takes batches of changes; a batch is durable when `apply` returns."""

    def apply(self, changes: Sequence[Change]) -> None:
        """Apply a batch in order."""


def build_writes(changes: Iterable[Change]) -> dict[str, list[Write]]:
    """Return MongoDB writes by collection, in order; idempotent as a whole batch."""
    writes: dict[str, list[Write]] = {}
    for change in changes:
        write: Write
        if change.operation == "insert":
            write = ReplaceOne({"_id": change.document_id}, dict(change.fields), upsert=True)
        elif change.operation == "update":
            write = UpdateOne({"_id": change.document_id}, {"$set": change.fields})
        else:
            write = DeleteOne({"_id": change.document_id})
        writes.setdefault(change.collection, []).append(write)
    return writes


def register_schemas(registry: Mapping[str, str], schemas: Mapping[str, TopicSchema]) -> dict[str, int]:
    """Register every schema as `<topic>-value`, compatibility BACKWARD; return ids by topic.

    Args:
        registry: settings of `confluent_kafka`'s client; the `url` is that of a registry with Confluent's API, e.g.
            Apicurio's `/apis/ccompat/v7`.
        schemas: by topic.
    """
    client = SchemaRegistryClient(dict(registry))
    ids = {}
    for topic, schema in schemas.items():
        subject = f"{topic}-value"
        ids[topic] = client.register_schema(subject, Schema(schema.text, "AVRO"))
        # After registering: a registry may know no settings for a subject that is not there yet.
        client.set_compatibility(subject, "BACKWARD")
    return ids


class EventProducer:
    """Produces events; a message's key is the aggregate's id in UTF-8."""

    def __init__(self, kafka: Mapping[str, Any], encoder: WireEncoder) -> None:
        self._encoder = encoder
        self._errors: list[KafkaError] = []
        self._producer = Producer(
            {
                **kafka,
                "client.id": "mesh-simulate",
                "enable.idempotence": True,
                "compression.type": "zstd",
                "linger.ms": 20,
            }
        )

    def require_topics(self, topics: Iterable[str]) -> None:
        """Check that topics exist.

        Raises:
            MissingTopicError: naming those that do not.
        """
        existing = self._producer.list_topics(timeout=_METADATA_SECONDS).topics
        missing = sorted(set(topics) - set(existing))
        if missing:
            raise MissingTopicError(f"Kafka has no topic {', '.join(missing)}: create the topics, then simulate again")

    def produce(self, events: Iterable[BusinessEvent]) -> None:
        """Produce events and wait until Kafka has confirmed all.

        Raises:
            DeliveryError: some were refused or not confirmed in time.
        """
        self._errors.clear()
        for event in events:
            self._send(event)
        waiting = self._producer.flush(_FLUSH_SECONDS)
        if self._errors:
            raise DeliveryError(f"Kafka refused {len(self._errors)} events, the first with: {self._errors[0]}")
        if waiting:
            raise DeliveryError(f"Kafka did not confirm {waiting} events in {_FLUSH_SECONDS:.0f} s")

    def _send(self, event: BusinessEvent) -> None:
        key, value = event.key.encode(), self._encoder.encode(event)
        while True:
            try:
                self._producer.produce(event.topic, value, key, on_delivery=self._delivered)
            except BufferError:
                self._producer.poll(0.1)
            else:
                self._producer.poll(0)
                return

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            self._errors.append(error)


class WarehouseSink:
    """MongoDB for documents and, unless left out, Kafka for events."""

    def __init__(self, mongodb_uri: str, kafka: Mapping[str, Any] | None, registry: Mapping[str, str] | None) -> None:
        """Connect, check the topics and register the schemas.

        Args:
            mongodb_uri: where the database `wms` lives.
            kafka: settings of `confluent_kafka`; None to apply documents only.
            registry: settings of its client of the schema registry; needed with Kafka.

        Raises:
            ValueError: Kafka without a registry.
            MissingTopicError: a topic does not exist.
        """
        if kafka is not None and registry is None:
            raise ValueError("events need a schema registry: give registry")
        self._events: EventProducer | None = None
        if kafka is not None and registry is not None:
            schemas = read_schemas()
            encoder = WireEncoder(schemas, register_schemas(registry, schemas))
            self._events = EventProducer(kafka, encoder)
            self._events.require_topics(schemas)
        self._client: MongoClient[dict[str, Any]] = MongoClient(
            mongodb_uri, tz_aware=True, serverSelectionTimeoutMS=_SERVER_SELECTION_MS
        )
        self._database = self._client[DATABASE]

    def apply(self, changes: Sequence[Change]) -> None:
        """Write the documents, then produce the events; both are durable on return."""
        for collection, writes in build_writes(changes).items():
            self._database[collection].bulk_write(writes, ordered=True)
        if self._events is not None:
            self._events.produce(change.event for change in changes if change.event is not None)

    def close(self) -> None:
        """Close the connection to MongoDB."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
