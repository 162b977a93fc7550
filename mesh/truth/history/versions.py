"""All versions of a collection's documents, from its whole change log."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from mesh.truth.canonical import Canonical, Document, bson_of, bson_or_text, canonical_bytes, key_of
from mesh.truth.columns import cells_of
from mesh.truth.documents import DocumentType
from mesh.truth.history.captured import Change, Position
from mesh.truth.values import spell_timestamp


@dataclass(frozen=True, slots=True)
class Delivery:
    """A change as it came in Kafka; `packed` are the cells of the document's columns, compressed."""

    op: str
    partition: int
    offset: int
    packed: bytes


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document, valid from `valid_from` to `valid_to` (microseconds since 1970, null: until now)."""

    valid_from: int
    valid_to: int | None
    delivery: Delivery

    @property
    def is_deleted(self) -> bool:
        """Whether it is the document's deletion."""
        return self.delivery.op == "d"

    def cells(self) -> dict[str, Canonical]:
        """The cells of the document's columns."""
        cells: dict[str, Canonical] = json.loads(self._cells())
        return cells

    def content(self) -> bytes:
        """Its row in canonical bytes: `row_content` of the same."""
        delivery = self.delivery
        told = {
            "op": delivery.op,
            "is_deleted": self.is_deleted,
            "is_current": self.valid_to is None,
            "valid_from": spell_timestamp(self.valid_from),
            "valid_to": None if self.valid_to is None else spell_timestamp(self.valid_to),
            "kafka_partition": delivery.partition,
            "kafka_offset": delivery.offset,
        }
        return row_content(self._cells(), told)

    def _cells(self) -> bytes:
        return zlib.decompress(self.delivery.packed)


class ChangeLog:
    """Collects changes in any order. Of each it keeps some 300 bytes, not the document."""

    def __init__(self, documents: DocumentType) -> None:
        self._documents = documents
        # document's id as it came: position: delivery
        self._deliveries: dict[str, dict[Position, Delivery]] = {}

    def add(self, change: Change, partition: int, offset: int) -> None:
        """Add a change. Of several at one position of the source, the last in Kafka stands."""
        positions = self._deliveries.setdefault(change.document_id, {})
        known = positions.get(change.position)
        if known is None or known.offset < offset:
            positions[change.position] = Delivery(change.op, partition, offset, self._pack(change))

    def versions(self) -> Iterator[tuple[str, list[Version]]]:
        """The versions of each document, by its key, in the source's order."""
        for document_id, deliveries in self._deliveries.items():
            positions = sorted(deliveries)
            starts = [_moment(*position) for position in positions]
            ends = [*starts[1:], None]
            versions = [
                Version(start, end, deliveries[position])
                for position, start, end in zip(positions, starts, ends, strict=True)
            ]
            yield key_of(document_id), versions

    def _pack(self, change: Change) -> bytes:
        document = _document(change.document)
        if "_id" not in document:
            document["_id"] = bson_or_text(change.document_id)
        row = self._documents.read(document)
        return zlib.compress(canonical_bytes(cells_of(self._documents.columns, row)), 1)


def row_content(cells: bytes, told: dict[str, Canonical]) -> bytes:
    """A row in canonical bytes, of the canonical bytes of its cells and what else it tells."""
    return b'{"cells":' + cells + b',"version":' + canonical_bytes(told) + b"}"


def _moment(second: int, place: int) -> int:
    """A second has a million microseconds: whatever comes after as many changes stands at its end."""
    return second * 1_000_000 + min(place, 999_999)


def _document(text: str | None) -> Document:
    try:
        document: Document = bson_of(text or "{}")
    except ValueError:
        return {}
    return document
