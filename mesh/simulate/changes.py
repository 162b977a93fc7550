"""What the warehouse does to the outside: a change of one document, and the event it announces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid5

DATABASE = "wms"

ORDERS = "orders"
INVENTORY = "inventory"
WAVES = "waves"
PICK_TASKS = "pick_tasks"
PACK_TASKS = "pack_tasks"
SHIPMENTS = "shipments"
WORKERS = "workers"
COLLECTIONS = (ORDERS, INVENTORY, WAVES, PICK_TASKS, PACK_TASKS, SHIPMENTS, WORKERS)

ORDER_EVENTS = "wms.orders.events"
INVENTORY_EVENTS = "wms.inventory.events"
WAVE_EVENTS = "wms.waves.events"
PICKING_EVENTS = "wms.picking.events"
PACKING_EVENTS = "wms.packing.events"
SHIPPING_EVENTS = "wms.shipping.events"
LABOR_EVENTS = "wms.labor.events"
TOPICS = (
    ORDER_EVENTS,
    INVENTORY_EVENTS,
    WAVE_EVENTS,
    PICKING_EVENTS,
    PACKING_EVENTS,
    SHIPPING_EVENTS,
    LABOR_EVENTS,
)

ORDER_RECEIVED = "order.received"

_EVENT_NAMESPACE = UUID("5b0f4f0e-6f0e-5d5c-9d0e-1f6a3d1c7a42")

Operation = Literal["insert", "update", "delete"]


@dataclass(frozen=True, slots=True)
class BusinessEvent:
    """One message of a topic.

    `key` is the aggregate's id, `payload` the fields of the topic's Avro record other than
    event_id, event_type and occurred_at. Nullable fields that are null may be left out.
    """

    topic: str
    key: str
    event_id: str
    event_type: str
    occurred_at: datetime
    payload: Mapping[str, Any]

    def record(self) -> dict[str, Any]:
        """Return the event as the Avro record of its topic."""
        return {
            "event_id": self.event_id,
            "event_type": self.event_type,
            "occurred_at": self.occurred_at,
            **self.payload,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """One write to one document, in simulated time.

    `fields` is the whole document (with `_id`) for an insert, the fields to set to absolute
    values for an update, and empty for a delete.
    """

    collection: str
    operation: Operation
    document_id: str
    fields: Mapping[str, Any]
    occurred_at: datetime
    event: BusinessEvent | None = None


def is_new_order(change: Change) -> bool:
    """Say whether the change creates an order id for the first time (a reorder does not)."""
    return (
        change.collection == ORDERS
        and change.operation == "insert"
        and change.event is not None
        and change.event.event_type == ORDER_RECEIVED
    )


def event_id(seed: int, topic: str, event_type: str, key: str, occurred_ms: int) -> str:
    """Return the id that the same event gets in every run with the same seed."""
    return str(uuid5(_EVENT_NAMESPACE, f"{seed}|{topic}|{event_type}|{key}|{occurred_ms}"))
