"""What is upstream of dbt: collections, topics, the pipelines between them, and bronze."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flink_jobs.tables import DEAD_LETTERS, BronzeTable, change_tables, event_tables
from flink_jobs.topics import COLLECTIONS, DATABASE, LANDING_JOB, all_topics, cdc_topic
from mesh.catalog.client.plan import EVERY_COLUMN, ColumnEdge, Edge, Entity, Ref, Table, qualified
from mesh.catalog.governance import CLASSIFICATION, PLATFORM, read_classification
from mesh.catalog.names import CONNECT, FLINK, KAFKA, collection, lake_table, topic
from mesh.instance import Instance
from mesh.stack.provision import CONNECTOR

CAPTURE = Ref("pipeline", qualified(CONNECT, CONNECTOR))
LANDING = Ref("pipeline", qualified(FLINK, LANDING_JOB))

# Debezium's message, as far as the landing job reads it: name, type, description, fields within
_ENVELOPE = (
    ("op", "STRING", "c(reate), r(ead by a snapshot), u(pdate) or d(elete)", ()),
    ("before", "STRING", "The document before the change, as MongoDB extended JSON.", ()),
    ("after", "STRING", "The document after the change, as MongoDB extended JSON.", ()),
    (
        "source",
        "RECORD",
        "MongoDB's own position of the change.",
        (
            ("ts_ms", "LONG", "When it was made, in milliseconds since 1970.", ()),
            ("ord", "INT", "Its order within the second.", ()),
        ),
    ),
)
# bronze column: fields of the message
_CHANGE_COLUMNS = {
    "op": ("op",),
    "before": ("before",),
    "after": ("after",),
    "source_at": ("source.ts_ms",),
    "source_order": ("source.ord",),
}
_EVENT_COLUMNS = {
    "event_id": ("event_id",),
    "event_type": ("event_type",),
    "occurred_at": ("occurred_at",),
    "payload": (EVERY_COLUMN,),
}

_Field = tuple[str, str, str, tuple["_Field", ...]]


def stream_entities(instance: Instance, partitions: Mapping[str, int]) -> Iterator[Entity]:
    """The pipelines, and the topics of changes, whose messages have no schema in the registry."""
    body: dict[str, Any]
    pipelines = (
        (CONNECT, "KafkaConnect", instance.address("connect"), CONNECTOR, "Debezium: MongoDB's changes to Kafka."),
        (FLINK, "Flink", instance.address("flink"), LANDING_JOB, "PyFlink: Kafka to bronze, exactly once."),
    )
    for service, kind, address, name, description in pipelines:
        connection = {"config": {"type": kind, "hostPort": address}}
        body = {"name": service, "serviceType": kind, "connection": connection}
        yield Entity(Ref("pipelineService", service), body)
        body = {"name": name, "service": service, "description": description, "owners": [PLATFORM]}
        yield Entity(Ref("pipeline", qualified(service, name)), body)
    for name in map(cdc_topic, COLLECTIONS):
        body = {
            "name": name,
            "service": KAFKA,
            "partitions": partitions[name],
            "description": f"Every change of a document of {name.removeprefix('cdc.')}, as Debezium tells it.",
            "owners": [PLATFORM],
            "messageSchema": {
                "schemaType": "JSON",
                "schemaText": json.dumps({"type": "object", "properties": _properties(_ENVELOPE)}),
                "schemaFields": _fields(_ENVELOPE),
            },
        }
        yield Entity(topic(name), body)


def collections() -> Iterator[Table]:
    """The collections, whose columns only MongoDB knows."""
    by_name = {name: tags for name, tags in read_classification(CLASSIFICATION).items() if "." not in name}
    for name in COLLECTIONS:
        yield Table(collection(DATABASE, name), None, owners=(PLATFORM,), column_tags=by_name)


def stream_edges() -> Iterator[Edge]:
    """Collection to topic by Debezium, topic to bronze by Flink."""
    for name in COLLECTIONS:
        columns = tuple(ColumnEdge((EVERY_COLUMN,), image) for image in ("before", "after"))
        yield _edge(collection(DATABASE, name), topic(cdc_topic(name)), CAPTURE, columns)
    for table in change_tables():
        yield _landing(table, str(table.topic), _CHANGE_COLUMNS)
    for table in event_tables():
        yield _landing(table, str(table.topic), _EVENT_COLUMNS)
    for name in all_topics():
        yield _landing(DEAD_LETTERS, name, {})


def _landing(table: BronzeTable, topic_name: str, columns: Mapping[str, tuple[str, ...]]) -> Edge:
    edges = tuple(ColumnEdge(sources, target) for target, sources in columns.items())
    return _edge(topic(topic_name), lake_table("bronze", table.name), LANDING, edges)


def _edge(source: Ref, target: Ref, pipeline: Ref, columns: tuple[ColumnEdge, ...]) -> Edge:
    return Edge(source, target, "PipelineLineage", pipeline.fqn, columns)


def _fields(fields: tuple[_Field, ...]) -> list[dict[str, object]]:
    return [
        {"name": name, "dataType": kind, "description": text, **({"children": _fields(inner)} if inner else {})}
        for name, kind, text, inner in fields
    ]


def _properties(fields: tuple[_Field, ...]) -> dict[str, object]:
    types = {"STRING": "string", "LONG": "integer", "INT": "integer", "RECORD": "object"}
    return {
        name: {"type": types[kind], **({"properties": _properties(inner)} if inner else {})}
        for name, kind, _, inner in fields
    }
