"""Kafka Connect with the Debezium MongoDB connector, as an exactly-once source."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from mesh.access.private import write_private
from mesh.clients.http import http_client
from mesh.clients.kafka import build_properties, java_settings
from mesh.clients.logins import own_login
from mesh.clients.mongodb import java_uri
from mesh.instance import Instance
from mesh.stack.install import fetch_with_maven, install, installed, unpack
from mesh.stack.java_stores import trust_options
from mesh.stack.server import Process, Server, render
from mesh.stack.servers.kafka import SERVER as KAFKA
from mesh.stack.servers.kafka import java_command

CLIENTS = ("", "producer.", "consumer.", "admin.")
"""The worker has settings of its own for each kind of client of its connectors."""
LOGIN_MODULE = "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule"


def _fill(instance: Instance, folder: Path) -> None:
    with TemporaryDirectory() as build:
        kafka = instance.server_config("kafka")["versions"]["kafka"]
        fetch_with_maven(instance, "connect", folder, "package", buildDirectory=build, kafka=kafka)
    unpack(folder)


def _install(instance: Instance) -> None:
    KAFKA.install(instance)  # Connect is part of Kafka's distribution
    install(instance, "connect", lambda folder: _fill(instance, folder))


def _prepare(instance: Instance) -> list[Process]:
    configuration = instance.home / "conf/connect"
    clients = java_settings(instance)
    properties = render(
        "connect",
        "connect.properties",
        configuration / "connect.properties",
        clients="".join(
            build_properties({f"{kind}{name}": value for name, value in clients.items()}) for kind in CLIENTS
        ),
        port=instance.port("connect", "rest"),
        plugins=installed(instance, "connect"),
    )
    return [
        Process(
            name="connect",
            command=java_command(
                instance,
                "connect",
                "org.apache.kafka.connect.cli.ConnectDistributed",
                str(properties),
                options=[
                    *trust_options(instance),
                    f"-Djava.security.auth.login.config={_write_accepted_login(instance, configuration)}",
                ],
            ),
            directory=configuration,
            is_ready=lambda: _is_ready(instance),
            environment={"MESH_MONGODB_URI": java_uri(instance)},
            reads=[properties],
        )
    ]


def _write_accepted_login(instance: Instance, configuration: Path) -> Path:
    """The file of the one user, and the one that names it; returns the latter."""
    login = own_login(instance, "connect")
    users, jaas = configuration / "users.properties", configuration / "jaas.conf"
    write_private(users, f"{login.user}={login.password}\n".encode())
    write_private(jaas, f'KafkaConnect {{ {LOGIN_MODULE} required file="{users}"; }};\n'.encode())
    return jaas


def _is_ready(instance: Instance) -> bool:
    try:
        with http_client(instance, "connect", timeout=3) as connect:
            return connect.get("/connectors").is_success
    except httpx.HTTPError:
        return False


SERVER = Server("connect", install=_install, prepare=_prepare, after=("kafka",))
