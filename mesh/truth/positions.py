"""Positions: every readable Kafka message is in bronze or in dead letters, exactly once."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from flink_jobs.topics import COLLECTIONS, EVENT_DOMAINS, cdc_topic, event_topic
from mesh.instance import Instance
from mesh.lake import Lake, LakeError
from mesh.truth.messages import KafkaReadError, Span, open_consumer, read_end, read_topic
from mesh.truth.result import SAMPLES, CheckResult

# topic: table that its messages land in
TABLES = {
    **{cdc_topic(collection): f"{collection}_raw" for collection in COLLECTIONS},
    **{event_topic(domain): f"{domain}_events" for domain in EVENT_DOMAINS},
}
# (topic, partition): offsets, as often as the lake has them
LakeOffsets = Mapping[tuple[str, int], "array[int]"]


def check_positions(instance: Instance, lake: Lake) -> list[CheckResult]:
    """Compare every topic's readable offsets with those in its bronze table and in dead letters."""
    consumer = open_consumer(instance)
    results = []
    try:
        for topic, table in TABLES.items():
            try:
                spans = read_topic(consumer, topic)
                landed = _read_offsets(lake, table)
                dead_letters = _read_offsets(lake, f"dead_letters where kafka_topic = '{topic}'")
                ends = {partition: read_end(consumer, topic, partition) for partition in spans}
                results.append(compare_positions(topic, spans, ends, landed, dead_letters))
            except (KafkaReadError, LakeError) as error:
                results.append(CheckResult(_name(topic), error=str(error)))
    finally:
        consumer.close()
    return results


def compare_positions(
    topic: str,
    spans: Mapping[int, Span],
    ends: Mapping[int, int],
    landed: LakeOffsets,
    dead_letters: LakeOffsets,
) -> CheckResult:
    """Compare a topic's offsets: `missing` are lost messages, `extra` repeated ones and rows without one.

    Args:
        topic: whose messages these are.
        spans: what Kafka has, per partition.
        ends: the offset after the last one, per partition, asked after the lake was read. A row between a
            span's end and this one arrived meanwhile and is left out; one beyond it is not of this topic.
        landed: of the topic's bronze table, every topic and partition that it names.
        dead_letters: of the same, and of other topics or not.
    """
    lost = repeated = foreign = source_rows = lake_rows = 0
    samples: list[str] = []
    source_digest, lake_digest = hashlib.sha256(), hashlib.sha256()

    of_topic = {place for place in [*landed, *dead_letters] if place[0] == topic}
    for partition in sorted({*spans, *(partition for _, partition in of_topic)}):
        span = spans.get(partition, Span(0, 0, array("q")))
        end = ends.get(partition, 0)
        found = [*landed.get((topic, partition), ()), *dead_letters.get((topic, partition), ())]
        # what Kafka dropped long ago cannot be checked; what came since is not awaited
        known = array("q", sorted(at for at in found if span.low <= at < span.end or at >= end))
        source_rows += len(span.offsets)
        lake_rows += len(known)
        _add(source_digest, partition, span.offsets)
        _add(lake_digest, partition, known)
        if known == span.offsets:
            continue
        readable, distinct = set(span.offsets), set(known)
        lost += len(readable - distinct)
        foreign += len(distinct - readable)
        repeated += len(known) - len(distinct)
        place = f"{topic}[{partition}]"
        samples += [f"lost: {place} {text}" for text in _ranges(readable - distinct)]
        samples += [f"duplicated: {place} {text}" for text in _ranges(_repeated(known))]
        samples += [f"not in Kafka: {place} {text}" for text in _ranges(distinct - readable)]

    for (other, partition), offsets in landed.items():
        if other != topic:
            foreign += len(offsets)
            lake_rows += len(offsets)
            samples.append(f"not of this topic: {other}[{partition}], {len(offsets)} rows")
            lake_digest.update(other.encode())
    return CheckResult(
        name=_name(topic),
        source_rows=source_rows,
        lake_rows=lake_rows,
        missing=lost,
        extra=repeated + foreign,
        source_digest=source_digest.hexdigest(),
        lake_digest=lake_digest.hexdigest(),
        samples=tuple(samples[:SAMPLES]),
    )


def _read_offsets(lake: Lake, rows: str) -> dict[tuple[str, int], array[int]]:
    offsets: dict[tuple[str, int], array[int]] = defaultdict(lambda: array("q"))
    for topic, partition, offset in lake.rows(
        f"select kafka_topic, kafka_partition, kafka_offset from iceberg.bronze.{rows}"
    ):
        offsets[topic, partition].append(offset)
    return dict(offsets)


def _repeated(offsets: Iterable[int]) -> Iterator[int]:
    return (offset for offset, times in Counter(offsets).items() if times > 1)


def _ranges(offsets: Iterable[int]) -> Iterator[str]:
    """Offsets as text, runs of neighbours as one: 7, 10-12."""
    for _, run in groupby(enumerate(sorted(offsets)), key=lambda indexed: indexed[1] - indexed[0]):
        members = [offset for _, offset in run]
        yield str(members[0]) if len(members) == 1 else f"{members[0]}-{members[-1]}"


def _add(digest: hashlib._Hash, partition: int, offsets: array[int]) -> None:
    digest.update(f"partition {partition}:".encode())
    digest.update(offsets.tobytes())


def _name(topic: str) -> str:
    return f"positions.{topic}"
