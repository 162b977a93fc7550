"""Bronze: the latest state that the landed changes tell is what the source holds."""

from __future__ import annotations

from collections.abc import Iterator

from mesh.lake import Lake, LakeError
from mesh.truth.canonical import canonical_bytes, content_of, from_bson, key_of
from mesh.truth.compare import compare
from mesh.truth.result import CheckResult
from mesh.truth.source import Collection, Source


def check_bronze(source: Source, lake: Lake) -> list[CheckResult]:
    """Compare every collection with the newest message of each of its documents."""
    return [_check_collection(collection, lake) for collection in source.collections.values()]


def build_latest_sql(collection: str) -> str:
    """The content after the newest message of each document that was not deleted by it.

    Kafka's order is the truth here, not the source's clock: the connector writes a document's changes in
    order and once, to one partition; to another one since its topic was given more, later by Kafka's clock.
    """
    return f"""
        select document_id, newest[2]
        from (
            select document_id, max_by(latest, latest_at) as newest
            from (
                select document_id, max_by(row(op, "after"), kafka_offset) as latest, max(kafka_at) as latest_at
                from iceberg.bronze.{collection}_raw
                group by document_id, kafka_partition
            )
            group by document_id
        )
        where newest[1] is distinct from 'd'"""


def _check_collection(collection: Collection, lake: Lake) -> CheckResult:
    name = f"bronze.{collection.name}"
    try:
        return compare(
            name,
            collection.ids,
            lambda row_id: canonical_bytes(from_bson(collection.document(row_id))),
            _latest_states(collection.name, lake),
        )
    except LakeError as error:
        return CheckResult(name, source_rows=len(collection.ids), error=str(error))


def _latest_states(collection: str, lake: Lake) -> Iterator[tuple[str, bytes]]:
    for document_id, after in lake.rows(build_latest_sql(collection)):
        yield key_of(document_id), canonical_bytes(content_of(after))
