"""Loads a file of documents, one JSON object a line, into a MongoDB collection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import bson
from bson import json_util
from bson.codec_options import DatetimeConversion
from bson.errors import BSONError
from pymongo import InsertOne, MongoClient, ReplaceOne

from mesh.simulate.changes import DATABASE

_BATCH_SIZE = 1_000
_LARGEST_DOCUMENT_BYTES = 16 * 1024 * 1024
_SERVER_SELECTION_MS = 15_000


class NdjsonError(ValueError):
    """A line cannot be loaded; the message has file, line number and what is wrong."""


@dataclass(frozen=True)
class LoadSummary:
    """Documents written: `upserted` had an `_id`, `inserted` had none."""

    upserted: int
    inserted: int


def load_ndjson(mongodb_uri: str, collection: str, path: Path) -> LoadSummary:
    """Load a file into a collection of the database `wms`.

    Lines are MongoDB extended JSON, relaxed or canonical; blank lines are passed over. A document
    with `_id` replaces the one with the same `_id`; one without is added, at every load anew. The
    whole file is checked before anything is written.

    Raises:
        NdjsonError: a line is wrong. Nothing was written.
        FileNotFoundError: there is no such file.
    """
    for _ in read_documents(path):
        pass
    upserted = inserted = 0
    with MongoClient[dict[str, Any]](mongodb_uri, serverSelectionTimeoutMS=_SERVER_SELECTION_MS) as client:
        target = client[DATABASE][collection]
        documents = read_documents(path)
        while batch := list(islice(documents, _BATCH_SIZE)):
            with_id = sum("_id" in document for document in batch)
            target.bulk_write([_write(document) for document in batch], ordered=True)
            upserted += with_id
            inserted += len(batch) - with_id
    return LoadSummary(upserted, inserted)


# MongoDB holds more years than Python
_READING = json_util.JSONOptions(datetime_conversion=DatetimeConversion.DATETIME_AUTO)


def read_documents(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the file's documents.

    Raises:
        NdjsonError: when the iteration reaches a line that is wrong.
    """
    first_lines: dict[bytes, int] = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                document = _parse(line)
                if "_id" in document:
                    identity = bson.encode({"_id": document["_id"]})
                    first = first_lines.setdefault(identity, number)
                    if first != number:
                        raise NdjsonError(f"the same _id as line {first}")
            except NdjsonError as error:
                raise NdjsonError(f"{path}, line {number}: {error}") from error.__cause__
            yield document


def _parse(line: bytes) -> dict[str, Any]:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NdjsonError(f"not UTF-8 at byte {error.start + 1}") from error
    try:
        document = json_util.loads(text.strip("\ufeff \t\r\n"), json_options=_READING)
    except (ValueError, TypeError, ArithmeticError, RecursionError, BSONError) as error:
        raise NdjsonError(f"not MongoDB extended JSON: {error}") from error
    if not isinstance(document, dict):
        raise NdjsonError(f"not a document but {type(document).__name__}")
    dollar = [key for key in document if key.startswith("$")]
    if dollar:
        raise NdjsonError(f"a field's name must not begin with $: {dollar[0]}")
    if isinstance(document.get("_id"), list):
        raise NdjsonError("_id must not be an array")
    try:
        size = len(bson.encode(document))
    except (BSONError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise NdjsonError(f"cannot be stored: {error}") from error
    if size > _LARGEST_DOCUMENT_BYTES:
        raise NdjsonError(f"{size} bytes, more than MongoDB's {_LARGEST_DOCUMENT_BYTES}")
    return document


def _write(document: dict[str, Any]) -> InsertOne[dict[str, Any]] | ReplaceOne[dict[str, Any]]:
    if "_id" in document:
        return ReplaceOne({"_id": document["_id"]}, document, upsert=True)
    return InsertOne(document)
