"""Views over the live stores and the lake, and the document's example queries."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pymongo
import pytest
from pymongo.database import Database

from mesh.access.login import READER, Login
from mesh.clients.mongodb import python_uri
from mesh.instance import REPOSITORY
from tests.integration.chain import Chain, bronze_bytes_read, query

Wms = Database[dict[str, Any]]
Rows = list[Any]

FINAL_STATUSES = ["delivered", "cancelled"]
ODD = "not like 'ORD-odd-%'"
"""Documents of other tests whose fields have other types, which the mongodb connector shows as null."""


@pytest.fixture(scope="module")
def wms(chain: Chain) -> Iterator[Wms]:
    """MongoDB, with some orders being picked, and all of it landed and merged."""
    with pymongo.MongoClient[dict[str, Any]](python_uri(chain.instance)) as client:
        wms = client["wms"]
        waiting = [order["_id"] for order in wms.orders.find({"status": "received"}).limit(3)]
        wms.orders.update_many({"_id": {"$in": waiting}}, {"$set": {"status": "picking"}})
        chain.land()
        chain.build()
        yield wms


@pytest.fixture(scope="module")
def compiled(chain: Chain) -> dict[str, str]:
    """Every analysis as SQL."""
    chain.dbt("compile", "--select", "resource_type:analysis")
    folder = chain.target / "compiled/data_mesh/analyses"
    return {path.stem: path.read_text() for path in folder.glob("*.sql")}


def schemas(rows: Rows, _wms: Wms) -> None:
    assert {("bronze",), ("silver",), ("gold",), ("federated",)} <= {tuple(row) for row in rows}


def last_days_of_fulfillment(rows: Rows, wms: Wms) -> None:
    last_order = wms.orders.find_one(sort=[("created_at", -1)])
    assert last_order
    last_day = last_order["created_at"].replace(hour=0, minute=0, second=0, microsecond=0)
    assert rows[0][0] == last_day.date()
    orders = wms.orders.count_documents({"created_at": {"$gt": last_day - timedelta(days=6, microseconds=1000)}})
    assert sum(row[2] for row in rows) == orders


def last_orders_with_shipments(rows: Rows, wms: Wms) -> None:
    assert rows
    for order_id, customer_id, priority, status, tracking_number, carrier_code, shipped_at in rows:
        order = wms.orders.find_one({"_id": order_id})
        shipment = wms.shipments.find_one({"order_id": order_id}) or {}
        assert order
        assert [customer_id, priority, status] == [order[name] for name in ("customer_id", "priority", "status")]
        found = [shipment.get(name) for name in ("tracking_number", "carrier_code", "shipped_at")]
        assert [tracking_number, carrier_code, shipped_at] == found


def last_snapshot(rows: Rows, wms: Wms) -> None:
    ((open_orders, *_),) = rows
    assert open_orders == wms.orders.count_documents({"status": {"$nin": FINAL_STATUSES}})


def orders_being_picked(rows: Rows, wms: Wms) -> None:
    picking = list(wms.orders.find({"status": "picking"}).sort("order_id").limit(10))
    assert picking
    assert rows == [[order["order_id"], order["status"], order["priority"]] for order in picking]


def last_messages(rows: Rows, _wms: Wms) -> None:
    assert len(rows) == 10
    assert all("order." in message for message, _ in rows)
    assert [at for _, at in rows] == sorted((at for _, at in rows), reverse=True)


EXPECTED: dict[str, Callable[[Rows, Wms], None]] = {
    "schemas_of_the_lake": schemas,
    "order_fulfillment_of_the_last_days": last_days_of_fulfillment,
    "orders_with_their_shipments": last_orders_with_shipments,
    "operations_right_now": last_snapshot,
    "orders_being_picked_in_mongodb": orders_being_picked,
    "order_events_in_kafka": last_messages,
}


@pytest.mark.parametrize("analysis", EXPECTED)
def test_example_query_returns_what_the_source_holds(
    chain: Chain, wms: Wms, compiled: dict[str, str], analysis: str
) -> None:
    EXPECTED[analysis](query(chain, compiled[analysis]), wms)


def test_every_analysis_is_run(compiled: dict[str, str]) -> None:
    assert compiled.keys() == EXPECTED.keys()


def test_no_column_of_mongodb_is_guessed(chain: Chain, wms: Wms) -> None:
    tables = tomllib.loads((REPOSITORY / "stack/trino/mongodb_tables.toml").read_text())
    for table, columns in tables.items():
        described = {name: kind for name, kind, *_ in query(chain, f"describe mongodb.wms.{table}")}
        assert described == {name: kind.replace(", 10", ",10") for name, kind in columns.items()}
    # a guess looks at the first document, whose reason is null
    first = wms.orders.find_one()
    assert first and first["cancellation_reason"] is None
    cancelled = wms.orders.count_documents({"cancellation_reason": {"$ne": None}})
    assert cancelled
    assert query(chain, "select count(cancellation_reason) from mongodb.wms.orders") == [[cancelled]]


def test_live_orders_equal_the_lake_once_it_is_built(chain: Chain, wms: Wms) -> None:
    columns = ", ".join(
        name
        for (name,) in query(
            chain,
            "select column_name from information_schema.columns"
            # one is JSON of Trino's values, the other MongoDB's own
            " where table_schema = 'federated' and table_name = 'orders_live' and column_name <> 'items'",
        )
    )
    live = f"select {columns} from federated.orders_live where order_id {ODD}"
    lake = f"select {columns} from silver.orders_current where not is_deleted and order_id {ODD}"
    assert query(chain, f"({live}) except ({lake})") == []
    assert query(chain, f"({lake}) except ({live})") == []
    assert query(chain, "select count(*) from federated.orders_live") == [[wms.orders.count_documents({})]]
    units = "sum(cast(json_extract_scalar(item, '$.quantity') as integer))"
    assert (
        query(
            chain,
            f"""select order_id from federated.orders_live
            cross join unnest(cast(json_parse(items) as array(json))) as lines (item)
            where order_id {ODD} group by order_id, unit_count having {units} <> unit_count""",
        )
        == []
    )


def test_a_write_is_in_orders_live_at_once_beside_its_history(chain: Chain, wms: Wms) -> None:
    order = wms.orders.find_one({"status": "delivered"})
    assert order
    order_id = order["order_id"]
    history = f"select * from federated.orders_live_with_history where order_id = '{order_id}'"
    before = _one(chain, history)
    assert before["live_status"] == before["captured_status"] == "delivered"
    assert before["version_count"] > 1
    day = query(
        chain,
        "select total_orders, completed_orders from gold.order_fulfillment_daily"
        f" where date = date '{order['created_at'].date()}' and priority = '{order['priority']}'",
    )
    assert day == [[before["total_orders_of_day"], before["completed_orders_of_day"]]]

    wms.orders.update_one({"_id": order["_id"]}, {"$set": {"status": "cancelled"}})
    try:
        live = _one(chain, f"select status from federated.orders_live where order_id = '{order_id}'")
        assert live["status"] == "cancelled"
        after = _one(chain, history)
        assert (after["live_status"], after["captured_status"]) == ("cancelled", "delivered")
    finally:
        wms.orders.update_one({"_id": order["_id"]}, {"$set": {"status": "delivered"}})
        chain.land()


def test_live_messages_are_those_that_landed(chain: Chain, wms: Wms) -> None:
    landed = "select event_key, schema_id, kafka_partition, kafka_offset, kafka_at from bronze.orders_events"
    live = "select event_key, schema_id, kafka_partition, kafka_offset, kafka_at from federated.order_events_live"
    assert query(chain, f"select count(*) from ({landed})")[0][0] > wms.orders.count_documents({}) / 2
    assert query(chain, f"({landed}) except ({live})") == []


def test_live_shipments_find_their_orders(chain: Chain, wms: Wms) -> None:
    shipment = wms.shipments.find_one({"status": "delivered"})
    assert shipment
    order = wms.orders.find_one({"_id": shipment["order_id"]})
    assert order
    shipment_id = shipment["shipment_id"]
    row = _one(chain, f"select * from federated.shipments_live_with_orders where shipment_id = '{shipment_id}'")
    assert row["shipping_cost"] == shipment["shipping_cost"].to_decimal()
    assert row["order_total_amount"] == order["total_amount"].to_decimal()
    assert (row["customer_id"], row["order_priority"]) == (order["customer_id"], order["priority"])
    assert row["is_after_promise"] == (shipment["delivered_at"] > order["promised_at"])
    count = query(chain, "select count(*), count(customer_id) from federated.shipments_live_with_orders")
    assert count == [[wms.shipments.count_documents({})] * 2]


def test_inventory_live_shows_what_landed_before_any_build(chain: Chain, wms: Wms) -> None:
    chain.dbt("run", "--select", "inventory_current")
    changed, deleted = list(wms.inventory.find().sort("_id").limit(2))
    new = f"SKU-{uuid4()}"
    created = {**changed, "_id": new, "sku": new, "quantity_on_hand": 3, "quantity_reserved": 1}
    wms.inventory.update_one({"_id": changed["_id"]}, {"$inc": {"quantity_on_hand": 1000}})
    wms.inventory.delete_one({"_id": deleted["_id"]})
    wms.inventory.insert_one(created)
    chain.land()

    columns = "sku, quantity_on_hand, is_deleted, is_merged"
    skus = f"sku in ('{changed['sku']}', '{deleted['sku']}', '{new}')"
    live = {row[0]: row[1:] for row in query(chain, f"select {columns} from federated.inventory_live where {skus}")}
    assert live == {
        changed["sku"]: [changed["quantity_on_hand"] + 1000, False, False],
        deleted["sku"]: [deleted["quantity_on_hand"], True, False],
        new: [3, False, False],
    }
    merged = dict(query(chain, f"select sku, quantity_on_hand from silver.inventory_current where {skus}"))
    assert merged == {sku["sku"]: sku["quantity_on_hand"] for sku in (changed, deleted)}
    assert _stock(chain) == {item["sku"]: item.get("quantity_on_hand") for item in wms.inventory.find()}

    chain.dbt("run", "--select", "inventory_current")
    assert query(chain, "select count(*) from federated.inventory_live where not is_merged") == [[0]]
    shared = ", ".join(
        name
        for (name,) in query(
            chain,
            "select column_name from information_schema.columns"
            " where table_schema = 'federated' and table_name = 'inventory_live' and column_name <> 'is_merged'",
        )
    )
    view, table = f"select {shared} from federated.inventory_live", f"select {shared} from silver.inventory_current"
    assert query(chain, f"({view}) except ({table})") == query(chain, f"({table}) except ({view})") == []
    wms.inventory.delete_one({"_id": new})
    wms.inventory.insert_one(deleted)
    chain.land()
    assert _stock(chain) == {item["sku"]: item.get("quantity_on_hand") for item in wms.inventory.find()}


def test_inventory_live_opens_only_bronze_files_that_are_not_merged(chain: Chain, wms: Wms) -> None:
    chain.dbt("run", "--select", "inventory_current")
    # many at once: a query that has to wait for the watermark does not give up pruning
    with ThreadPoolExecutor(8) as at_once:
        assert [*at_once.map(_bronze_bytes_of_inventory_live, [chain] * 8)] == [0] * 8
    ((old_bytes,),) = query(chain, 'select sum(file_size_in_bytes) from bronze."inventory_raw$files"')
    wms.inventory.update_many({"brand": "Private"}, {"$inc": {"reorder_point": 1}})
    chain.land()
    ((all_bytes,),) = query(chain, 'select sum(file_size_in_bytes) from bronze."inventory_raw$files"')
    assert 0 < _bronze_bytes_of_inventory_live(chain) <= all_bytes - old_bytes


def _one(chain: Chain, sql: str) -> dict[str, Any]:
    with Login.of_program(chain.instance, READER).connect(catalog="iceberg") as trino:
        cursor = trino.cursor()
        (row,) = cursor.execute(sql).fetchall()
        return {column.name: value for column, value in zip(cursor.description or [], row, strict=True)}


def _stock(chain: Chain) -> dict[str, int]:
    return dict(query(chain, "select sku, quantity_on_hand from federated.inventory_live where not is_deleted"))


def _bronze_bytes_of_inventory_live(chain: Chain) -> int:
    with Login.of_program(chain.instance, READER).connect(catalog="iceberg") as trino:
        cursor = trino.cursor()
        cursor.execute("select count(*), sum(quantity_on_hand) from federated.inventory_live").fetchall()
        return bronze_bytes_read(chain, str(cursor.query_id))
