"""What a running stack lets in."""

from __future__ import annotations

import os
import socket
import ssl
import stat
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import httpx
import psutil
import pymongo
import pytest
from botocore.exceptions import ClientError
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from pymongo.errors import OperationFailure

from mesh import jobs
from mesh.access.object_store import ROOT, keys_of
from mesh.clients.http import http_client
from mesh.clients.logins import login_at
from mesh.clients.mongodb import java_uri
from mesh.clients.s3 import connect_s3
from mesh.instance import Instance
from mesh.stack.servers import SERVERS
from mesh.stack.supervise import Supervisor
from tests.integration.chain import Chain

PROBE = "probe-of-doors"


def bound_addresses(process: psutil.Process) -> set[tuple[str, int]]:
    """Where a process takes connections (TCP) or messages (UDP)."""
    return {
        (connection.laddr.ip, connection.laddr.port)
        for connection in process.net_connections("inet")
        if connection.laddr and not connection.raddr and connection.status in (psutil.CONN_LISTEN, psutil.CONN_NONE)
    }


def is_loopback(address: str) -> bool:
    ip = ip_address(address)
    return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback


def test_nothing_listens_beyond_loopback(chain: Chain) -> None:
    instance = chain.instance
    assert jobs.running_job(instance), "the landing job opens what it opens while it runs"
    bound = {
        (process.pid, " ".join(process.cmdline())[-120:]): bound_addresses(process)
        for process in Supervisor(instance).processes()
    }
    expected = {instance.port(server, port) for server in SERVERS for port in instance.server_config(server)["ports"]}
    missing = expected - {port for addresses in bound.values() for _, port in addresses}
    assert not missing, f"not looked at: {missing}"
    outside = {
        process: sorted(found)
        for process, addresses in bound.items()
        if (found := {(ip, port) for ip, port in addresses if not is_loopback(ip)})
    }
    assert not outside


def test_an_open_door_is_seen() -> None:
    assert [is_loopback(ip) for ip in ("0.0.0.0", "::", "::ffff:0.0.0.0", "192.0.2.1")] == [False] * 4
    assert [is_loopback(ip) for ip in ("127.0.0.1", "::1", "::ffff:127.0.0.1")] == [True] * 3


@pytest.mark.parametrize("server", ["s3", "registry", "connect", "trino", "flink"])
def test_no_server_lets_a_foreign_page_read(server: str, instance: Instance) -> None:
    foreign = "http://elsewhere.example"
    with http_client(instance, server) as client:
        answer = client.get("/connectors" if server == "connect" else "/", headers={"Origin": foreign})
    assert answer.headers.get("access-control-allow-origin") not in ("*", foreign)


def test_flink_takes_no_jar_from_a_page(instance: Instance) -> None:
    jar = {"jarfile": ("a.jar", b"PK", "application/java-archive")}
    with http_client(instance, "flink") as flink:
        upload = flink.post("/jars/upload", files=jar)
    assert upload.is_error and "not allowed" in upload.text


@pytest.mark.parametrize("port", ["rest", "jobmanager_rpc", "blob", "taskmanager_rpc", "taskmanager_data"])
def test_flink_speaks_with_nobody_who_does_not_show_its_certificate(port: str, instance: Instance) -> None:
    """Whoever may give it a job runs what they like as the user who runs the mesh."""
    trusting = ssl.create_default_context(cafile=instance.certificates / "ca.crt")

    def is_let_in(context: ssl.SSLContext) -> bool:
        try:
            with (
                socket.create_connection(("127.0.0.1", instance.port("flink", port)), 10) as plain,
                context.wrap_socket(plain, server_hostname="127.0.0.1") as encrypted,
            ):
                encrypted.settimeout(1)
                encrypted.send(b"GET /overview HTTP/1.1\r\n\r\n")
                return encrypted.recv(1) != b""
        except TimeoutError:
            return True
        except ssl.SSLError:
            return False

    assert not is_let_in(trusting)
    trusting.load_cert_chain(instance.certificates / "flink.crt", instance.certificates / "flink.key")
    assert is_let_in(trusting) or port != "rest"


def test_kafka_mongodb_and_connect_ask_for_a_password(instance: Instance) -> None:
    encrypted = {"security.protocol": "SSL", "ssl.ca.location": str(instance.certificates / "ca.crt"), "log_level": 0}
    for door in ("client", "controller"):
        address = f"127.0.0.1:{instance.port('kafka', door)}"
        for settings in ({"log_level": 0}, encrypted):
            with pytest.raises(KafkaException):
                AdminClient({"bootstrap.servers": address, **settings}).list_topics(timeout=1)
    nobody = java_uri(instance).replace(":".join(login_at(instance, "mongodb") or ()) + "@", "")
    with pymongo.MongoClient[dict[str, object]](nobody, tlsCAFile=str(instance.certificates / "ca.crt")) as mongodb:
        assert mongodb.admin.command("hello")["isWritablePrimary"]
        with pytest.raises(OperationFailure, match="requires authentication"):
            mongodb["wms"]["orders"].find_one()
    assert httpx.get(f"{instance.endpoint('connect')}/connectors").status_code == httpx.codes.UNAUTHORIZED


def test_nobody_else_on_the_machine_reads_the_data(chain: Chain) -> None:
    home = chain.instance.home
    assert home.stat().st_mode & 0o077 == 0
    modes = {}
    # the servers write and delete meanwhile, which `os.walk` takes as it is
    for folder, _, names in os.walk(home / "data"):
        for name in names:
            with suppress(FileNotFoundError):
                modes[f"{folder}/{name}"] = Path(folder, name).lstat().st_mode
    files = {path: mode for path, mode in modes.items() if stat.S_ISREG(mode)}
    assert files
    # MariaDB lets its own group read
    assert [path for path, mode in files.items() if mode & 0o007] == []


def allowed(instance: Instance, account: str, bucket: str) -> set[str]:
    """What an account gets to do in a bucket, by trying."""
    s3 = connect_s3(instance, account)
    attempts = {
        "list": lambda: s3.list_objects_v2(Bucket=bucket, MaxKeys=1),
        "put": lambda: s3.put_object(Bucket=bucket, Key=f"{PROBE}/{account}", Body=b"1"),
        "get": lambda: s3.get_object(Bucket=bucket, Key=f"{PROBE}/{ROOT}"),
        "delete": lambda: s3.delete_object(Bucket=bucket, Key=f"{PROBE}/{account}"),
    }
    done = set()
    for action, attempt in attempts.items():
        try:
            attempt()
            done.add(action)
        except ClientError as refused:
            assert refused.response["Error"]["Code"] == "AccessDenied", refused
    return done


def test_a_service_does_in_the_object_store_what_it_needs_and_no_more(instance: Instance) -> None:
    everything = {"list", "put", "get", "delete"}
    root = connect_s3(instance, ROOT)
    buckets = ("wms-bronze", "wms-silver", "wms-gold", PROBE)
    root.create_bucket(Bucket=PROBE)
    for bucket in buckets:
        root.put_object(Bucket=bucket, Key=f"{PROBE}/{ROOT}", Body=b"1")
    try:
        for account, expected in {
            "flink": (everything, set(), set(), set()),
            "metastore": (everything, everything, everything, set()),
            "trino": (everything, everything, everything, set()),
            "maintenance": ({"list"}, {"list"}, {"list"}, set()),
        }.items():
            found = tuple(allowed(instance, account, bucket) for bucket in buckets)
            assert found == expected, account
            with pytest.raises(ClientError, match="AccessDenied"):
                connect_s3(instance, account).create_bucket(Bucket=f"another-{PROBE}")
    finally:
        for bucket in buckets:
            root.delete_object(Bucket=bucket, Key=f"{PROBE}/{ROOT}")
        root.delete_bucket(Bucket=PROBE)


def test_no_service_is_told_the_secret_of_the_stores_root(chain: Chain) -> None:
    secret = keys_of(chain.instance, ROOT).secret_key
    told = [path for path in (chain.instance.home / "conf").rglob("*") if path.is_file()]
    assert told and not [str(path) for path in told if secret.encode() in path.read_bytes()]
    processes = [*Supervisor(chain.instance).processes()]
    assert {process.name() for process in processes if secret in process.environ().values()} == {"minio"}
