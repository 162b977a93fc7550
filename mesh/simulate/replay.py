"""Drives the warehouse: generate, apply in batches, remember how far."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from mesh.simulate.apply import Sink, WarehouseSink
from mesh.simulate.baskets import DEFAULT_FROM_DAY, dataset_version, read_baskets, read_catalog
from mesh.simulate.changes import Change, is_new_order
from mesh.simulate.faults import leave_out_fields
from mesh.simulate.position import Parameters, Position, read_position, write_position
from mesh.simulate.warehouse import generate_changes

DEFAULT_SEED = 7
BATCH_SIZE = 2_000

_LONGEST_UNWRITTEN_SECONDS = 0.5


@dataclass(frozen=True)
class Progress:
    """Sent after every batch; counts are totals since the first day."""

    orders_created: int
    orders_wanted: int
    changes_applied: int
    simulated_until: datetime


@dataclass(frozen=True)
class SimulationSummary:
    """What one run did. `changes` counts this run's changes by (collection, operation)."""

    orders_before: int
    orders_created: int
    changes_before: int
    changes_applied: int
    changes: dict[tuple[str, str], int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    simulated_until: datetime | None = None
    baskets_exhausted: bool = False


OnProgress = Callable[[Progress], None]


def simulate(
    mongodb_uri: str,
    kafka: Mapping[str, Any] | None,
    registry: Mapping[str, str] | None,
    state_file: Path,
    orders: int,
    *,
    from_day: date = DEFAULT_FROM_DAY,
    seed: int = DEFAULT_SEED,
    rate: float | None = None,
    faulty_share: float = 0,
    on_progress: OnProgress | None = None,
) -> SimulationSummary:
    """Replay baskets as orders until `orders` exist since `from_day`.

    Continues where `state_file` says an earlier run stopped, and does nothing when it got there.
    The last order is the last change: younger and older orders stay as they are at that moment.

    Args:
        mongodb_uri: where the database `wms` lives.
        kafka: settings of `confluent_kafka` for business events; None for documents only.
        registry: settings of its client of a schema registry; needed with Kafka.
        state_file: JSON, written after every batch.
        orders: how many orders shall have been created since `from_day`, all runs together.
        from_day: first day of baskets, UTC.
        seed: decides everything that the baskets do not.
        rate: new orders per second; None for as fast as possible.
        faulty_share: share of this run's new documents that lack a field, from 0 to 1.
        on_progress: called after every batch.

    Raises:
        StateFileError: the state file belongs to another seed or day.
        MissingTopicError: a topic does not exist.
        DatasetMissingError: the baskets are not installed.
        ValueError: `orders` is negative, `rate` is not positive, or `faulty_share` is no share.
    """
    if orders < 0:
        raise ValueError(f"orders must be 0 or more, not {orders}")
    if rate is not None and rate <= 0:
        raise ValueError(f"rate must be above 0 orders per second, not {rate}")
    if not 0 <= faulty_share <= 1:
        raise ValueError(f"faulty_share must be from 0 to 1, not {faulty_share}")
    parameters = Parameters(seed, from_day, dataset_version())
    position = read_position(state_file, parameters)
    if position.orders_created >= orders:
        return SimulationSummary(
            position.orders_created,
            position.orders_created,
            position.changes_applied,
            position.changes_applied,
        )
    with WarehouseSink(mongodb_uri, kafka, registry) as sink:
        changes = generate_changes(read_baskets(from_day), seed, read_catalog())
        return replay(
            leave_out_fields(changes, faulty_share),
            sink,
            position,
            orders,
            remember=lambda reached: write_position(state_file, parameters, reached),
            rate=rate,
            on_progress=on_progress,
        )


def replay(
    changes: Iterable[Change],
    sink: Sink,
    position: Position,
    orders: int,
    *,
    remember: Callable[[Position], None],
    rate: float | None = None,
    on_progress: OnProgress | None = None,
    batch_size: int = BATCH_SIZE,
) -> SimulationSummary:
    """Apply the changes after `position` up to the creation of the `orders`-th order.

    `changes` are all changes from the first; `remember` is called after each applied batch.
    """
    started = time.monotonic()
    run = _Run(sink, position, orders, remember, on_progress)
    pending = islice(changes, position.changes_applied, None)
    exhausted = True
    for change in _paced(pending, rate, run.flush):
        run.add(change)
        if run.orders_created >= orders:
            exhausted = False
            break
        if len(run.batch) >= batch_size:
            run.flush()
    run.flush()
    return SimulationSummary(
        orders_before=position.orders_created,
        orders_created=run.orders_created,
        changes_before=position.changes_applied,
        changes_applied=run.changes_applied,
        changes=dict(run.by_operation),
        events=dict(run.by_topic),
        seconds=time.monotonic() - started,
        simulated_until=run.simulated_until,
        baskets_exhausted=exhausted,
    )


class _Run:
    """A batch being filled, and the counts of what was applied."""

    def __init__(
        self,
        sink: Sink,
        position: Position,
        orders: int,
        remember: Callable[[Position], None],
        on_progress: OnProgress | None,
    ) -> None:
        self.batch: list[Change] = []
        self.orders_created = position.orders_created
        self.changes_applied = position.changes_applied
        self.by_operation: Counter[tuple[str, str]] = Counter()
        self.by_topic: Counter[str] = Counter()
        self.simulated_until: datetime | None = None
        self._sink = sink
        self._orders = orders
        self._remember = remember
        self._on_progress = on_progress

    def add(self, change: Change) -> None:
        self.batch.append(change)
        self.by_operation[change.collection, change.operation] += 1
        if change.event is not None:
            self.by_topic[change.event.topic] += 1
        if is_new_order(change):
            self.orders_created += 1

    def flush(self) -> None:
        if not self.batch:
            return
        self._sink.apply(self.batch)
        self.changes_applied += len(self.batch)
        self.simulated_until = self.batch[-1].occurred_at
        self.batch = []
        self._remember(Position(self.changes_applied, self.orders_created))
        if self._on_progress is not None:
            self._on_progress(Progress(self.orders_created, self._orders, self.changes_applied, self.simulated_until))


def _paced(changes: Iterable[Change], rate: float | None, flush: Callable[[], None]) -> Iterator[Change]:
    """Hold back each new order until its turn at `rate` orders per second.

    What was yielded before is flushed before a wait, and at least twice a second.
    """
    if rate is None:
        yield from changes
        return
    due: float | None = None
    flushed_at = time.monotonic()
    for change in changes:
        if is_new_order(change):
            now = time.monotonic()
            due = now if due is None else due + 1 / rate
            if due - now > _LONGEST_UNWRITTEN_SECONDS or (now - flushed_at > _LONGEST_UNWRITTEN_SECONDS):
                flush()
                flushed_at = now = time.monotonic()
            if due > now:
                time.sleep(due - now)
        yield change
