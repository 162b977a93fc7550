"""Servers of your own that ask for passwords and TLS: the tests' stack, as somebody meets it to whom it is not known.

Whoever is here has another home, no password of ours and no authority of ours, but what the `MESH_*` say.
"""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion
from confluent_kafka.schema_registry import SchemaRegistryClient
from minio.credentials.providers import AssumeRoleProvider

from flink_jobs.events import EventReader
from flink_jobs.topics import EVENT_DOMAINS, cdc_topic, event_topic
from flink_jobs.unreadable import Unreadable
from mesh.access.object_store import Keys, keys_of
from mesh.clients import kafka
from mesh.clients.http import http_client, registry_settings
from mesh.clients.logins import AUTHORITIES, authorities_for, login_at
from mesh.clients.mongodb import java_uri
from mesh.clients.s3 import connect_s3
from mesh.errors import MeshError
from mesh.instance import SESSION_TOKEN, Instance
from mesh.progress import captured_position, last_message_offsets
from mesh.stack.java_stores import trust_options
from mesh.stack.servers.kafka import java_command
from mesh.truth.source import read_source
from tests.integration.chain import Chain
from tests.integration.protected import protected

ANA = ("ana", 'p"a@ss:/\\')
BUCKET = "wms-bronze"


@pytest.fixture
def yours(chain: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    """An instance to which each server of the chain is one of its user's own."""
    ours = chain.instance
    authority, key = ours.certificates / "ca.crt", ours.certificates / "kafka.key"
    admin = AdminClient(kafka.python_settings(ours))
    mechanism = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    created = admin.alter_user_scram_credentials([UserScramCredentialUpsertion(ANA[0], mechanism, ANA[1].encode())])
    created[ANA[0]].result(timeout=30)
    with ExitStack() as doors:
        encoded = "ana:p%22a%40ss%3A%2F%5C"
        at = {
            # Connect asks for a password itself, and S3 signs
            server: doors.enter_context(protected(ours.port(server, port), key, ANA if server == "registry" else None))
            for server, port in (("registry", "http"), ("s3", "http"), ("connect", "rest"))
        }
        of_flink = keys_of(ours, "flink")
        keys = AssumeRoleProvider(
            sts_endpoint=ours.endpoint("s3"), access_key=of_flink.access_key, secret_key=of_flink.secret_key
        ).retrieve()
        for name, value in {
            AUTHORITIES: str(authority),
            "MESH_KAFKA_BOOTSTRAP": ours.endpoint("kafka").replace("127.0.0.1", "localhost"),
            kafka.USER: ANA[0],
            kafka.PASSWORD: ANA[1],
            kafka.MECHANISM: "SCRAM-SHA-512",
            "MESH_MONGODB_URI": java_uri(ours),
            "MESH_REGISTRY_URL": f"https://{encoded}@{at['registry']}/apis/ccompat/v7",
            "MESH_CONNECT_URL": f"https://{':'.join(login_at(ours, 'connect') or ())}@{at['connect']}",
            "MESH_S3_ENDPOINT": f"https://{at['s3']}",
            **Keys(keys.access_key, keys.secret_key, str(keys.session_token)).as_variables(),
        }.items():
            monkeypatch.setenv(name, value)
        yield Instance(tmp_path / "theirs", ours.cache, ours.port_base)


def test_kafka_with_scram_over_tls(chain: Chain, yours: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    assert yours.is_external("kafka")
    offsets = last_message_offsets(yours)
    assert offsets and {topic for topic, _ in offsets} >= {cdc_topic("orders")}
    settings = yours.home / "client.properties"
    settings.parent.mkdir(parents=True)
    settings.write_text(kafka.build_properties(kafka.java_settings(yours)))
    (yours.home / "certificates").mkdir()
    (yours.home / "certificates/ca.crt").write_bytes((chain.instance.certificates / "ca.crt").read_bytes())
    asked = ["--command-config", str(settings), "--topic", cdc_topic("orders"), "--partitions", "0"]
    command = java_command(
        yours,
        "kafka",
        "org.apache.kafka.tools.GetOffsetShell",
        *("--bootstrap-server", yours.endpoint("kafka"), *asked),
        options=trust_options(yours),
    )
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    assert int(told.rpartition(":")[2]) > offsets[cdc_topic("orders"), 0], "Java's client is let in too"

    monkeypatch.setenv(kafka.PASSWORD, "guessed")
    with pytest.raises(KafkaException):
        AdminClient(kafka.python_settings(yours, {"log_level": 0})).list_topics(timeout=2)
    monkeypatch.setenv(kafka.PASSWORD, ANA[1])
    monkeypatch.delenv(AUTHORITIES)
    with pytest.raises(KafkaException):
        AdminClient(kafka.python_settings(yours, {"log_level": 0})).list_topics(timeout=2)


def test_mongodb_with_a_user_over_tls(chain: Chain, yours: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    assert yours.is_external("mongodb")
    # some have been deleted
    assert len(read_source(yours).collections["orders"].encoded) > chain.orders * 0.9
    monkeypatch.setenv("MESH_MONGODB_URI", java_uri(yours).replace("://mesh:", "://mesh:not-"))
    with pytest.raises(MeshError, match="MongoDB cannot be read: Authentication failed"):
        read_source(yours)


def test_registry_with_a_password_over_https(yours: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = f"{event_topic(EVENT_DOMAINS[0])}-value"
    registered = SchemaRegistryClient(registry_settings(yours)).get_latest_version(subject)
    with http_client(yours, "registry") as registry:
        assert registry.get(f"/schemas/ids/{registered.schema_id}").is_success
    # the landing job's own reader: the schema is found, and what follows is no record of it
    authorities = authorities_for(yours, "registry")
    assert authorities
    reader = EventReader(yours.endpoint("registry"), authorities.read_text())
    with pytest.raises(Unreadable, match=f"not a record of schema {registered.schema_id}"):
        reader.read(None, struct.pack(">bI", 0, registered.schema_id) + b"\xff")

    monkeypatch.setenv("MESH_REGISTRY_URL", yours.endpoint("registry").replace("ana:", "ana:not"))
    with http_client(yours, "registry") as registry, pytest.raises(MeshError, match="MESH_REGISTRY_URL"):
        registry.get("/subjects")
    monkeypatch.delenv(AUTHORITIES)
    with http_client(yours, "registry") as registry, pytest.raises(httpx.ConnectError, match="certificate"):
        registry.get("/subjects")


def test_connect_with_a_password_over_https(chain: Chain, yours: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    assert captured_position(yours) >= captured_position(chain.instance) > (0, 0)
    monkeypatch.setenv("MESH_CONNECT_URL", yours.endpoint("connect").replace("mesh:", "mesh:not"))
    with pytest.raises(MeshError, match=r"Kafka Connect at https://127.*refuses us.*MESH_CONNECT_URL") as error:
        captured_position(yours)
    assert str((login_at(yours, "connect") or ("", ""))[1]) not in str(error.value)


def test_s3_with_keys_that_end_over_https(yours: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = keys_of(yours, "maintenance")
    assert keys.session_token, "yours has one user for all"
    assert connect_s3(yours, "maintenance").list_objects_v2(Bucket=BUCKET, MaxKeys=1)["KeyCount"] == 1
    monkeypatch.delenv(SESSION_TOKEN)
    with pytest.raises(ClientError):
        connect_s3(yours, "maintenance").list_objects_v2(Bucket=BUCKET, MaxKeys=1)
