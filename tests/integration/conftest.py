"""One stack for all integration tests: its own home and ports, so that a running stack is never touched."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from mesh import jobs
from mesh.instance import CREDENTIALS, ENDPOINTS, Instance
from mesh.site.docs import generate_docs
from mesh.stack import lifecycle, preflight
from mesh.stack.servers import SERVERS
from tests.conftest import APART, BESIDE
from tests.integration.chain import Chain, maintained_at
from tests.integration.dbt_in_process import dbt_into

FIRST_ORDERS = 1_000
# they change the columns of the chain's tables, or count their rows twice: no reader is there
WITHOUT_READERS = ("test_add_a_field", "test_access")
# it kills Trino; it drops what is old in every schema: nobody else is there
ALONE = ("test_build", "test_privacy")
# what one measures, another would find measured
MEASURING = ("test_dags", "test_quality", "test_disorder")
# servers of an hour: the optimizing compiler pays for Trino alone, and there for what is called 20,000 times
FOR_AN_HOUR = (
    "-XX:TieredStopAtLevel=1 -XX:Tier4InvocationThreshold=20000 -XX:Tier4MinInvocationThreshold=3000"
    " -XX:Tier4CompileThreshold=40000 -XX:Tier4BackEdgeThreshold=120000"
)


@contextmanager
def locked(file: Path, kind: int = fcntl.LOCK_EX) -> Iterator[dict[str, Any]]:
    """What the tests' processes know together; what is put in is there for the next who asks."""
    with file.open("a+") as handle:
        fcntl.flock(handle, kind)
        handle.seek(0)
        known = json.loads(handle.read() or "{}")
        yield known
        if kind == fcntl.LOCK_EX:
            handle.truncate(0)
            handle.write(json.dumps(known))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that this run's processes share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


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
def instance(shared: Path) -> Iterator[Instance]:
    """A stack of the tests' own: whoever needs it first starts it, and the last one stops it."""
    home = shared / "mesh"
    stack = shared / "stack.json"
    with pytest.MonkeyPatch.context() as environment:
        for variable in [*(name for name, _, _ in ENDPOINTS.values()), *CREDENTIALS]:
            environment.delenv(variable, raising=False)
        environment.setenv("MESH_HOME", str(home))
        environment.setenv("MESH_COMMIT_SECONDS", "5")  # tests wait for commits a hundred times
        environment.setenv("JDK_JAVA_OPTIONS", FOR_AN_HOUR)
        with locked(stack) as known:
            base = known.setdefault("port_base", _free_port_base())
            environment.setenv("MESH_PORT_BASE", str(base))
            instance = Instance.from_environment()
            if not known.get("users"):
                home.mkdir(exist_ok=True)
                try:
                    lifecycle.up(instance, "wms", print)
                    maintained_at(instance, time.time() + 86_400)
                except BaseException:
                    lifecycle.down(instance)
                    raise
            known["users"] = known.get("users", 0) + 1
        yield instance
        with locked(stack) as known:
            known["users"] -= 1
            if not known["users"]:
                lifecycle.down(instance)
                preflight.check_ports(instance, list(SERVERS))
                assert not _processes_in(home), "mesh stack down leaves something behind"


def _processes_in(home: Path) -> list[str]:
    """Commands that name the home, or stand in it, of processes other than the tests' own."""
    this_run = {process.pid for process in [psutil.Process(), *psutil.Process().parents()]}
    return [
        " ".join(process.info["cmdline"])
        for process in psutil.process_iter(["cmdline", "cwd"])
        if process.pid not in this_run
        and (str(home) in " ".join(process.info["cmdline"] or []) or (process.info["cwd"] or "").startswith(str(home)))
    ]


@pytest.fixture(scope="session")
def chain(instance: Instance, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """The chain with its first orders landed and built, by whoever needs it first."""
    chain = Chain(instance, tmp_path_factory.mktemp("target"))
    with locked(shared / "chain.json") as known:
        if not known:
            jobs.submit(instance)
            chain.replay(FIRST_ORDERS)
            chain.land()
            # the models' unit tests read no table: tests/integration/test_unit_tests_of_models.py
            chain.dbt("build", "--exclude-resource-type", "unit_test")
            known["orders"] = FIRST_ORDERS
        chain.orders = known["orders"]
    return chain


@pytest.fixture(scope="session")
def documented(chain: Chain, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The docs site with dbt's artifacts, of the chain as it was when somebody first asked."""
    folder = tmp_path_factory.mktemp("documented")
    # made before the module that asks for it has its own lock
    with locked(shared / "readers.json", fcntl.LOCK_SH), dbt_into(folder):
        generate_docs(chain.instance)
    return folder


@pytest.fixture(scope="module", autouse=True)
def _alone_or_beside(request: pytest.FixtureRequest, shared: Path) -> Iterator[None]:
    """Whoever is beside the writer waits for those who do not want it, and the other way round."""
    module = request.path.stem
    apart, readers = shared / "apart.json", shared / "readers.json"
    with ExitStack() as held:
        if module in BESIDE:
            held.enter_context(locked(apart if module in APART else readers, fcntl.LOCK_SH))
        if module in ALONE:
            held.enter_context(locked(apart))
        if module in (*ALONE, *WITHOUT_READERS):
            held.enter_context(locked(readers))
        if module in MEASURING:
            held.enter_context(locked(shared / "measurements.json"))
        yield
