"""Compares the histories, and the measures of stock changes, with the change log in Kafka."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from confluent_kafka import Consumer, Message

from flink_jobs.topics import cdc_topic
from mesh.instance import Instance
from mesh.lake import Lake, LakeError
from mesh.truth.canonical import canonical_bytes, key_of
from mesh.truth.columns import BIGINT, BOOLEAN, INTEGER, TEXT, TIMESTAMP, cells_of_lake, selections_of
from mesh.truth.compare import compare
from mesh.truth.documents import INVENTORY, ORDERS, WORKERS, DocumentType
from mesh.truth.gold import inventory_metrics
from mesh.truth.gold.table import check_table
from mesh.truth.history.captured import forget_person, read_change
from mesh.truth.history.versions import ChangeLog, row_content
from mesh.truth.messages import KafkaReadError, open_consumer, read_topic
from mesh.truth.result import CheckResult

Erased = frozenset[tuple[str, int, int]]
"""Image (before or after), Kafka partition and offset."""

# what a row tells of its version
_TOLD = {
    "op": TEXT,
    "is_deleted": BOOLEAN,
    "is_current": BOOLEAN,
    "valid_from": TIMESTAMP,
    "valid_to": TIMESTAMP,
    "kafka_partition": INTEGER,
    "kafka_offset": BIGINT,
}


def check_history(instance: Instance, lake: Lake) -> list[CheckResult]:
    """Compare every version of every document, one collection at a time."""
    consumer = open_consumer(instance)
    results = []
    try:
        for documents in (ORDERS, WORKERS, INVENTORY):
            results += _check_collection(documents, consumer, lake)
    finally:
        consumer.close()
    return results


def build_rows_sql(documents: DocumentType) -> str:
    """A history's rows: document_id, version, what it tells of the version and the document's columns."""
    return (
        f"select document_id, version, {selections_of(_TOLD)}, {selections_of(documents.columns)}"
        f" from iceberg.silver.{documents.collection}_history"
    )


def read_log(documents: DocumentType, consumer: Consumer, erased: Erased = frozenset()) -> ChangeLog:
    """All changes of a collection.

    Args:
        erased: the messages that name a person who was forgotten since, and in which of their images.

    Raises:
        KafkaReadError: the topic cannot be read, or Kafka has dropped some of its messages.
    """
    log, topic = ChangeLog(documents), cdc_topic(documents.collection)

    def add(message: Message) -> None:
        change, partition, offset = read_change(message.key(), message.value()), message.partition(), message.offset()
        if change is not None and partition is not None and offset is not None:
            image = "before" if change.op == "d" else "after"
            log.add(forget_person(change) if (image, partition, offset) in erased else change, partition, offset)

    spans = read_topic(consumer, topic, add)
    if dropped := {f"{topic}[{partition}] before {span.low}" for partition, span in spans.items() if span.low}:
        raise KafkaReadError(f"Kafka has dropped messages of {', '.join(sorted(dropped))}: no whole history to compare")
    return log


def rows_of_lake(documents: DocumentType, selected: Iterator[list[Any]]) -> Iterator[tuple[str, bytes]]:
    """(row id, canonical bytes) of a history's rows."""
    for document_id, version, *values in selected:
        told, cells = values[: len(_TOLD)], values[len(_TOLD) :]
        content = row_content(canonical_bytes(cells_of_lake(documents.columns, cells)), cells_of_lake(_TOLD, told))
        yield row_id(key_of(document_id), version), content


def row_id(document_key: str, number: int) -> str:
    """What identifies a version."""
    return f"{document_key} version {number}"


def _check_collection(documents: DocumentType, consumer: Consumer, lake: Lake) -> list[CheckResult]:
    name = f"silver.{documents.collection}_history"
    names = [name, f"gold.{inventory_metrics.TABLE.name}"] if documents is INVENTORY else [name]
    try:
        log = read_log(documents, consumer, _read_erased(documents, lake))
    except KafkaReadError as error:
        return [CheckResult(name, error=str(error)) for name in names]
    results = [_check_versions(name, documents, log, lake)]
    if documents is INVENTORY:
        results.append(check_table(inventory_metrics.TABLE, inventory_metrics.compute(log), lake))
    return results


def _read_erased(documents: DocumentType, lake: Lake) -> Erased:
    sql = (
        "select column_name, kafka_partition, kafka_offset from iceberg.privacy.erased_messages"
        f" where table_name = 'bronze.{documents.collection}_raw'"
    )
    try:
        return frozenset((image, partition, offset) for image, partition, offset in lake.rows(sql))
    except LakeError as error:
        if error.is_absent:
            return frozenset()
        raise


def _check_versions(name: str, documents: DocumentType, log: ChangeLog, lake: Lake) -> CheckResult:
    versions = {
        row_id(key, number): version
        for key, of_document in log.versions()
        for number, version in enumerate(of_document, start=1)
    }
    try:
        found = rows_of_lake(documents, lake.rows(build_rows_sql(documents)))
        return compare(name, versions.keys(), lambda key: versions[key].content(), found)
    except LakeError as error:
        return CheckResult(name, source_rows=len(versions), error=str(error))
