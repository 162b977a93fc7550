"""MongoDB has no schema: whatever a service writes lands, and silver still builds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pymongo

from mesh.clients.mongodb import python_uri
from mesh.simulation import load_documents
from tests.integration.chain import Chain, query

# what silver names a document by, and its id
ODD_IDS: dict[str, object] = {
    '{"shop": 7,"number": 8}': {"shop": 7, "number": {"$numberLong": "8"}},
    "4000000001": {"$numberLong": "4000000001"},
    "12345678": 12345678.0,
    '{"$date": "2017-01-02T10:00:00.123Z"}': {"$date": "2017-01-02T10:00:00.123Z"},
    '{"$binary": {"base64": "AQID","subType": "00"}}': {"$binary": {"base64": "AQID", "subType": "00"}},
    '{"$numberDouble": "NaN"}': {"$numberDouble": "NaN"},
}
CREATED = {"$date": "2017-01-02T10:00:00.123Z"}
ORDER = {"status": "received", "priority": "standard", "created_at": CREATED, "updated_at": CREATED}


def test_odd_documents_land_and_silver_builds(chain: Chain, tmp_path: Path) -> None:
    documents = [
        {
            **ORDER,
            "_id": "ORD-odd-1",
            "order_id": "ORD-odd-1",
            # nested arrays, Unicode with a character outside the basic plane, a quote, a null
            "items": [{"sku": "SKU-é\u2028", "notes": [["nested", ["deeper", {"k": [1, None]}]]]}, []],
            "customer_id": 'Zoë "日本" 😀',
            "wave_id": None,
        },
        # a new field, and fields that changed their type
        {
            **ORDER,
            "_id": "ORD-odd-2",
            "order_id": "ORD-odd-2",
            "gift_note": {"text": "hello"},
            "line_count": "7",
        },
        {
            **ORDER,
            "_id": "ORD-odd-3",
            "order_id": "ORD-odd-3",
            "total_amount": "much",
            "items": {"sku": "one"},
        },
        {**ORDER, "_id": "ORD-odd-4", "order_id": "ORD-odd-4", "total_amount": {"a": 1}, "customer_id": 42},
        # dates at the end of time, a whole double, a long where text was
        {
            **ORDER,
            "_id": "ORD-odd-6",
            "order_id": "ORD-odd-6",
            "promised_at": {"$date": {"$numberLong": "253402300799000"}},
            "packed_at": {"$date": {"$numberLong": "-62135596800000"}},
            "line_count": 5.0,
            "customer_id": {"$numberLong": "4000000000"},
        },
        # an id of another type
        {**ORDER, "_id": {"$oid": "65a1b2c3d4e5f60718293a4b"}, "order_id": "ORD-odd-5"},
        # doubles that are no number, before all other fields; a whole double that is spelled with an exponent
        {
            "_id": "ORD-odd-7",
            "discount": {"$numberDouble": "NaN"},
            "total_amount": {"$numberDouble": "-Infinity"},
            **ORDER,
            "order_id": "ORD-odd-7",
            "line_count": 12345678.0,
        },
        # a number that takes minutes to round, a date that Python cannot hold
        {
            **ORDER,
            "_id": "ORD-odd-8",
            "order_id": "ORD-odd-8",
            "total_amount": "1E600000000",
            "promised_at": {"$date": {"$numberLong": "253402300800000"}},
        },
        # a life that runs backwards, and one that has no beginning
        {**ORDER, "_id": "ORD-odd-9", "order_id": "ORD-odd-9", "cancelled_at": {"$date": "2017-01-01T00:00:00Z"}},
        {**ORDER, "_id": "ORD-odd-10", "order_id": "ORD-odd-10", "created_at": None},
        *({**ORDER, "_id": odd_id, "customer_id": "odd id"} for odd_id in ODD_IDS.values()),
    ]
    file = tmp_path / "odd.ndjson"
    file.write_text("\n".join(json.dumps(document) for document in documents))
    load_documents(chain.instance, "orders", file)
    chain.land()
    chain.build("orders_current", "orders_versions", "order_fulfillment_daily")
    chain.dbt("test", "--select", "orders_current", "rejected_rows", "--exclude", "test_name:meets_objective")
    chain.assert_true("bronze", "silver", "history")
    rules = query(
        chain, "select entity_id, rule from silver.rejected_rows where entity_id like 'ORD-odd-%' order by 1, 2"
    )
    assert ["ORD-odd-3", "missing_total_amount"] in rules and ["ORD-odd-6", "packed_before_picked"] not in rules

    rows = {
        order_id: values
        for order_id, *values in query(
            chain,
            "select order_id, document_id, customer_id, line_count, total_amount, items, created_at"
            " from silver.orders_current where order_id like 'ORD-odd-%'",
        )
    }
    assert len(rows) == 10
    assert ["ORD-odd-9", "cancelled_before_created"] in rules and ["ORD-odd-10", "missing_created_at"] in rules
    assert rows["ORD-odd-1"][1] == 'Zoë "日本" 😀'
    assert json.loads(rows["ORD-odd-1"][4])[0]["notes"] == [["nested", ["deeper", {"k": [1, None]}]]]
    assert rows["ORD-odd-2"][2] == 7
    assert rows["ORD-odd-3"][3] is None
    assert rows["ORD-odd-4"][1] == "42" and rows["ORD-odd-4"][3] is None
    assert rows["ORD-odd-6"][1:3] == ["4000000000", 5]
    assert rows["ORD-odd-7"][2:4] == [12345678, None] and ["ORD-odd-7", "missing_total_amount"] in rules
    assert rows["ORD-odd-8"][3] is None
    odd_ids = query(chain, "select order_id from silver.orders_current where customer_id = 'odd id'")
    assert {order_id for (order_id,) in odd_ids} == set(ODD_IDS)
    assert rows["ORD-odd-5"][0] == '{"$oid": "65a1b2c3d4e5f60718293a4b"}'
    assert rows.pop("ORD-odd-10")[5] is None
    assert all(values[5].isoformat() == "2017-01-02T10:00:00.123000" for values in rows.values())
    (new_field,) = query(
        chain,
        """select json_extract_scalar("after", '$.gift_note.text') from bronze.orders_raw
           where document_id = '"ORD-odd-2"'""",
    )
    assert new_field == ["hello"], "a field that no model knows is in bronze"

    # others read MongoDB with Python, which cannot hold some of it: it goes, to be found gone by whoever asks for the
    # truth next
    with pymongo.MongoClient[dict[str, Any]](python_uri(chain.instance)) as client:
        orders = client["wms"]["orders"]
        gone = orders.delete_many({"_id": {"$in": [f"ORD-odd-{number}" for number in (7, 8, 9, 10)]}})
        assert gone.deleted_count == 4
        assert orders.delete_many({"customer_id": "odd id"}).deleted_count == len(ODD_IDS)
    chain.land()
