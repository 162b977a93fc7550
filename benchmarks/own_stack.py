"""A stack of a benchmark's own: a home that goes with it, and ports beside everybody's."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from mesh import jobs
from mesh.instance import Instance
from mesh.progress import wait_until_landed
from mesh.simulation import replay_orders
from mesh.stack import lifecycle

LANDING_TIMEOUT_SECONDS = 1_800


@contextmanager
def own_instance(port_base: int, **environment: str) -> Iterator[Instance]:
    """An instance of which nothing runs yet; whatever of it runs at the end is stopped."""
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as home:
        own = {"MESH_HOME": home, "MESH_PORT_BASE": str(port_base), "DBT_TARGET_PATH": f"{home}/target"}
        os.environ |= own | environment
        instance = Instance.from_environment()
        try:
            yield instance
        finally:
            lifecycle.down(instance)


def start_and_land(instance: Instance, orders: int) -> None:
    """Servers, landing job and orders, until bronze has them."""
    lifecycle.up(instance, "wms", silent)
    jobs.submit(instance)
    replay_orders(instance, orders, silent)
    wait_until_landed(instance, LANDING_TIMEOUT_SECONDS, silent)


def silent(_line: str) -> None:
    """Nobody needs to hear it."""
