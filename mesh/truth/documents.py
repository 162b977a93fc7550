"""The typed columns of each collection's documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bson.objectid import ObjectId

from mesh.truth.canonical import Document, relaxed_text
from mesh.truth.columns import AMOUNT, BIGINT, COST, DOUBLE, INTEGER, JSON, TEXT, TIMESTAMP, ColumnType, Row
from mesh.truth.source import Source
from mesh.truth.values import as_text


@dataclass(frozen=True)
class DocumentType:
    """What the documents of a collection tell, a column a field.

    `id_column` takes the document's own id where the document lacks the field. `fields` are the names of fields
    that are not called like their column.
    """

    collection: str
    id_column: str
    columns: Mapping[str, ColumnType]
    fields: Mapping[str, str] = field(default_factory=dict)

    def read(self, document: Document, *columns: str) -> Row:
        """All columns of a document, or some; other fields than `_id` may be missing."""
        row: Row = {}
        for name in columns or self.columns:
            source = self.fields.get(name, name)
            row[name] = self.columns[name].from_field(document[source]) if source in document else None
        if row.get(self.id_column, "") is None:
            row[self.id_column] = id_text(document["_id"])
        return row

    def read_all(self, source: Source, *columns: str) -> Iterator[Row]:
        """The same of every document of the source, one at a time."""
        for document in source.collections[self.collection].documents():
            yield self.read(document, *columns)


def id_text(document_id: object) -> str:
    """A document's id as text: a plain one as it is, a whole double as an integer, an ObjectId's digits; or JSON."""
    if isinstance(document_id, ObjectId):
        return str(document_id)
    if isinstance(document_id, float) and document_id.is_integer() and abs(document_id) < 10**21:
        return str(int(document_id))
    text = as_text(document_id)
    return relaxed_text(document_id) if text is None else text


ORDERS = DocumentType(
    "orders",
    "order_id",
    {
        "order_id": TEXT,
        "customer_id": TEXT,
        "store_id": TEXT,
        "warehouse_id": TEXT,
        "wave_id": TEXT,
        "priority": TEXT,
        "status": TEXT,
        "currency": TEXT,
        "cancellation_reason": TEXT,
        "items": JSON,
        "line_count": INTEGER,
        "unit_count": INTEGER,
        "total_amount": AMOUNT,
        "created_at": TIMESTAMP,
        "updated_at": TIMESTAMP,
        "promised_at": TIMESTAMP,
        "picking_started_at": TIMESTAMP,
        "packed_at": TIMESTAMP,
        "shipped_at": TIMESTAMP,
        "delivered_at": TIMESTAMP,
        "cancelled_at": TIMESTAMP,
    },
)

INVENTORY = DocumentType(
    "inventory",
    "sku",
    {
        "sku": TEXT,
        "warehouse_id": TEXT,
        "product_name": TEXT,
        "department": TEXT,
        "category": TEXT,
        "brand": TEXT,
        "location": TEXT,
        "last_movement_type": TEXT,
        "quantity_on_hand": INTEGER,
        "quantity_reserved": INTEGER,
        "reorder_point": INTEGER,
        "unit_cost": COST,
        "units_picked_total": BIGINT,
        "units_received_total": BIGINT,
        "last_movement_quantity": INTEGER,
        "created_at": TIMESTAMP,
        "updated_at": TIMESTAMP,
        "last_movement_at": TIMESTAMP,
    },
)

WAVES = DocumentType(
    "waves",
    "wave_id",
    {
        "wave_id": TEXT,
        "warehouse_id": TEXT,
        "status": TEXT,
        "order_ids": JSON,
        "order_count": INTEGER,
        "same_day_order_count": INTEGER,
        "line_count": INTEGER,
        "unit_count": INTEGER,
        "sku_count": INTEGER,
        "picked_order_count": INTEGER,
        "cancelled_order_count": INTEGER,
        "picked_unit_count": INTEGER,
        "created_at": TIMESTAMP,
        "updated_at": TIMESTAMP,
        "released_at": TIMESTAMP,
        "completed_at": TIMESTAMP,
    },
)

PICK_TASKS = DocumentType(
    "pick_tasks",
    "task_id",
    {
        "task_id": TEXT,
        "order_id": TEXT,
        "wave_id": TEXT,
        "warehouse_id": TEXT,
        "worker_id": TEXT,
        "cart_id": TEXT,
        "priority": TEXT,
        "status": TEXT,
        "line_count": INTEGER,
        "unit_count": INTEGER,
        "units_picked": INTEGER,
        "duration_seconds": BIGINT,
        "created_at": TIMESTAMP,
        "updated_at": TIMESTAMP,
        "assigned_at": TIMESTAMP,
        "started_at": TIMESTAMP,
        "completed_at": TIMESTAMP,
        "cancelled_at": TIMESTAMP,
    },
)

PACK_TASKS = DocumentType(
    "pack_tasks",
    "task_id",
    {
        "task_id": TEXT,
        "order_id": TEXT,
        "warehouse_id": TEXT,
        "worker_id": TEXT,
        "station_id": TEXT,
        "priority": TEXT,
        "status": TEXT,
        "unit_count": INTEGER,
        "package_count": INTEGER,
        "weight_kg": DOUBLE,
        "duration_seconds": BIGINT,
        "created_at": TIMESTAMP,
        "updated_at": TIMESTAMP,
        "started_at": TIMESTAMP,
        "completed_at": TIMESTAMP,
    },
)

SHIPMENTS = DocumentType(
    "shipments",
    "shipment_id",
    {
        "shipment_id": TEXT,
        "order_id": TEXT,
        "warehouse_id": TEXT,
        "worker_id": TEXT,
        "carrier_code": TEXT,
        "service_level": TEXT,
        "tracking_number": TEXT,
        "status": TEXT,
        "exception_reason": TEXT,
        "package_count": INTEGER,
        "weight_kg": DOUBLE,
        "shipping_cost": AMOUNT,
        "created_at": TIMESTAMP,
        "updated_at": TIMESTAMP,
        "shipped_at": TIMESTAMP,
        "estimated_delivery_at": TIMESTAMP,
        "delivered_at": TIMESTAMP,
    },
)

WORKERS = DocumentType(
    "workers",
    "worker_id",
    {
        "worker_id": TEXT,
        "warehouse_id": TEXT,
        "full_name": TEXT,
        "worker_role": TEXT,
        "shift": TEXT,
        "status": TEXT,
        "hourly_rate": AMOUNT,
        "shift_tasks_completed": INTEGER,
        "shift_units_handled": INTEGER,
        "tasks_completed": BIGINT,
        "units_handled": BIGINT,
        "created_at": TIMESTAMP,
        "updated_at": TIMESTAMP,
        "hired_at": TIMESTAMP,
        "shift_started_at": TIMESTAMP,
        "shift_ended_at": TIMESTAMP,
    },
    fields={"worker_role": "role"},
)
