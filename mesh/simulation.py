"""Binds the simulator to an instance; the simulator itself knows nothing of what is downstream."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from mesh.clients.http import registry_settings
from mesh.clients.kafka import python_settings
from mesh.clients.mongodb import python_uri
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.simulate.apply import DeliveryError, MissingTopicError
from mesh.simulate.baskets import DEFAULT_FROM_DAY, DatasetMissingError
from mesh.simulate.ndjson import LoadSummary, NdjsonError, load_ndjson
from mesh.simulate.position import StateFileError
from mesh.simulate.replay import Progress, SimulationSummary, simulate
from mesh.simulate.wire import SchemaFileError

_TELLING = (
    StateFileError,
    MissingTopicError,
    DatasetMissingError,
    SchemaFileError,
    DeliveryError,
    NdjsonError,
)


def state_file(instance: Instance) -> Path:
    """Where the simulator remembers how far it has come."""
    return instance.home / "simulation.json"


def replayed_orders(instance: Instance) -> int:
    """How many orders the simulator has created so far."""
    path = state_file(instance)
    return int(json.loads(path.read_text())["orders_created"]) if path.exists() else 0


def replay_orders(
    instance: Instance,
    orders: int,
    report: Callable[[str], None],
    *,
    from_day: date = DEFAULT_FROM_DAY,
    seed: int = 7,
    rate: float | None = None,
    faulty_share: float = 0,
) -> SimulationSummary:
    """Replay until `orders` orders exist in all.

    Raises:
        MeshError: the input or the servers do not fit; nothing is lost, the next call goes on.
    """
    told = 0.0

    def tell(progress: Progress) -> None:
        nonlocal told
        if time.monotonic() - told > 10:
            told = time.monotonic()
            report(f"{progress.orders_created:,} orders, {progress.changes_applied:,} changes")

    try:
        return simulate(
            python_uri(instance),
            python_settings(instance),
            registry_settings(instance),
            state_file(instance),
            orders,
            from_day=from_day,
            seed=seed,
            rate=rate,
            faulty_share=faulty_share,
            on_progress=tell,
        )
    except _TELLING as error:
        raise MeshError(str(error)) from error


def load_documents(instance: Instance, collection: str, path: Path) -> LoadSummary:
    """Load an NDJSON file into a collection.

    Raises:
        MeshError: a line is no document; nothing was written.
    """
    try:
        return load_ndjson(python_uri(instance), collection, path)
    except (NdjsonError, OSError) as error:
        raise MeshError(str(error)) from error
