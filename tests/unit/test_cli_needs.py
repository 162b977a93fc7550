"""With the mesh down, a command that needs it says so at once, in one line; the others do not ask."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from mesh.cli import main
from mesh.cli.needs import require
from mesh.errors import MeshError
from mesh.instance import CREDENTIALS, ENDPOINTS, Instance

# below 32768: from there on the system hands ports to whoever connects somewhere
PORT_BASE = 19000

NEEDING = {
    "build": "Trino",
    "catalog publish": "Trino",
    "docs": "Trino",
    "jobs list": "Flink",
    "jobs stop": "Flink",
    "jobs submit": "Flink",
    "load orders orders.ndjson": "MongoDB",
    "maintain": "Trino",
    "products publish": "Trino",
    "quality check": "Trino",
    "quality measure": "Trino",
    "quality page": "Trino",
    "quality record": "Trino",
    "reconcile": "MongoDB",
    "renumber nonsense": "Trino",
    "review": "Trino",
    "simulate": "MongoDB",
    "sql nonsense": "Trino",
    "access show": "Trino",
    "privacy find nonsense": "Trino",
    "privacy forget nonsense": "Trino",
    "truth": "Trino",
    "wait": "MongoDB",
}
OTHERS = {
    "access apply",  # Trino need not run to be told
    "access password",
    "airflow",  # most of its commands need none, and the DAGs' steps are commands that say it
    "coverage",
    "lineage send",
    "lint",
    "products check",
    "products codeowners",
    "run",
    "stack down",
    "stack env",
    "stack install",
    "stack lock",
    "stack logs",
    "stack status",
    "stack up",
}


@pytest.fixture(autouse=True)
def instance_that_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    for variable in [*(name for name, _, _ in ENDPOINTS.values()), *CREDENTIALS]:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("MESH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MESH_PORT_BASE", str(PORT_BASE))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    return Instance.from_environment()


def mesh(line: str) -> Result:
    return CliRunner().invoke(main, line.split())


def every_command(command: click.Command, path: str = "") -> Iterator[str]:
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from every_command(inner, f"{path} {name}")
    else:
        yield path.strip()


@pytest.mark.parametrize(("line", "server"), NEEDING.items())
def test_says_at_once_that_the_mesh_is_down(line: str, server: str, tmp_path: Path) -> None:
    began = time.monotonic()
    result = mesh(line)
    assert time.monotonic() - began < 5, "what it loads first included"
    assert result.exit_code == (2 if line == "review" else 1)
    (said,) = result.output.splitlines()
    assert re.fullmatch(
        rf"mesh: the mesh is down \({server} does not answer at \S+:{PORT_BASE // 1000}\d+\S*\):"
        " make run, or mesh stack up",
        said,
    ), said
    assert not (tmp_path / "home").exists(), "it asked before it did anything"


def test_every_command_is_in_the_table() -> None:
    needing = {
        " ".join(word for word in line.split() if word not in ("orders", "orders.ndjson", "nonsense"))
        for line in NEEDING
    }
    assert sorted(every_command(main)) == sorted({*needing, *OTHERS})


@pytest.mark.parametrize(
    ("server", "address", "shown"),
    [
        ("trino", "http://ana:secret@127.0.0.1:1", "Trino does not answer at http://127.0.0.1:1"),
        ("kafka", "127.0.0.1:1,127.0.0.1:2", "Kafka does not answer at 127.0.0.1:1,127.0.0.1:2"),
    ],
)
def test_a_server_of_ones_own_is_named_by_its_address_without_its_password(
    instance_that_is_down: Instance, monkeypatch: pytest.MonkeyPatch, server: str, address: str, shown: str
) -> None:
    variable = ENDPOINTS[server][0]
    monkeypatch.setenv(variable, address)
    with pytest.raises(MeshError) as error:
        require(instance_that_is_down, server)
    assert str(error.value) == f"{shown}, which {variable} names"


def test_one_server_of_several_is_enough(instance_that_is_down: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = f"127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setenv("MESH_MONGODB_URI", f"mongodb://ana:p@127.0.0.1:1,{there}/?replicaSet=rs0")
        monkeypatch.setenv("MESH_TRINO_URL", f"http://{there}")
        require(instance_that_is_down, "mongodb", "trino")


def test_docs_that_were_built_are_served_without_the_mesh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    served: list[int] = []
    monkeypatch.setattr("mesh.site.docs.serve_docs", lambda _instance, port: served.append(port))
    without = mesh("docs --serve")
    assert without.exit_code == 1
    assert without.output.startswith("mesh: no docs have been built yet, and the mesh is down (Trino does not")
    (tmp_path / "products.html").write_text("<h1>products</h1>")
    result = mesh("docs --serve --port 8123")
    assert result.exit_code == 0
    assert re.fullmatch(r"the docs as built at \d{4}-\d\d-\d\d \d\d:\d\d UTC; the mesh is down \(.*\n", result.output)
    assert served == [8123]
