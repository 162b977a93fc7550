"""The command line: one clear line for a person's mistake, exports that a shell can read."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mesh.cli import main
from mesh.instance import CREDENTIALS, ENDPOINTS

HEAVY = (
    "airflow boto3 confluent_kafka dbt dbt_common great_expectations httpx jinja2 pandas psutil pymongo requests rich"
    " sqlalchemy sqlglot supervisor trino yaml"
)


@pytest.fixture(autouse=True)
def empty_instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [*(name for name, _, _ in ENDPOINTS.values()), *CREDENTIALS]:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("MESH_HOME", str(tmp_path))
    monkeypatch.setenv("MESH_PORT_BASE", "42000")


@pytest.fixture
def mongodb_that_listens(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("MESH_MONGODB_URI", f"mongodb://127.0.0.1:{server.getsockname()[1]}")
        yield


def mesh(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["stack", "status"], "mesh: the stack is down: mesh stack up"),
        (["stack", "logs", "nothing"], "mesh: no log of 'nothing': there are none yet"),
        (
            ["stack", "up", "--profile", "none"],
            "mesh: no profile 'none' in stack/stack.toml: there are wms; all that was said is in {home}/logs/up.log",
        ),
        (["load", "orders", "missing.ndjson"], "mesh: [Errno 2] No such file or directory: 'missing.ndjson'"),
    ],
)
@pytest.mark.usefixtures("mongodb_that_listens")
def test_mistake_is_one_line_and_a_failure(arguments: list[str], line: str, tmp_path: Path) -> None:
    result = mesh(*arguments)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [line.format(home=tmp_path)]


@pytest.mark.usefixtures("mongodb_that_listens")
def test_bad_document_names_its_line_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "orders.ndjson"
    file.write_text('{"_id": 1}\n{"_id": \n')
    result = mesh("load", "orders", str(file))
    assert result.exit_code == 1
    assert "orders.ndjson" in result.output and "line 2" in result.output


def test_nothing_to_stop_is_no_failure() -> None:
    result = mesh("stack", "down")
    assert (result.exit_code, result.output) == (0, "nothing was running\n")


def test_exports_are_read_by_a_shell() -> None:
    exports = mesh("stack", "env").output
    names = [*(name for name, _, _ in ENDPOINTS.values()), "MESH_HOME", "MESH_PORT_BASE"]
    script = exports + "\n".join(f'echo "${{{name}:?}}"' for name in names)
    shell = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, env={})
    values = shell.stdout.splitlines()
    assert len(values) == len(names)
    assert "mongodb://127.0.0.1:42017/?replicaSet=rs0" in values
    assert "https://127.0.0.1:42085" in values
    assert not any(name in exports for name in CREDENTIALS), "no shell needs the keys of the object store"


@pytest.mark.parametrize("arguments", [["--help"], ["stack", "env"], ["quality", "check", "--help"]])
def test_what_is_quick_loads_nothing_heavy(arguments: list[str]) -> None:
    program = "import sys; from mesh.cli import main; main(sys.argv[1:], standalone_mode=False); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    loaded = ran.stdout.splitlines()[-1].split()
    assert "mesh.cli" in loaded
    assert sorted({*HEAVY.split()} & {*loaded}) == []
