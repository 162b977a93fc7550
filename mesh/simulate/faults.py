"""Services that go wrong: new documents that lack a field which the products rely on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from zlib import crc32

from mesh.simulate.changes import INVENTORY, ORDERS, PACK_TASKS, PICK_TASKS, SHIPMENTS, WAVES, WORKERS, Change

NEEDED_FIELDS = {
    ORDERS: "customer_id",
    INVENTORY: "location",
    WAVES: "order_count",
    PICK_TASKS: "order_id",
    PACK_TASKS: "weight_kg",
    SHIPMENTS: "tracking_number",
    WORKERS: "full_name",
}


def leave_out_fields(changes: Iterable[Change], share: float) -> Iterator[Change]:
    """The same changes, but a share of the inserted documents (from 0 to 1) lacks the field of its collection.

    Which ones is decided by their id alone, so that a repeated batch is the same.
    """
    for change in changes:
        if change.operation == "insert" and crc32(change.document_id.encode()) < share * 2**32:
            needed = NEEDED_FIELDS[change.collection]
            yield replace(change, fields={name: value for name, value in change.fields.items() if name != needed})
        else:
            yield change
