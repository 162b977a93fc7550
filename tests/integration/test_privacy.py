"""A person who is forgotten stands in no file of the lake; everything else is as it was, and still true."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import fastavro
import pyarrow.parquet as pq
import pymongo
import pytest
from pymongo.collection import Collection

from flink_jobs.tables import LAYERS
from mesh.access.object_store import ROOT
from mesh.clients.mongodb import python_uri
from mesh.clients.s3 import connect_s3
from mesh.errors import MeshError
from mesh.privacy.forget import find, forget
from tests.integration.chain import Chain, query

TABLES = {
    "bronze.orders_raw": "kafka_partition, kafka_offset",
    "bronze.orders_events": "kafka_partition, kafka_offset",
    "silver.orders_versions": "kafka_partition, kafka_offset",
    "silver.orders_current": "document_id",
}


@pytest.fixture
def orders(chain: Chain) -> Iterator[Collection[dict[str, Any]]]:
    with pymongo.MongoClient[dict[str, Any]](python_uri(chain.instance)) as client:
        yield client["wms"]["orders"]


def readable(key: str, content: bytes) -> str:
    """An object's content with what it compresses unpacked."""
    if content[:4] == b"PAR1":
        return str(pq.read_table(io.BytesIO(content)).to_pylist())
    if content[:4] == b"Obj\x01":
        return str(list(fastavro.reader(io.BytesIO(content))))
    assert not key.endswith((".parquet", ".avro")), key
    return content.decode(errors="replace")


def files_naming(chain: Chain, person: str) -> list[str]:
    """Every object of every bucket that names the person."""
    s3, word = connect_s3(chain.instance, ROOT), re.compile(rf"(?<![0-9A-Za-z_-]){re.escape(person)}(?![0-9A-Za-z_-])")
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert set(LAYERS.values()) <= set(buckets)
    found = []
    for bucket in buckets:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for entry in page.get("Contents", []):
                content = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
                if word.search(readable(entry["Key"], content)):
                    found.append(f"{bucket}/{entry['Key']}")
    return found


def rows(chain: Chain, table: str) -> list[Any]:
    return query(chain, f"select * from {table} order by {TABLES[table]}")


def test_a_person_is_forgotten_in_every_file_and_nothing_else_is_touched(
    chain: Chain, orders: Collection[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # nobody else writes: what other tests have killed leaves files that need not be spared
    monkeypatch.setattr("mesh.privacy.forget.ORPHANS_ARE_OLDER_THAN", timedelta(0))
    named = [order.get("customer_id") for order in orders.find({"wave_id": {"$ne": None}})]
    ((person, _),) = Counter(name for name in named if isinstance(name, str) and name != "nobody").most_common(1)
    count = orders.count_documents({"customer_id": person})
    assert count > 2
    with pytest.raises(MeshError, match=rf"MongoDB still names this customer_id in {count:,} documents of wms.orders"):
        forget(chain.instance, person, print)

    # what the services do: one order is gone, the others are nobody's
    orders.delete_one({"customer_id": person})
    orders.update_many({"customer_id": person}, {"$set": {"customer_id": "nobody"}})
    chain.land()
    chain.build("orders_current", "orders_versions")
    before = {table: rows(chain, table) for table in TABLES}
    stands = {str(table): counts for table, counts in find(chain.instance, person)}
    assert set(TABLES) <= set(stands), "one layer never named the person: nothing would be shown"
    assert files_naming(chain, person)

    forget(chain.instance, person, print)
    assert files_naming(chain, person) == []
    assert not list(find(chain.instance, person))
    for table, old in before.items():
        word = re.compile(rf"(?<![\w-]){re.escape(person)}(?![\w-])")
        expected = [[word.sub("forgotten", cell) if isinstance(cell, str) else cell for cell in row] for row in old]
        assert rows(chain, table) == expected, table
    ((columns, erased),) = query(chain, "select count(*), sum(erased_rows) from privacy.erasures")
    assert columns and erased >= count

    # what is built again from bronze does not know the person either
    chain.dbt("run", "--full-refresh", "--select", "orders_current", "orders_versions")
    assert not list(find(chain.instance, person))
    chain.assert_true("bronze", "silver", "history")
