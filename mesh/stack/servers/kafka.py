"""Kafka: one broker that is its own controller (KRaft)."""

from __future__ import annotations

import base64
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from mesh.access import certificates
from mesh.access.private import write_private
from mesh.clients.kafka import build_jaas, python_settings
from mesh.clients.logins import own_login
from mesh.errors import MeshError
from mesh.instance import REPOSITORY, Instance
from mesh.stack.install import fetch_with_maven, install, installed
from mesh.stack.java import java17
from mesh.stack.server import Process, Server, render


def java_command(instance: Instance, server: str, main: str, *arguments: str, options: Sequence[str] = ()) -> list[str]:
    """The command line of a Java program of the Kafka distribution, with the server's heap size."""
    return [
        f"{java17()}/bin/java",
        "-Xms128m",
        f"-Xmx{instance.server_config(server)['heap_mb']}m",
        "-XX:+ExitOnOutOfMemoryError",
        f"-Dlog4j2.configurationFile={REPOSITORY / 'stack/kafka/log4j2.properties'}",
        *options,
        "-cp",
        f"{installed(instance, 'kafka')}/*",
        main,
        *arguments,
    ]


def new_cluster_id() -> str:
    """A random id as Kafka wants it: 16 bytes in URL-safe base64; never one that looks like an option (-)."""
    first, *rest = uuid.uuid4().bytes
    return base64.urlsafe_b64encode(bytes([first & 0x7F, *rest])).decode().rstrip("=")


def _format_storage(instance: Instance, properties: Path) -> None:
    arguments = ["format", "--standalone", "--cluster-id", new_cluster_id(), "--config", str(properties)]
    command = java_command(instance, "kafka", "kafka.tools.StorageTool", *arguments)
    formatted = subprocess.run(command, capture_output=True, text=True, check=False, umask=0o077)
    if formatted.returncode:
        raise MeshError(f"kafka storage could not be formatted: {(formatted.stdout + formatted.stderr)[-500:]}")


def _prepare(instance: Instance) -> list[Process]:
    data = instance.data("kafka")
    configuration = instance.home / "conf/kafka"
    configuration.mkdir(parents=True, exist_ok=True)
    server_pem = configuration / "server.pem"
    write_private(server_pem, certificates.server_pem(instance, "kafka").encode())
    properties = render(
        "kafka",
        "server.properties",
        configuration / "server.properties",
        jaas=_accepted_login(instance),
        server_pem=server_pem,
        authority=instance.certificates / "ca.crt",
        client_port=instance.port("kafka", "client"),
        controller_port=instance.port("kafka", "controller"),
        data=data,
        message_max_bytes=instance.config["kafka_messages"]["message_max_bytes"],
    )
    if not (data / "meta.properties").exists():
        data.mkdir(parents=True, exist_ok=True)
        _format_storage(instance, properties)
    return [
        Process(
            name="kafka",
            command=java_command(instance, "kafka", "kafka.Kafka", str(properties)),
            directory=data,
            is_ready=lambda: _is_ready(instance),
            reads=[properties, server_pem],
        )
    ]


def _accepted_login(instance: Instance) -> str:
    """The one user, as whom the broker also asks itself."""
    login = own_login(instance, "kafka")
    return build_jaas("PLAIN", login, **{f"user_{login.user}": login.password})


def _is_ready(instance: Instance) -> bool:
    try:
        return bool(AdminClient(python_settings(instance, {"log_level": 0})).list_topics(timeout=2).brokers)
    except KafkaException:
        return False


SERVER = Server(
    "kafka",
    install=lambda instance: install(instance, "kafka", lambda folder: fetch_with_maven(instance, "kafka", folder)),
    prepare=_prepare,
)
