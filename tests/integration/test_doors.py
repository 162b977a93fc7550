"""What a running stack lets in."""

from __future__ import annotations

import ssl
from ipaddress import ip_address

import httpx
import psutil
import pytest
from botocore.exceptions import ClientError

from mesh import jobs
from mesh.access.object_store import ROOT, keys_of
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
    trusted = ssl.create_default_context(cafile=instance.certificates / "ca.crt")
    answer = httpx.get(instance.endpoint(server), headers={"Origin": foreign}, verify=trusted)
    assert answer.headers.get("access-control-allow-origin") not in ("*", foreign)


def test_flink_takes_no_jar_from_a_page(instance: Instance) -> None:
    jar = {"jarfile": ("a.jar", b"PK", "application/java-archive")}
    upload = httpx.post(f"{instance.endpoint('flink')}/jars/upload", files=jar)
    assert upload.is_error and "not allowed" in upload.text


def test_nobody_else_on_the_machine_reads_the_data(chain: Chain) -> None:
    home = chain.instance.home
    assert home.stat().st_mode & 0o077 == 0
    written = [path for path in (home / "data").rglob("*") if path.is_file() and not path.is_symlink()]
    assert written
    # MariaDB lets its own group read
    open_to_others = [str(path) for path in written if path.stat().st_mode & 0o007]
    assert not open_to_others


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
