"""Documents that silver has and MongoDB has not: deletes that were never told are told, as Debezium would."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bson
import pymongo
from bson import json_util
from bson.raw_bson import RawBSONDocument
from confluent_kafka import Producer

from flink_jobs.topics import DATABASE, cdc_topic
from mesh.access.login import READER
from mesh.clients.kafka import python_settings
from mesh.clients.mongodb import python_uri
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lake import Lake
from mesh.progress import last_oplog_position

MOST = 0.2
"""Of a collection's documents in silver: more that are gone look like another or an empty database."""
FEW = 100
"""Ghosts that are no reason to doubt the database, whatever their share."""
FLUSH_SECONDS = 60


@dataclass(frozen=True)
class Compared:
    """A collection: how many documents live in silver, those that do not in MongoDB, and how many silver lacks."""

    collection: str
    living: int
    ghosts: tuple[str, ...]
    missing: int

    def line(self) -> str:
        """For a terminal."""
        return (
            f"{self.collection}: {self.living:,} in silver, {len(self.ghosts):,} of them gone, {self.missing:,} missing"
        )


def tell_deletes(
    instance: Instance, collections: Iterable[str], say: Callable[[str], None], *, however_many: bool = False
) -> list[Compared]:
    """Compare collections with silver, and write a delete to Kafka for each document that is gone.

    Silver is to be built before; the next build takes the documents away. A document that is made again meanwhile
    stays: the deletes carry MongoDB's position of before it was looked at.

    Raises:
        MeshError: so many are gone that the database itself is in doubt; nothing of that collection is written.
    """
    all_compared = []
    with (
        Lake(instance, READER) as lake,
        pymongo.MongoClient[RawBSONDocument](python_uri(instance), document_class=RawBSONDocument) as client,
    ):
        for collection in collections:
            # in this order: what is deleted between the two is a ghost whose own delete is on its way
            living = [text for (text,) in lake.rows(build_living_sql(collection))]
            position = last_oplog_position(instance)
            held = (bytes(document.raw) for document in client[DATABASE][collection].find({}, {"_id": 1}))
            compared = compare(collection, living, held)
            say(compared.line())
            if len(compared.ghosts) > max(FEW, MOST * compared.living) and not however_many:
                raise MeshError(
                    f"{len(compared.ghosts):,} of {compared.living:,} documents of {collection} are gone: is this the"
                    f" right MongoDB? If so: mesh reconcile {collection} --however-many"
                )
            _write(instance, cdc_topic(collection), build_deletes(compared.ghosts, position))
            all_compared.append(compared)
    return all_compared


def build_living_sql(collection: str) -> str:
    """The documents of a collection that silver has."""
    return f"select document_id from silver.{collection}_current where not is_deleted"


def compare(collection: str, living: Iterable[str], held: Iterable[bytes]) -> Compared:
    """Of ids as silver spells them (extended JSON) and as MongoDB does (documents of one field, BSON)."""
    spelled = {bson.encode({"_id": json_util.loads(text)}): text for text in living}
    in_mongodb = set(held)
    ghosts = sorted(text for key, text in spelled.items() if key not in in_mongodb)
    return Compared(collection, len(spelled), tuple(ghosts), len(in_mongodb - spelled.keys()))


def build_deletes(ids: Iterable[str], position: tuple[int, int]) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of a change as Debezium writes it, for each id: deleted at a position of MongoDB's oplog."""
    second, place = position
    value: Mapping[str, Any] = {
        "op": "d",
        "before": None,
        "after": None,
        "source": {"connector": "mesh reconcile", "db": DATABASE, "ts_ms": second * 1000, "ord": place},
    }
    for text in ids:
        yield json.dumps({"id": text}, ensure_ascii=False, separators=(",", ":")).encode(), json.dumps(value).encode()


def _write(instance: Instance, topic: str, messages: Iterable[tuple[bytes, bytes]]) -> None:
    # the partition that Kafka's Java client takes for the same key
    producer = Producer(python_settings(instance, {"partitioner": "murmur2_random"}))
    for key, value in messages:
        producer.produce(topic, key=key, value=value)
        producer.poll(0)
    if left := producer.flush(FLUSH_SECONDS):
        raise MeshError(f"Kafka did not take {left:,} deletes of {topic}: run it again, a delete told twice is one")
