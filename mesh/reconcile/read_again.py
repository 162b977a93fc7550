"""Lets Debezium read every collection again from the beginning, as on its first day."""

from __future__ import annotations

import time

from mesh.clients.http import http_client
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.stack.provision import CONNECTOR

STOP_SECONDS = 60


def read_again(instance: Instance) -> None:
    """Stop the connector, take its position away, and let it go on: its next position is that of a new snapshot.

    What was deleted since it stopped is told by nobody: see `mesh.reconcile.ghosts`.

    Raises:
        MeshError: Connect refused. The connector runs on, if Connect does.
    """
    with http_client(instance, "connect", timeout=60) as connect:
        path = f"/connectors/{CONNECTOR}"
        try:
            connect.put(f"{path}/stop").raise_for_status()
            deadline = time.monotonic() + STOP_SECONDS
            while (answer := connect.delete(f"{path}/offsets")).is_error:
                # until its last task has ended
                if time.monotonic() > deadline:
                    raise MeshError(f"Kafka Connect keeps the connector's position: {answer.text}")
                time.sleep(1)
        finally:
            connect.put(f"{path}/resume")
