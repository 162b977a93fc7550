"""Schema registry: Apicurio with its Confluent-compatible API, its store an H2 file."""

from __future__ import annotations

from pathlib import Path

from mesh.instance import Instance
from mesh.stack import ready
from mesh.stack.install import fetch_with_maven, install, installed, unpack
from mesh.stack.java import LIGHT_COMPILER, java25
from mesh.stack.server import Process, Server


def _fill(instance: Instance, folder: Path) -> None:
    fetch_with_maven(instance, "registry", folder)
    unpack(folder)


def _prepare(instance: Instance) -> list[Process]:
    data = instance.data("registry")
    data.mkdir(parents=True, exist_ok=True)
    return [
        Process(
            name="registry",
            command=[
                f"{java25()}/bin/java",
                f"-Xmx{instance.server_config('registry')['heap_mb']}m",
                "-XX:+UseSerialGC",
                LIGHT_COMPILER,
                "-XX:+ExitOnOutOfMemoryError",
                "-Dquarkus.http.host=127.0.0.1",
                f"-Dquarkus.http.port={instance.port('registry', 'http')}",
                # health and metrics: on all addresses and port 9000 by default, which a second instance would want too
                "-Dquarkus.management.host=127.0.0.1",
                "-Dquarkus.management.port=0",
                "-Dapicurio.storage.kind=sql",
                "-Dapicurio.storage.sql.kind=h2",
                f"-Dapicurio.datasource.url=jdbc:h2:file:{data}/registry",
                "-jar",
                f"{installed(instance, 'registry')}/quarkus-run.jar",
            ],
            directory=data,
            is_ready=lambda: ready.http_answers(f"{instance.own_endpoint('registry')}/subjects"),
        )
    ]


SERVER = Server(
    "registry",
    install=lambda instance: install(instance, "registry", lambda folder: _fill(instance, folder)),
    prepare=_prepare,
)
