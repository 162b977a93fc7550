"""One stack for all integration tests: its own home and ports, so that a running stack is never touched."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh import jobs, truth
from mesh.dbt import run_dbt
from mesh.instance import CREDENTIALS, ENDPOINTS, Instance
from mesh.progress import wait_until_landed
from mesh.simulation import replay_orders
from mesh.stack import lifecycle
from mesh.stack.supervise import Supervisor

FIRST_ORDERS = 2_000
LANDING_TIMEOUT_SECONDS = 400


class Chain:
    """The running chain, as the tests drive it."""

    def __init__(self, instance: Instance, target: Path) -> None:
        self.instance = instance
        self.target = target
        self.orders = 0

    def replay(self, more_orders: int) -> None:
        """Write more orders to MongoDB and the event topics."""
        self.orders += more_orders
        replay_orders(self.instance, self.orders, print)

    def land(self) -> None:
        """Wait until bronze holds all that was written."""
        wait_until_landed(self.instance, LANDING_TIMEOUT_SECONDS, print)

    def dbt(self, *arguments: str, **environment: str) -> None:
        """Run dbt with artifacts and logs of the test's own."""
        folders = {"DBT_TARGET_PATH": str(self.target), "DBT_LOG_PATH": str(self.target / "logs")}
        run_dbt(self.instance, *arguments, environment={**folders, **environment})

    def build(self) -> None:
        """Seeds, models and their tests."""
        self.dbt("build")

    def assert_true(self, *layers: str) -> None:
        """Fail on any difference between MongoDB and the lake."""
        results = truth.check(self.instance, layers or ("bronze", "positions", "silver", "gold"))
        assert results
        failed = [result for result in results if not result.passed]
        assert not failed, "\n".join(f"{result.line()} {result.samples}" for result in failed)

    def kill(self, process: str) -> int:
        """SIGKILL a supervised process; returns how often it had died before."""
        (state,) = [state for state in Supervisor(self.instance).states() if state.name == process]
        os.kill(state.pid, signal.SIGKILL)
        return state.restarts

    def deaths(self, process: str) -> int:
        """How often a process died since the stack came up."""
        (state,) = [state for state in Supervisor(self.instance).states() if state.name == process]
        return state.restarts


def _free_port_base() -> int:
    """A first port such that no port of the stack above it is taken."""
    offsets = [
        port
        for server in Instance.from_environment().config["servers"].values()
        for port in server["ports"].values()
    ]
    for base in range(31_000, 60_000, 100):
        if all(_is_free(base + offset) for offset in offsets):
            return base
    raise RuntimeError("no free block of ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A started stack of the tests' own, stopped at the end."""
    with pytest.MonkeyPatch.context() as environment:
        for variable in [*(name for name, _, _ in ENDPOINTS.values()), *CREDENTIALS]:
            environment.delenv(variable, raising=False)
        environment.setenv("MESH_HOME", str(tmp_path_factory.mktemp("mesh")))
        environment.setenv("MESH_PORT_BASE", str(_free_port_base()))
        instance = Instance.from_environment()
        try:
            lifecycle.up(instance, "wms", print)
            yield instance
        finally:
            lifecycle.down(instance)


@pytest.fixture(scope="session")
def chain(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """The chain with its first orders landed and built."""
    chain = Chain(instance, tmp_path_factory.mktemp("target"))
    jobs.submit(instance)
    chain.replay(FIRST_ORDERS)
    chain.land()
    chain.build()
    return chain
