"""Kafka Connect with the Debezium MongoDB connector, as an exactly-once source."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from mesh.instance import Instance
from mesh.stack import ready
from mesh.stack.install import fetch_with_maven, install, installed, unpack
from mesh.stack.server import Process, Server, render
from mesh.stack.servers.kafka import SERVER as KAFKA
from mesh.stack.servers.kafka import java_command


def _fill(instance: Instance, folder: Path) -> None:
    with TemporaryDirectory() as build:
        kafka = instance.server_config("kafka")["versions"]["kafka"]
        fetch_with_maven(instance, "connect", folder, "package", buildDirectory=build, kafka=kafka)
    unpack(folder)


def _install(instance: Instance) -> None:
    KAFKA.install(instance)  # Connect is part of Kafka's distribution
    install(instance, "connect", lambda folder: _fill(instance, folder))


def _prepare(instance: Instance) -> list[Process]:
    properties = render(
        "connect",
        "connect.properties",
        instance.home / "conf/connect/connect.properties",
        bootstrap=instance.endpoint("kafka"),
        port=instance.port("connect", "rest"),
        plugins=installed(instance, "connect"),
    )
    return [
        Process(
            name="connect",
            command=java_command(
                instance, "connect", "org.apache.kafka.connect.cli.ConnectDistributed", str(properties)
            ),
            directory=properties.parent,
            is_ready=lambda: ready.http_answers(f"{instance.own_endpoint('connect')}/connectors"),
        )
    ]


SERVER = Server("connect", install=_install, prepare=_prepare, after=("kafka",))
