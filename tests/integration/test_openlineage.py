"""OpenLineage events of a dbt command, as a server gets them that refuses what OpenMetadata's schema does not know."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mesh.environments import python_environment
from mesh.errors import MeshError
from mesh.openlineage.send import find_receiver, send_dbt_events
from tests.integration.chain import Chain

MODEL = "order_fulfillment_daily"
TOKEN = "a token"
Event = dict[str, Any]

VALIDATE = """
import json, sys
from metadata.generated.schema.api.lineage.openlineage.openLineageRunEvent import OpenLineageRunEvent
for event in json.load(sys.stdin):
    OpenLineageRunEvent.model_validate(event)
"""


class Receiver(ThreadingHTTPServer):
    """Takes events at OpenMetadata's path, from who has the token; keeps none whose type is in `refused`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.events: list[Event] = []
        self.refused: set[str] = set()

    @property
    def address(self) -> str:
        """As MESH_OPENMETADATA_URL names it."""
        return f"http://127.0.0.1:{self.server_port}/api"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/api/v1/openlineage/lineage":
            self.send_error(404)
        elif self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.send_error(401)
        elif event["eventType"] in self.server.refused:
            self._answer({"status": "failure", "message": "not resolved"})
        else:
            self.server.events.append(event)
            self._answer({"status": "success", "lineageEdgesCreated": 1})

    def _answer(self, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A started receiver."""
    monkeypatch.delenv("OPENLINEAGE_URL", raising=False)
    server = Receiver()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def built(chain: Chain) -> Iterator[Chain]:
    """The chain after a build of one gold model and its tests."""
    chain.dbt("build", "--select", MODEL, "--exclude-resource-type", "unit_test")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DBT_TARGET_PATH", str(chain.target))
        yield chain


def send(chain: Chain, receiver: Receiver, token: str = TOKEN) -> None:
    found = find_receiver({"MESH_OPENMETADATA_URL": receiver.address, "MESH_OPENMETADATA_TOKEN": token})
    assert found
    send_dbt_events(chain.instance, found)


def test_every_model_and_test_of_the_command_arrives_with_its_inputs_and_outputs(
    built: Chain, receiver: Receiver
) -> None:
    send(built, receiver)
    manifest = json.loads((built.target / "manifest.json").read_text())
    results = json.loads((built.target / "run_results.json").read_text())["results"]
    node = manifest["nodes"][f"model.data_mesh.{MODEL}"]
    # the library knows models and sources; a seed is no input to it
    parents = [manifest["nodes"][name] for name in node["depends_on"]["nodes"] if name.startswith("model.")]

    runs = [event for event in receiver.events if event["eventType"] == "COMPLETE" and event["outputs"]]
    (run,) = runs
    trino = built.instance.endpoint("trino").replace("https://", "trino://")
    assert {(each["namespace"], each["name"]) for each in run["inputs"]} == {
        (trino, f"iceberg.{parent['schema']}.{parent['name']}") for parent in parents
    }
    (output,) = run["outputs"]
    assert (output["namespace"], output["name"]) == (trino, f"iceberg.{node['schema']}.{MODEL}")
    fields = output["facets"]["schema"]["fields"]
    assert {field["name"] for field in fields} == set(node["columns"])

    asserted = [
        assertion
        for event in receiver.events
        if event["eventType"] == "COMPLETE"
        for dataset in event["inputs"]
        for assertion in dataset.get("inputFacets", {}).get("dataQualityAssertions", {}).get("assertions", [])
    ]
    assert len(asserted) == len(results) - 1 and all(each["success"] for each in asserted)


def test_every_event_is_what_openmetadata_reads(built: Chain, receiver: Receiver) -> None:
    send(built, receiver)
    assert len(receiver.events) >= 4
    python = python_environment(built.instance, "catalog") / "python"
    subprocess.run([python, "-c", VALIDATE], input=json.dumps(receiver.events), text=True, check=True)


def test_an_event_that_is_not_taken_is_named(
    built: Chain, receiver: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    receiver.refused = {"COMPLETE"}
    with pytest.raises(MeshError, match="missing"):
        send(built, receiver)
    assert f"data_mesh.{MODEL}.build.run: not resolved" in capfd.readouterr().err

    with pytest.raises(MeshError, match="missing"):
        send(built, receiver, token="another token")
    assert "401" in capfd.readouterr().err


def test_a_command_that_moves_nothing_sends_nothing(built: Chain, receiver: Receiver) -> None:
    built.dbt("compile", "--select", MODEL)
    with pytest.raises(MeshError, match="missing"):
        send(built, receiver)
    assert receiver.events == []


def test_the_receiver_is_the_users_own_or_the_catalog_or_nobody() -> None:
    own = {"OPENLINEAGE_URL": "http://own:5000", "OPENLINEAGE_API_KEY": "key"}
    catalog = {"MESH_OPENMETADATA_URL": "http://catalog:8585/api"}
    assert find_receiver({**own, **catalog, "PATH": "/bin"}) == own
    assert find_receiver(catalog) == {
        "OPENLINEAGE_URL": "http://catalog:8585",
        "OPENLINEAGE_ENDPOINT": "api/v1/openlineage/lineage",
    }
    assert find_receiver({"PATH": "/bin"}) is None
    with pytest.raises(MeshError, match="such as http://"):
        find_receiver({"MESH_OPENMETADATA_URL": "catalog"})
