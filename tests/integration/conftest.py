"""One stack for all integration tests: its own home and ports, so that a running stack is never touched."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from mesh import jobs
from mesh.instance import CREDENTIALS, ENDPOINTS, Instance
from mesh.stack import lifecycle, preflight
from mesh.stack.servers import SERVERS
from tests.integration.chain import Chain

FIRST_ORDERS = 1_000


def _free_port_base() -> int:
    """A first port such that no port of the stack above it is taken."""
    offsets = [
        port for server in Instance.from_environment().config["servers"].values() for port in server["ports"].values()
    ]
    # below 32768: from there on the system hands ports to whoever connects somewhere
    for base in range(26_000, 32_600, 100):
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
        preflight.check_ports(instance, list(SERVERS))


@pytest.fixture(scope="session")
def chain(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """The chain with its first orders landed and built."""
    chain = Chain(instance, tmp_path_factory.mktemp("target"))
    jobs.submit(instance)
    chain.replay(FIRST_ORDERS)
    chain.land()
    chain.dbt("build")
    return chain
