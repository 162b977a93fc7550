"""An instance's settings: moved as a whole, replaced server by server, credentials kept."""

from __future__ import annotations

import re
import socket
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from mesh.errors import MeshError
from mesh.instance import CREDENTIALS, ENDPOINTS, REPOSITORY, Instance
from mesh.stack import preflight
from mesh.stack.lifecycle import own_servers
from mesh.stack.servers import SERVERS
from mesh.stack.servers.kafka import new_cluster_id


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    for variable in [*(name for name, _, _ in ENDPOINTS.values()), *CREDENTIALS, "MESH_COMMIT_SECONDS"]:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("MESH_HOME", str(tmp_path))
    monkeypatch.setenv("MESH_PORT_BASE", "41000")
    return Instance.from_environment()


def test_port_base_moves_every_port_and_no_two_servers_share_one(instance: Instance) -> None:
    ports = [instance.port(s, p) for s in SERVERS for p in instance.server_config(s)["ports"]]
    assert len(ports) == len(set(ports))
    assert all(41000 <= port < 41100 for port in ports)


@pytest.mark.parametrize("value", ["x", "80", "70000"])
def test_unusable_port_base_says_what_to_give(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_PORT_BASE", value)
    with pytest.raises(MeshError, match="from 1024 to 65000"):
        Instance.from_environment()


@pytest.mark.parametrize("seconds", ["0", "often", "3601"])
def test_unusable_clock_says_what_to_give(seconds: str, instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    assert instance.commit_seconds == instance.config["landing"]["commit_seconds"]
    monkeypatch.setenv("MESH_COMMIT_SECONDS", seconds)
    with pytest.raises(MeshError, match="from 1 to 3600"):
        instance.environment()


def test_what_people_read_has_no_password(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_MONGODB_URI", "mongodb://ana:secret@db.example:1,db.example:2/?replicaSet=rs0")
    assert instance.address("mongodb") == "mongodb://db.example:1,db.example:2/?replicaSet=rs0"
    assert "secret" in instance.endpoint("mongodb")
    assert instance.address("kafka") == instance.endpoint("kafka")


@pytest.mark.parametrize("server", ENDPOINTS)
def test_a_server_of_the_users_own_is_not_started(
    server: str, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server in own_servers(instance, "wms")
    monkeypatch.setenv(ENDPOINTS[server][0], "theirs:1")
    assert server not in own_servers(instance, "wms")
    assert instance.endpoint(server) == "theirs:1"


def test_exported_addresses_of_our_own_servers_do_not_make_them_the_users(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in instance.environment().items():
        monkeypatch.setenv(name, value)
    assert own_servers(Instance.from_environment(), "wms") == instance.config["profiles"]["wms"]


def test_credentials_are_made_once_and_only_the_owner_reads_them(instance: Instance) -> None:
    made = instance.credentials
    assert Instance.from_environment().credentials == made
    assert stat.S_IMODE((instance.home / "credentials.json").stat().st_mode) == 0o600
    assert len(made["MESH_S3_SECRET_KEY"]) >= 32


def test_own_s3_without_keys_says_so(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_S3_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(MeshError, match="MESH_S3_ACCESS_KEY and MESH_S3_SECRET_KEY"):
        _ = Instance(instance.home, instance.cache, instance.port_base).credentials


def test_taken_port_is_named_with_its_server(instance: Instance) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        moved = replace(instance, port_base=port - instance.server_config("kafka")["ports"]["client"])
        with pytest.raises(MeshError, match=rf"port {port} \(kafka client\) is taken"):
            preflight.check_ports(moved, ["kafka"])


def test_missing_memory_is_told_with_both_numbers(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = instance.config["instance"]["memory_needed_mb"]
    monkeypatch.setattr("psutil.virtual_memory", type("Memory", (), {"available": needed * 2**20}))
    preflight.check_memory(instance)
    monkeypatch.setattr("psutil.virtual_memory", type("Memory", (), {"available": 5 * 2**20}))
    with pytest.raises(MeshError, match=f"5 MB of memory are free, the stack needs {needed}"):
        preflight.check_memory(instance)


def test_missing_program_is_told_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MeshError, match="mvn not found: apt-get install maven"):
        preflight.check_prerequisites()


def test_profile_of_dbt_defaults_to_the_ports_of_the_stack() -> None:
    profile = (REPOSITORY / "profiles.yml").read_text()
    config = Instance(Path("/"), Path("/"), 0).config
    port = config["instance"]["port_base"] + config["servers"]["trino"]["ports"]["https"]
    assert set(re.findall(r"https://127\.0\.0\.1:(\d+)", profile)) == {str(port)}


def test_lock_files_have_hashes_and_no_addresses() -> None:
    for lock in (REPOSITORY / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert "://" not in text
        assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\S)", text.strip()))


def test_kafkas_cluster_id_never_looks_like_an_option() -> None:
    ids = {new_cluster_id() for _ in range(2_000)}
    assert len(ids) == 2_000
    assert not any(cluster_id.startswith("-") for cluster_id in ids)
    assert {len(cluster_id) for cluster_id in ids} == {22}
