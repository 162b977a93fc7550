"""What lies on the shelves: reservation by wave, picking, replenishment. Never below zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from bson.decimal128 import Decimal128

from mesh.simulate.baskets import BasketLine, Product
from mesh.simulate.behaviour import WAREHOUSE_ID, between
from mesh.simulate.changes import INVENTORY, INVENTORY_EVENTS, BusinessEvent
from mesh.simulate.clock import DAY, HOUR, Clock, to_datetime
from mesh.simulate.journal import Journal
from mesh.simulate.money import unit_dollars

RESERVATION_WRITTEN_FROM_UNITS = 6
"""A wave's reservation of fewer units is not written to the document, only its picking.

Most products leave once or twice per wave; writing both for all would let inventory dominate.
"""

_ZONES = ("A", "B", "C", "D", "E", "F", "G", "H")


@dataclass(slots=True)
class _Level:
    """The books of one product; its document follows them, and appears with the first pick."""

    product_id: int
    sku: str
    unit_cost: Decimal128
    on_hand: int
    reserved: int
    reorder_point: int
    lot: int
    received: int
    picked: int = 0
    replenished_at: int = 0
    awaits_replenishment: bool = False
    has_document: bool = False


class Stock:
    """Quantities in units. For every product, on hand = received - picked >= reserved >= 0."""

    def __init__(self, clock: Clock, journal: Journal, random: Random, catalog: Mapping[int, Product]) -> None:
        self._clock = clock
        self._journal = journal
        self._random = random
        self._catalog = catalog
        self._levels: dict[int, _Level] = {}

    def reserve(self, needed: Mapping[int, int], examples: Mapping[int, BasketLine]) -> None:
        """Reserve units for a wave, receiving more first where the shelf holds too few.

        Args:
            needed: units by product_id.
            examples: a line of each product, to price a product that is new here.
        """
        for product_id, units in needed.items():
            level = self._levels.get(product_id)
            if level is None:
                level = self._open_level(examples[product_id], units)
                self._levels[product_id] = level
            if level.on_hand - level.reserved < units:
                self._receive(level, units)
            level.reserved += units
            if level.has_document and units >= RESERVATION_WRITTEN_FROM_UNITS:
                self._journal.update(INVENTORY, level.sku, {"quantity_reserved": level.reserved})

    def pick(self, wave_id: str, reserved: Mapping[int, int], picked: Mapping[int, int]) -> None:
        """Close a wave: take the picked units off the shelf and release its reservations.

        Args:
            wave_id: the wave.
            reserved: what `reserve` reserved for it, units by product_id; not empty.
            picked: what was really picked, units by product_id, less where orders were cancelled.
        """
        last = next(reversed(reserved))
        for product_id, units in reserved.items():
            level = self._levels[product_id]
            taken = picked.get(product_id, 0)
            level.reserved -= units
            level.on_hand -= taken
            level.picked += taken
            self._write(
                level,
                {
                    "quantity_on_hand": level.on_hand,
                    "quantity_reserved": level.reserved,
                    "units_picked_total": level.picked,
                },
                ("pick" if taken else "release", taken),
                self._picked_event(wave_id, picked) if product_id == last else None,
            )
            if level.on_hand - level.reserved <= level.reorder_point:
                self._order_more(level)

    def _open_level(self, example: BasketLine, units: int) -> _Level:
        shelf = between(self._random, (24, 120))
        on_hand = max(shelf, 2 * units)
        return _Level(
            product_id=example.product_id,
            sku=f"SKU-{example.product_id}",
            # Seven tenths of what the first customer paid for one.
            unit_cost=unit_dollars(example.sales_value_cents * 7, example.quantity * 10),
            on_hand=on_hand,
            reserved=0,
            reorder_point=shelf // 5,
            lot=shelf,
            received=on_hand,
        )

    def _write(
        self,
        level: _Level,
        changed: Mapping[str, Any],
        movement: tuple[str, int],
        event: BusinessEvent | None,
    ) -> None:
        """Write a movement (type, units) to the product's document, creating it if need be."""
        fields = {
            **changed,
            "last_movement_type": movement[0],
            "last_movement_quantity": movement[1],
            "last_movement_at": to_datetime(self._clock.now),
        }
        if level.has_document:
            self._journal.update(INVENTORY, level.sku, fields, event)
        else:
            level.has_document = True
            document = {**self._first_document(level), **fields}
            self._journal.insert(INVENTORY, level.sku, document, event)

    def _first_document(self, level: _Level) -> dict[str, Any]:
        product = self._catalog.get(level.product_id)
        department = product.department if product else None
        zone = _ZONES[len(department or "") % len(_ZONES)]
        aisle, shelf = level.product_id % 40 + 1, level.product_id // 40 % 24 + 1
        return {
            "sku": level.sku,
            "product_name": product.product_type if product else None,
            "department": department,
            "category": product.category if product else None,
            "brand": product.brand if product else None,
            "warehouse_id": WAREHOUSE_ID,
            "location": f"{zone}-{aisle:02d}-{shelf:02d}",
            "quantity_on_hand": level.on_hand,
            "quantity_reserved": level.reserved,
            "reorder_point": level.reorder_point,
            "unit_cost": level.unit_cost,
            "units_picked_total": level.picked,
            "units_received_total": level.received,
        }

    def _order_more(self, level: _Level) -> None:
        if level.awaits_replenishment:
            return
        level.awaits_replenishment = True
        arrival = self._clock.now + between(self._random, (4 * HOUR, 20 * HOUR))
        self._clock.schedule(arrival, self._arrive, level)

    def _arrive(self, level: _Level) -> None:
        level.awaits_replenishment = False
        self._receive(level, 0)

    def _receive(self, level: _Level, units: int) -> None:
        """Receive a lot, plus `units` that are needed at once."""
        now = self._clock.now
        if now - level.replenished_at < 5 * DAY:
            # It sells faster than its shelf was planned for: plan a larger one.
            level.lot *= 2
            level.reorder_point *= 2
        level.replenished_at = now
        quantity = level.lot + units
        level.on_hand += quantity
        level.received += quantity
        self._write(
            level,
            {
                "quantity_on_hand": level.on_hand,
                "reorder_point": level.reorder_point,
                "units_received_total": level.received,
            },
            ("replenishment", quantity),
            self._journal.event(
                INVENTORY_EVENTS,
                level.sku,
                "stock.replenished",
                {
                    "aggregate_id": level.sku,
                    "sku": level.sku,
                    "sku_count": 1,
                    "unit_count": quantity,
                    "quantity_on_hand": level.on_hand,
                },
            ),
        )

    def _picked_event(self, wave_id: str, picked: Mapping[int, int]) -> BusinessEvent:
        return self._journal.event(
            INVENTORY_EVENTS,
            wave_id,
            "stock.picked",
            {
                "aggregate_id": wave_id,
                "wave_id": wave_id,
                "sku_count": len(picked),
                "unit_count": sum(picked.values()),
            },
        )
