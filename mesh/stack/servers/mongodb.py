"""MongoDB, emulated: no server of it is published as a package. `MESH_MONGODB_URI` names a real one."""

from __future__ import annotations

from pathlib import Path

import pymongo
from pymongo.errors import PyMongoError

from mesh.clients.logins import own_login
from mesh.clients.mongodb import python_uri
from mesh.instance import Instance
from mesh.stack.install import fetch_with_maven, install, installed
from mesh.stack.java import java17
from mesh.stack.server import Process, Server


def _fill(instance: Instance, folder: Path) -> None:
    fetch_with_maven(instance, "mongodb", folder / "lib", "package", buildDirectory=folder)


def _is_ready(instance: Instance) -> bool:
    try:
        with pymongo.MongoClient[dict[str, object]](python_uri(instance), serverSelectionTimeoutMS=1500) as client:
            return bool(client.admin.command("ping")["ok"])
    except PyMongoError:
        return False


def _prepare(instance: Instance) -> list[Process]:
    data = instance.data("mongodb")
    data.mkdir(parents=True, exist_ok=True)
    login = own_login(instance, "mongodb")
    certificate = instance.certificates / "mongodb.crt"
    return [
        Process(
            name="mongodb",
            command=[
                f"{java17()}/bin/java",
                f"-Xmx{instance.server_config('mongodb')['heap_mb']}m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                f"{installed(instance, 'mongodb')}/lib/*",
                "datamesh.mongodb.MongoEmulator",
                "--port",
                str(instance.port("mongodb", "client")),
                "--data",
                str(data),
                "--tls-certificate",
                str(certificate),
                "--tls-key",
                str(certificate.with_suffix(".key")),
            ],
            directory=data,
            is_ready=lambda: _is_ready(instance),
            environment={
                "MONGODB_USER": login.user,
                "MONGODB_PASSWORD": login.password,
            },
            reads=[certificate],
        )
    ]


SERVER = Server(
    "mongodb",
    install=lambda instance: install(instance, "mongodb", lambda folder: _fill(instance, folder)),
    prepare=_prepare,
)
