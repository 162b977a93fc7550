"""Reads the source once: every document of every collection, kept as BSON."""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Mapping
from dataclasses import dataclass

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from flink_jobs.topics import COLLECTIONS, DATABASE
from mesh.clients.mongodb import python_uri
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.truth.canonical import DECODING, Document, key_text

_PATIENCE_MS = 10_000


@dataclass(frozen=True)
class Collection:
    """The documents of one collection by their id in canonical text.

    They stay BSON: some 1 kB each, where decoded ones would take ten times as much.
    """

    name: str
    encoded: Mapping[str, bytes]

    @property
    def ids(self) -> KeysView[str]:
        """Ids in canonical text."""
        return self.encoded.keys()

    def document(self, document_id: str) -> Document:
        """Decode one document; dates are milliseconds (`DatetimeMS`).

        Raises:
            KeyError: the collection has no such document.
        """
        return bson.decode(self.encoded[document_id], DECODING)

    def documents(self) -> Iterator[Document]:
        """Decode all, one at a time."""
        return map(self.document, self.encoded)


@dataclass(frozen=True)
class Source:
    """All collections, by name."""

    collections: Mapping[str, Collection]


def read_source(instance: Instance) -> Source:
    """Read every collection of the source.

    Raises:
        MeshError: MongoDB does not answer.
    """
    uri = python_uri(instance)
    try:
        with MongoClient(
            uri,
            document_class=RawBSONDocument,
            datetime_conversion="DATETIME_MS",
            serverSelectionTimeoutMS=_PATIENCE_MS,
        ) as client:
            return Source({name: _read_collection(client, name) for name in COLLECTIONS})
    except PyMongoError as error:
        # the driver goes on about its settings
        raise MeshError(f"MongoDB cannot be read: {str(error).partition(' (')[0]}") from error


def _read_collection(client: MongoClient[RawBSONDocument], name: str) -> Collection:
    documents = client[DATABASE][name].find(batch_size=5000)
    return Collection(name, {document_key(document["_id"]): bytes(document.raw) for document in documents})


def collection_of(name: str, documents: list[Document]) -> Collection:
    """A collection of given documents."""
    return Collection(name, {document_key(document["_id"]): bson.encode(document) for document in documents})


def document_key(document_id: object) -> str:
    """What identifies a document here: its `_id` in one spelling."""
    if isinstance(document_id, RawBSONDocument):
        document_id = bson.decode(document_id.raw, DECODING)
    return key_text(document_id)
