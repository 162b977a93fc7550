"""MongoDB's documents have up to 16 MB: they reach silver, and what no message can carry stops nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pymongo
import pytest
from pymongo.collection import Collection

from mesh import jobs
from mesh.clients.mongodb import python_uri
from tests.integration.chain import Chain, query

CREATED = datetime(2017, 1, 2, 10, tzinfo=UTC)
LARGE = 15_900_000


def order(name: str, **fields: object) -> dict[str, object]:
    return {
        "_id": name,
        "order_id": name,
        "status": "received",
        "priority": "standard",
        "created_at": CREATED,
        "updated_at": CREATED,
        **fields,
    }


@pytest.fixture
def orders(chain: Chain) -> Iterator[Collection[dict[str, Any]]]:
    with pymongo.MongoClient[dict[str, Any]](python_uri(chain.instance)) as client:
        yield client["wms"]["orders"]


def test_large_documents_reach_silver_and_larger_changes_are_dead_letters(
    chain: Chain, orders: Collection[dict[str, Any]]
) -> None:
    job = jobs.running_job(chain.instance)
    assert job
    failures = jobs.failures(chain.instance, job)
    orders.insert_one(order("ORD-large", note="x" * LARGE))
    # its images before and after together are 32 MB
    orders.update_one({"_id": "ORD-large"}, {"$set": {"customer_id": "changed"}})
    # a quote takes four bytes in a message: one in the document's JSON, escaped there, and both again around it
    orders.insert_one(order("ORD-larger", note='"' * LARGE))
    orders.insert_one(order("ORD-small-behind"))
    chain.land()
    chain.build("orders_current", "orders_versions")

    in_silver = (
        "select order_id, customer_id from silver.orders_current "
        "where order_id like 'ORD-large%' or order_id = 'ORD-small-behind' order by order_id"
    )
    assert query(chain, in_silver) == [["ORD-large", "changed"], ["ORD-small-behind", None]]
    dead = "select from_utf8(message_key), reason from bronze.dead_letters where from_utf8(message_key) like '%larger%'"
    ((key, reason),) = query(chain, dead)
    assert key == '{"id":"\\"ORD-larger\\""}'
    assert reason.startswith("the change has 6")
    after = jobs.running_job(chain.instance)
    assert after and after.id == job.id
    assert jobs.failures(chain.instance, after) == failures

    orders.delete_one({"_id": "ORD-larger"})
    chain.land()
    chain.assert_true("bronze", "positions")
