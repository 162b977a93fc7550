"""A warehouse that turns baskets into documents changing over time.

An order's life: received, (wave_assigned while its cart waits,) picking, packed, shipped,
delivered; or cancelled, and a few of those are purged and a few of the purged ordered again under
the same id. Everything is drawn from one seeded generator in order of simulated time, so that the
same baskets and seed give the same changes, and more baskets give the same changes and then more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from mesh.simulate import behaviour
from mesh.simulate.baskets import Basket, BasketLine, Product
from mesh.simulate.behaviour import WAREHOUSE_ID, Priority, between
from mesh.simulate.changes import (
    ORDER_EVENTS,
    ORDER_RECEIVED,
    ORDERS,
    PACK_TASKS,
    PACKING_EVENTS,
    PICK_TASKS,
    PICKING_EVENTS,
    SHIPMENTS,
    SHIPPING_EVENTS,
    WAVE_EVENTS,
    WAVES,
    BusinessEvent,
    Change,
)
from mesh.simulate.clock import DAY, HOUR, MINUTE, SECOND, Clock, to_datetime, to_milliseconds
from mesh.simulate.journal import Journal
from mesh.simulate.money import dollars, unit_dollars
from mesh.simulate.stock import Stock
from mesh.simulate.workforce import Worker, Workforce


def generate_changes(
    baskets: Iterable[Basket], seed: int, catalog: Mapping[int, Product] | None = None
) -> Iterator[Change]:
    """Yield every change of the warehouse in order of simulated time.

    Args:
        baskets: in order of `placed_at`; read one by one, only when their time has come.
        seed: the same seed and baskets give the same changes.
        catalog: names and categories for inventory documents; they are null without it.

    When the baskets end, orders under way are brought to their end. A caller that stops earlier
    leaves them as they are, and one that continues gets exactly the changes that follow.
    """
    iterator = iter(baskets)
    first = next(iterator, None)
    if first is None:
        return
    opened_at = to_milliseconds(first.placed_at) // DAY * DAY
    warehouse = _Warehouse(opened_at, seed, catalog or {})
    pending = warehouse.journal.pending
    clock = warehouse.clock
    warehouse.workforce.hire(opened_at)
    basket: Basket | None = first
    while basket is not None:
        placed_at = to_milliseconds(basket.placed_at)
        while clock.has_due(placed_at):
            clock.run_next()
            yield from pending
            pending.clear()
        clock.now = placed_at
        warehouse.receive(basket)
        yield from pending
        pending.clear()
        basket = next(iterator, None)
    while clock.has_open_work():
        clock.run_next()
        yield from pending
        pending.clear()


@dataclass(slots=True, eq=False)
class _Order:
    order_id: str
    basket: Basket
    priority: Priority
    units: int
    total_cents: int
    attempt: int
    status: str = "received"
    wave: _Wave | None = None
    picking_started_at: int = 0
    packing_started_at: int = 0

    @property
    def number(self) -> int:
        return self.basket.basket_id


@dataclass(slots=True, eq=False)
class _Wave:
    wave_id: str
    orders: list[_Order]
    released_at: int
    reserved: dict[int, int] = field(default_factory=dict)
    unfinished: int = 0


class _Warehouse:
    """The flow of orders; stock and workforce keep their own books."""

    def __init__(self, opened_at: int, seed: int, catalog: Mapping[int, Product]) -> None:
        self.clock = Clock(opened_at)
        self.journal = Journal(self.clock, seed)
        self._random = Random(seed)
        self.workforce = Workforce(self.clock, self.journal, self._random)
        self._stock = Stock(self.clock, self.journal, self._random, catalog)
        self._queue: dict[str, _Order] = {}
        self._queue_generation = 0
        self._wave_day = 0
        self._wave_number = 0

    # Orders

    def receive(self, basket: Basket, attempt: int = 1) -> None:
        """Take a basket as an order, now."""
        clock, random = self.clock, self._random
        priority = behaviour.choose_priority(random)
        units = sum(line.quantity for line in basket.lines)
        cents = sum(line.sales_value_cents for line in basket.lines)
        order = _Order(f"ORD-{basket.basket_id}", basket, priority, units, cents, attempt)
        self._create_order(order)
        if attempt == 1 and random.random() < behaviour.CANCELLED_SHARE:
            clock.schedule(clock.now + between(random, (2 * MINUTE, 2 * HOUR)), self._cancel, order)
        if not self._queue:
            self._queue_generation += 1
            clock.schedule(clock.now + behaviour.WAVE_MAX_WAIT, self._waited_long, self._queue_generation)
        self._queue[order.order_id] = order
        if len(self._queue) >= behaviour.WAVE_SIZE:
            self._release_wave()

    def _create_order(self, order: _Order) -> None:
        basket = order.basket
        promised_at = to_datetime(self.clock.now + order.priority.promised_within)
        self.journal.insert(
            ORDERS,
            order.order_id,
            {
                "order_id": order.order_id,
                "customer_id": f"CUST-{basket.household_id}",
                "store_id": f"STORE-{basket.store_id}",
                "warehouse_id": WAREHOUSE_ID,
                "priority": order.priority.name,
                "status": order.status,
                "items": [_item(line) for line in basket.lines],
                "line_count": len(basket.lines),
                "unit_count": order.units,
                "total_amount": dollars(order.total_cents),
                "currency": "USD",
                "promised_at": promised_at,
                "wave_id": None,
                "picking_started_at": None,
                "packed_at": None,
                "shipped_at": None,
                "delivered_at": None,
                "cancelled_at": None,
                "cancellation_reason": None,
            },
            self._order_event(
                order,
                ORDER_RECEIVED if order.attempt == 1 else "order.reordered",
                promised_at=promised_at,
            ),
        )

    def _cancel(self, order: _Order) -> None:
        if order.status not in ("received", "wave_assigned", "picking"):
            return
        random = self._random
        in_wave = order.wave is not None
        order.status = "cancelled"
        reason = behaviour.CANCELLATION_REASONS[int(random.random() * len(behaviour.CANCELLATION_REASONS))]
        now = to_datetime(self.clock.now)
        self.journal.update(
            ORDERS,
            order.order_id,
            {"status": "cancelled", "cancelled_at": now, "cancellation_reason": reason},
            self._order_event(order, "order.cancelled", cancellation_reason=reason),
        )
        if in_wave:
            self.journal.update(
                PICK_TASKS,
                f"PICK-{order.number}",
                {"status": "cancelled", "cancelled_at": now},
            )
            return
        del self._queue[order.order_id]
        if random.random() < behaviour.PURGED_SHARE_OF_CANCELLED:
            purged_at = self.clock.now + between(random, (6 * HOUR, 48 * HOUR))
            self.clock.schedule(purged_at, self._purge_order, order)

    def _purge_order(self, order: _Order) -> None:
        self.journal.delete(ORDERS, order.order_id)
        if self._random.random() < behaviour.REORDERED_SHARE_OF_PURGED:
            again_at = self.clock.now + between(self._random, (2 * HOUR, 24 * HOUR))
            self.clock.schedule(again_at, self.receive, order.basket, order.attempt + 1)

    def _order_event(self, order: _Order, event_type: str, **more: object) -> BusinessEvent:
        return self.journal.event(
            ORDER_EVENTS,
            order.order_id,
            event_type,
            {
                "order_id": order.order_id,
                "customer_id": f"CUST-{order.basket.household_id}",
                "warehouse_id": WAREHOUSE_ID,
                "priority": order.priority.name,
                "status": order.status,
                "line_count": len(order.basket.lines),
                "unit_count": order.units,
                "total_amount_cents": order.total_cents,
                **more,
            },
        )

    # Waves

    def _waited_long(self, generation: int) -> None:
        if generation == self._queue_generation and self._queue:
            self._release_wave()

    def _release_wave(self) -> None:
        clock = self.clock
        orders = sorted(self._queue.values(), key=lambda order: order.priority.rank)
        self._queue.clear()
        wave = _Wave(self._next_wave_id(), orders, clock.now, unfinished=len(orders))
        examples: dict[int, BasketLine] = {}
        for order in orders:
            order.wave = wave
            for line in order.basket.lines:
                wave.reserved[line.product_id] = wave.reserved.get(line.product_id, 0) + line.quantity
                examples.setdefault(line.product_id, line)
        self._create_wave(wave)
        self._stock.reserve(wave.reserved, examples)
        size = behaviour.CART_SIZE
        for cart, place in enumerate(range(0, len(orders), size), start=1):
            self._load_cart(wave, cart, orders[place : place + size])

    def _next_wave_id(self) -> str:
        day = self.clock.now // DAY
        if day != self._wave_day:
            self._wave_day, self._wave_number = day, 0
        self._wave_number += 1
        return f"WAVE-{to_datetime(self.clock.now):%Y%m%d}-{self._wave_number:03d}"

    def _create_wave(self, wave: _Wave) -> None:
        units = sum(wave.reserved.values())
        lines = sum(len(order.basket.lines) for order in wave.orders)
        self.journal.insert(
            WAVES,
            wave.wave_id,
            {
                "wave_id": wave.wave_id,
                "warehouse_id": WAREHOUSE_ID,
                "status": "released",
                "order_ids": [order.order_id for order in wave.orders],
                "order_count": len(wave.orders),
                "same_day_order_count": sum(order.priority is behaviour.SAME_DAY for order in wave.orders),
                "line_count": lines,
                "unit_count": units,
                "sku_count": len(wave.reserved),
                "picked_order_count": 0,
                "cancelled_order_count": 0,
                "picked_unit_count": 0,
                "released_at": to_datetime(wave.released_at),
                "completed_at": None,
            },
            self.journal.event(
                WAVE_EVENTS,
                wave.wave_id,
                "wave.released",
                {
                    "wave_id": wave.wave_id,
                    "warehouse_id": WAREHOUSE_ID,
                    "order_count": len(wave.orders),
                    "line_count": lines,
                    "unit_count": units,
                },
            ),
        )

    def _complete_wave(self, wave: _Wave) -> None:
        kept = [order for order in wave.orders if order.status != "cancelled"]
        picked: dict[int, int] = {}
        for order in kept:
            for line in order.basket.lines:
                picked[line.product_id] = picked.get(line.product_id, 0) + line.quantity
        self._stock.pick(wave.wave_id, wave.reserved, picked)
        units = sum(picked.values())
        self.journal.update(
            WAVES,
            wave.wave_id,
            {
                "status": "completed",
                "picked_order_count": len(kept),
                "cancelled_order_count": len(wave.orders) - len(kept),
                "picked_unit_count": units,
                "completed_at": to_datetime(self.clock.now),
            },
            self.journal.event(
                WAVE_EVENTS,
                wave.wave_id,
                "wave.completed",
                {
                    "wave_id": wave.wave_id,
                    "warehouse_id": WAREHOUSE_ID,
                    "order_count": len(kept),
                    "line_count": sum(len(order.basket.lines) for order in kept),
                    "unit_count": units,
                    "duration_seconds": (self.clock.now - wave.released_at) // SECOND,
                },
            ),
        )

    # Picking

    def _load_cart(self, wave: _Wave, number: int, orders: list[_Order]) -> None:
        """Give a cart of orders to one picker; all begin together and finish one by one."""
        clock = self.clock
        durations = [behaviour.picking_time(self._random, len(order.basket.lines)) for order in orders]
        picker, start, _ = self.workforce.assign("picker", sum(durations))
        waits = start > clock.now
        for order in orders:
            self._assign_pick(order, wave, number, picker, waits)
        if waits:
            clock.schedule(start, self._start_cart, orders)
        done_at = start
        for order, duration in zip(orders, durations, strict=True):
            done_at += duration
            clock.schedule(done_at, self._finish_pick, order, picker)

    def _assign_pick(self, order: _Order, wave: _Wave, cart: int, picker: Worker, waits: bool) -> None:
        now = to_datetime(self.clock.now)
        order.status = "wave_assigned" if waits else "picking"
        order.picking_started_at = self.clock.now
        self.journal.update(
            ORDERS,
            order.order_id,
            {
                "status": order.status,
                "wave_id": wave.wave_id,
                "picking_started_at": None if waits else now,
            },
        )
        self.journal.insert(
            PICK_TASKS,
            f"PICK-{order.number}",
            {
                "task_id": f"PICK-{order.number}",
                "order_id": order.order_id,
                "wave_id": wave.wave_id,
                "warehouse_id": WAREHOUSE_ID,
                "worker_id": picker.worker_id,
                "cart_id": f"CART-{cart:02d}",
                "priority": order.priority.name,
                "status": "assigned" if waits else "in_progress",
                "line_count": len(order.basket.lines),
                "unit_count": order.units,
                "units_picked": 0,
                "assigned_at": now,
                "started_at": None if waits else now,
                "completed_at": None,
                "cancelled_at": None,
                "duration_seconds": None,
            },
        )

    def _start_cart(self, orders: list[_Order]) -> None:
        now = to_datetime(self.clock.now)
        for order in orders:
            if order.status != "wave_assigned":
                continue
            order.status = "picking"
            order.picking_started_at = self.clock.now
            self.journal.update(ORDERS, order.order_id, {"status": "picking", "picking_started_at": now})
            self.journal.update(
                PICK_TASKS,
                f"PICK-{order.number}",
                {"status": "in_progress", "started_at": now},
            )

    def _finish_pick(self, order: _Order, picker: Worker) -> None:
        wave = order.wave
        assert wave is not None
        if order.status == "picking":
            order.status = "picked"
            self._complete_pick(order, wave, picker)
            duration = behaviour.packing_time(self._random, order.units)
            packer, start, finish = self.workforce.assign("packer", duration)
            self.clock.schedule(start, self._start_pack, order, packer)
            self.clock.schedule(finish, self._finish_pack, order, packer)
        wave.unfinished -= 1
        if wave.unfinished == 0:
            self._complete_wave(wave)

    def _complete_pick(self, order: _Order, wave: _Wave, picker: Worker) -> None:
        self.workforce.completed(picker, order.units)
        task_id = f"PICK-{order.number}"
        seconds = (self.clock.now - order.picking_started_at) // SECOND
        self.journal.update(
            PICK_TASKS,
            task_id,
            {
                "status": "completed",
                "units_picked": order.units,
                "completed_at": to_datetime(self.clock.now),
                "duration_seconds": seconds,
            },
            self.journal.event(
                PICKING_EVENTS,
                task_id,
                "pick_task.completed",
                {
                    "task_id": task_id,
                    "order_id": order.order_id,
                    "wave_id": wave.wave_id,
                    "worker_id": picker.worker_id,
                    "line_count": len(order.basket.lines),
                    "unit_count": order.units,
                    "duration_seconds": seconds,
                },
            ),
        )
        self._maybe_purge_task(PICK_TASKS, task_id)

    def _maybe_purge_task(self, collection: str, task_id: str) -> None:
        if self._random.random() < behaviour.TASK_PURGED_SHARE:
            purged_at = self.clock.now + between(self._random, (5 * DAY, 9 * DAY))
            self.clock.schedule(purged_at, self.journal.delete, collection, task_id)

    # Packing

    def _start_pack(self, order: _Order, packer: Worker) -> None:
        now = self.clock.now
        order.packing_started_at = now
        task_id = f"PACK-{order.number}"
        self.journal.insert(
            PACK_TASKS,
            task_id,
            {
                "task_id": task_id,
                "order_id": order.order_id,
                "warehouse_id": WAREHOUSE_ID,
                "worker_id": packer.worker_id,
                "station_id": f"PS-{int(packer.worker_id[-2:]) % 6 + 1:02d}",
                "priority": order.priority.name,
                "status": "in_progress",
                "unit_count": order.units,
                "package_count": None,
                "weight_kg": None,
                "started_at": to_datetime(now),
                "completed_at": None,
                "duration_seconds": None,
            },
        )

    def _finish_pack(self, order: _Order, packer: Worker) -> None:
        clock, random = self.clock, self._random
        now = to_datetime(clock.now)
        self.workforce.completed(packer, order.units)
        task_id = f"PACK-{order.number}"
        seconds = (clock.now - order.packing_started_at) // SECOND
        packages = _packages(order.units)
        grams = order.units * between(random, (280, 620)) + packages * 200
        self.journal.update(
            PACK_TASKS,
            task_id,
            {
                "status": "completed",
                "package_count": packages,
                "weight_kg": grams / 1000,
                "completed_at": now,
                "duration_seconds": seconds,
            },
            self.journal.event(
                PACKING_EVENTS,
                task_id,
                "pack_task.completed",
                {
                    "task_id": task_id,
                    "order_id": order.order_id,
                    "worker_id": packer.worker_id,
                    "package_count": packages,
                    "unit_count": order.units,
                    "weight_grams": grams,
                    "duration_seconds": seconds,
                },
            ),
        )
        self._maybe_purge_task(PACK_TASKS, task_id)
        order.status = "packed"
        self.journal.update(ORDERS, order.order_id, {"status": "packed", "packed_at": now})
        carrier = behaviour.choose_carrier(random)
        departure = behaviour.next_departure(random, clock.now, order.priority, carrier)
        clock.schedule(departure, self._ship, order, carrier, grams)

    # Shipping

    def _ship(self, order: _Order, carrier: behaviour.Carrier, grams: int) -> None:
        clock, random = self.clock, self._random
        now = to_datetime(clock.now)
        shipper, _, _ = self.workforce.assign("shipper", 45 * SECOND)
        self.workforce.completed(shipper, order.units)
        shipment_id = f"SHP-{order.number}"
        tracking = behaviour.tracking_number(random, carrier.code)
        shortest, longest = order.priority.transit
        estimated_at = clock.now + longest
        cost = carrier.base_cost_cents + carrier.cost_cents_per_kg * grams // 1000
        self.journal.insert(
            SHIPMENTS,
            shipment_id,
            {
                "shipment_id": shipment_id,
                "order_id": order.order_id,
                "warehouse_id": WAREHOUSE_ID,
                "worker_id": shipper.worker_id,
                "carrier_code": carrier.code,
                "service_level": order.priority.name,
                "tracking_number": tracking,
                "status": "in_transit",
                "package_count": _packages(order.units),
                "weight_kg": grams / 1000,
                "shipping_cost": dollars(cost),
                "shipped_at": now,
                "estimated_delivery_at": to_datetime(estimated_at),
                "delivered_at": None,
                "exception_reason": None,
            },
            self._shipment_event(order, carrier, tracking, "shipment.dispatched", estimated_delivery_at=estimated_at),
        )
        order.status = "shipped"
        self.journal.update(ORDERS, order.order_id, {"status": "shipped", "shipped_at": now})
        delivered_at = clock.now + between(random, (shortest, longest))
        if random.random() < carrier.late_share:
            if random.random() < behaviour.EXCEPTION_SHARE_OF_LATE:
                clock.schedule(delivered_at, self._delay, shipment_id)
            delivered_at += between(random, order.priority.extra_when_late)
        clock.schedule(delivered_at, self._deliver, order, carrier, tracking)

    def _delay(self, shipment_id: str) -> None:
        reasons = ("weather", "address_unknown", "missed_connection")
        reason = reasons[int(self._random.random() * len(reasons))]
        self.journal.update(SHIPMENTS, shipment_id, {"status": "exception", "exception_reason": reason})

    def _deliver(self, order: _Order, carrier: behaviour.Carrier, tracking: str) -> None:
        now = to_datetime(self.clock.now)
        order.status = "delivered"
        self.journal.update(
            SHIPMENTS,
            f"SHP-{order.number}",
            {"status": "delivered", "delivered_at": now},
            self._shipment_event(order, carrier, tracking, "shipment.delivered"),
        )
        self.journal.update(ORDERS, order.order_id, {"status": "delivered", "delivered_at": now})

    def _shipment_event(
        self,
        order: _Order,
        carrier: behaviour.Carrier,
        tracking: str,
        event_type: str,
        estimated_delivery_at: int | None = None,
    ) -> BusinessEvent:
        shipment_id = f"SHP-{order.number}"
        payload = {
            "shipment_id": shipment_id,
            "order_id": order.order_id,
            "carrier_code": carrier.code,
            "tracking_number": tracking,
            "service_level": order.priority.name,
            "package_count": _packages(order.units),
        }
        if estimated_delivery_at is not None:
            payload["estimated_delivery_at"] = to_datetime(estimated_delivery_at)
        return self.journal.event(SHIPPING_EVENTS, shipment_id, event_type, payload)


def _item(line: BasketLine) -> dict[str, object]:
    return {
        "sku": f"SKU-{line.product_id}",
        "quantity": line.quantity,
        "unit_price": unit_dollars(line.sales_value_cents, line.quantity),
        "line_amount": dollars(line.sales_value_cents),
    }


def _packages(units: int) -> int:
    return -(-units // 18)
