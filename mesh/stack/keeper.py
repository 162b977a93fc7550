"""Keeps the chain whole while the stack is up: restarts a failed connector, resumes a lost job, maintains the lake.

Supervisord restarts processes; this restarts what lives inside them. A supervised process of its own.
"""

from __future__ import annotations

import sys
import time

import httpx

from mesh import jobs
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.stack import provision
from mesh.stack.server import Process
from mesh.stack.upkeep import Upkeep

INTERVAL_SECONDS = 5


def process(instance: Instance) -> Process:
    """The keeper as a process of the stack."""
    return Process(
        name="keeper",
        command=[sys.executable, "-u", "-m", "mesh.stack.keeper"],
        directory=instance.home,
        environment=instance.environment(),
        is_ready=lambda: True,
    )


def keep(instance: Instance) -> list[str]:
    """Look once at everything; returns what was mended."""
    mended = []
    outcome = provision.ensure_connector(instance)
    if outcome != provision.IN_PLACE:
        mended.append(f"connector {outcome}")
    return [*mended, *jobs.resume_lost(instance)]


def main() -> None:
    """Look every few seconds, for ever."""
    instance = Instance.from_environment()
    upkeep = Upkeep(instance)
    while True:
        try:
            for line in [*upkeep.look(), *keep(instance)]:
                print(line)
        except (MeshError, httpx.HTTPError, KeyError, ValueError) as error:
            # a server that is down is supervisord's business: look again
            print(f"not now: {error}")
        time.sleep(INTERVAL_SECONDS)


if __name__ == "__main__":
    main()
