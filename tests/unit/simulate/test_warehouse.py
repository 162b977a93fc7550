from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any

import pytest
from bson import encode

from mesh.simulate.baskets import Basket, Product
from mesh.simulate.behaviour import TRACKING_PATTERNS
from mesh.simulate.changes import COLLECTIONS, TOPICS, Change, is_new_order
from mesh.simulate.warehouse import generate_changes

ORDER_STEPS = {
    "received": {"wave_assigned", "picking", "cancelled"},
    "wave_assigned": {"picking", "cancelled"},
    "picking": {"packed", "cancelled"},
    "packed": {"shipped"},
    "shipped": {"delivered"},
    "delivered": set(),
    "cancelled": set(),
}

TASK_BUSY = ("in_progress", "completed")


def digest(changes: Iterable[Change]) -> str:
    """Fingerprint of changes down to the bytes that MongoDB would store."""
    sha = sha256()
    for change in changes:
        sha.update(f"{change.collection}{change.operation}{change.document_id}".encode())
        sha.update(encode(change.fields))
        if change.event is not None:
            sha.update(f"{change.event.topic}{change.event.key}".encode())
            sha.update(encode(change.event.record()))
    return sha.hexdigest()


def test_chance_outside_the_seed_is_caught(
    baskets: list[Basket], catalog: dict[int, Product], changes: list[Change]
) -> None:
    assert digest(generate_changes(baskets, 7, catalog)) == digest(changes)


def test_a_seed_without_effect_is_caught(baskets: list[Basket], changes: list[Change]) -> None:
    other = islice(generate_changes(baskets, 8), 5_000)
    assert digest(other) != digest(changes[:5_000])


@pytest.mark.parametrize("orders", [1, 60, 61, 777])
def test_a_longer_run_that_is_no_continuation_of_a_shorter_is_caught(
    baskets: list[Basket], catalog: dict[int, Product], changes: list[Change], orders: int
) -> None:
    shorter = []
    # Only as many baskets as orders: a peek at a later basket would show.
    for change in generate_changes(baskets[:orders], 7, catalog):
        shorter.append(change)
        if sum(map(is_new_order, shorter[-1:])) and change.document_id == f"ORD-{baskets[orders - 1].basket_id}":
            break
    assert sum(map(is_new_order, shorter)) == orders
    assert digest(shorter) == digest(changes[: len(shorter)])


def test_writes_to_documents_that_do_not_exist_are_caught(changes: list[Change]) -> None:
    alive: set[tuple[str, str]] = set()
    for change in changes:
        document = (change.collection, change.document_id)
        if change.operation == "insert":
            assert document not in alive
            assert change.fields["_id"] == change.document_id
            alive.add(document)
        else:
            assert document in alive
            assert "_id" not in change.fields
            if change.operation == "delete":
                alive.remove(document)


def test_time_running_backwards_is_caught(changes: list[Change]) -> None:
    moments = [change.occurred_at for change in changes]
    assert moments == sorted(moments)
    for change in changes:
        if change.operation == "insert":
            assert change.fields["created_at"] == change.occurred_at
        if change.operation != "delete":
            assert change.fields["updated_at"] == change.occurred_at
        if change.event is not None:
            assert change.event.occurred_at == change.occurred_at


def test_dates_finer_than_mongodb_keeps_or_without_zone_are_caught(changes: list[Change]) -> None:
    for change in changes:
        for value in change.fields.values():
            if isinstance(value, datetime):
                assert value.tzinfo is not None
                assert value.microsecond % 1000 == 0


def test_a_field_missing_from_the_first_document_is_caught(changes: list[Change]) -> None:
    fields: dict[str, set[str]] = {}
    for change in changes:
        if change.operation == "insert":
            assert fields.setdefault(change.collection, set(change.fields)) == set(change.fields)
        elif change.operation == "update":
            assert set(change.fields) <= fields[change.collection]
    assert set(fields) == set(COLLECTIONS)


def test_negative_or_vanishing_stock_is_caught(changes: list[Change]) -> None:
    shelf: dict[str, dict[str, Any]] = {}
    for change in changes:
        if change.collection == "inventory":
            document = shelf.setdefault(change.document_id, {})
            document.update(change.fields)
            assert document["quantity_on_hand"] >= document["quantity_reserved"] >= 0
            moved = document["units_received_total"] - document["units_picked_total"]
            assert document["quantity_on_hand"] == moved
            assert re.fullmatch(r"[A-Z]-\d\d-\d\d", document["location"])
    assert all(document["quantity_reserved"] == 0 for document in shelf.values())


def test_units_picked_other_than_units_of_uncancelled_orders_are_caught(changes: list[Change]) -> None:
    ordered: Counter[str] = Counter()
    picked: Counter[str] = Counter()
    for document in latest(changes, "orders").values():
        if document["status"] != "cancelled":
            for item in document["items"]:
                ordered[item["sku"]] += item["quantity"]
    for document in latest(changes, "inventory").values():
        picked[document["sku"]] = document["units_picked_total"]
    assert +picked == ordered


def test_an_order_that_skips_or_repeats_a_step_is_caught(changes: list[Change]) -> None:
    status: dict[str, str] = {}
    seen: set[str] = set()
    for change in changes:
        if change.collection != "orders":
            continue
        if change.operation == "delete":
            assert status.pop(change.document_id) == "cancelled"
        elif change.operation == "insert":
            assert change.fields["status"] == "received"
            status[change.document_id] = "received"
        else:
            after = change.fields["status"]
            assert after in ORDER_STEPS[status[change.document_id]]
            status[change.document_id] = after
            seen.add(after)
    assert set(status.values()) == {"delivered", "cancelled"}
    assert seen == set(ORDER_STEPS) - {"received"}


def test_an_order_whose_dates_are_out_of_order_is_caught(changes: list[Change]) -> None:
    steps = ("created_at", "picking_started_at", "packed_at", "shipped_at", "delivered_at")
    for order in latest(changes, "orders").values():
        if order["status"] == "delivered":
            moments = [order[step] for step in steps]
            assert moments == sorted(moments)
            assert order["wave_id"]


def test_money_that_does_not_add_up_is_caught(changes: list[Change]) -> None:
    for order in latest(changes, "orders").values():
        lines = [item["line_amount"].to_decimal() for item in order["items"]]
        assert order["total_amount"].to_decimal() == sum(lines)
        for item, amount in zip(order["items"], lines, strict=True):
            assert abs(item["unit_price"].to_decimal() * item["quantity"] - amount) <= (
                Decimal("0.00005") * item["quantity"]
            )


def test_tasks_and_shipments_of_orders_that_never_were_are_caught(changes: list[Change]) -> None:
    orders = {change.document_id for change in changes if change.collection == "orders"}
    workers = set(latest(changes, "workers"))
    assert len(workers) == 40
    for collection, finished in (("pick_tasks", "completed"), ("pack_tasks", "completed")):
        for task in latest(changes, collection).values():
            assert task["order_id"] in orders
            assert task["worker_id"] in workers
            if task["status"] == finished:
                assert task["completed_at"] > task["started_at"]
                assert task["duration_seconds"] > 0
    for shipment in latest(changes, "shipments").values():
        assert shipment["order_id"] in orders
        assert shipment["delivered_at"] > shipment["shipped_at"]
        assert re.fullmatch(TRACKING_PATTERNS[shipment["carrier_code"]], shipment["tracking_number"])


def test_tasks_of_a_worker_who_is_away_are_caught(changes: list[Change]) -> None:
    on_shift: dict[str, bool] = {}
    worker_of: dict[str, str] = {}
    for change in changes:
        if change.collection == "workers":
            on_shift[change.document_id] = change.fields["status"] == "on_shift"
        elif change.operation == "insert" and "worker_id" in change.fields:
            worker_of[change.document_id] = change.fields["worker_id"]
            assert on_shift[change.fields["worker_id"]], change
        elif change.document_id in worker_of and change.fields.get("status") in TASK_BUSY:
            assert on_shift[worker_of[change.document_id]], change


def test_counters_of_workers_that_lose_tasks_are_caught(changes: list[Change]) -> None:
    """Counters are written when a shift ends, so they may only trail the tasks of the last day."""
    counted = sum(worker["tasks_completed"] for worker in latest(changes, "workers").values())
    finished = [
        change.occurred_at
        for change in changes
        if (change.collection == "shipments" and change.operation == "insert")
        or (change.collection in ("pick_tasks", "pack_tasks") and change.fields.get("status") == "completed")
    ]
    last_end = max(
        change.occurred_at
        for change in changes
        if change.collection == "workers" and change.fields["status"] == "off_shift"
    )
    assert max(finished) < last_end
    assert counted == len(finished)


def test_deletes_and_reorders_that_no_longer_happen_are_caught(changes: list[Change]) -> None:
    count = Counter((change.collection, change.operation) for change in changes)
    orders = sum(map(is_new_order, changes))
    assert 0.001 < count["orders", "delete"] / orders < 0.012
    assert count["orders", "insert"] > orders
    assert count["pick_tasks", "delete"] > 0
    assert count["pack_tasks", "delete"] > 0


def test_inventory_or_chatter_that_dominates_is_caught(changes: list[Change]) -> None:
    """Of the first week, when every product is new and inventory is at its largest."""
    count = Counter(change.collection for change in changes)
    orders = sum(map(is_new_order, changes))
    flow = sum(count[name] for name in ("orders", "pick_tasks", "pack_tasks", "shipments"))
    assert 8 < flow / orders < 13
    assert count["inventory"] / len(changes) < 0.47


def test_events_that_are_missing_or_too_many_are_caught(changes: list[Change]) -> None:
    events = Counter(change.event.topic for change in changes if change.event is not None)
    orders = sum(map(is_new_order, changes))
    assert set(events) == set(TOPICS)
    assert 4 < sum(events.values()) / orders < 6
    ids = [change.event.event_id for change in changes if change.event is not None]
    assert len(set(ids)) == len(ids)


def latest(changes: list[Change], collection: str) -> dict[str, dict[str, Any]]:
    """Return the documents of a collection after all changes."""
    documents: dict[str, dict[str, Any]] = {}
    for change in changes:
        if change.collection != collection:
            continue
        if change.operation == "insert":
            documents[change.document_id] = dict(change.fields)
        elif change.operation == "update":
            documents[change.document_id].update(change.fields)
        else:
            del documents[change.document_id]
    return documents
