"""Hive metastore, the Iceberg catalog, on an embedded Derby database."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.stack import ready
from mesh.stack.install import fetch_with_maven, install, installed, unpack
from mesh.stack.java import LIGHT_COMPILER, java17
from mesh.stack.server import Process, Server, render

SCHEMA_SCRIPT = "scripts/metastore/upgrade/derby/hive-schema-4.0.0.derby.sql"
OPENED_PACKAGES = ("java.net", "java.lang", "java.util", "java.util.concurrent", "java.nio")


def _fill(instance: Instance, folder: Path) -> None:
    jars = folder / "jars"
    fetch_with_maven(instance, "metastore", jars)
    unpack(jars)
    (distribution,) = jars.glob("apache-hive-metastore-*-bin")
    for jar in (distribution / "lib").glob("*.jar"):
        jar.rename(jars / jar.name)
    script = folder / SCHEMA_SCRIPT
    script.parent.mkdir(parents=True)
    shutil.copy(distribution / SCHEMA_SCRIPT, script)
    shutil.rmtree(distribution)


def _create_schema(instance: Instance, database: Path) -> None:
    """Load the metastore's schema by script: its own `autoCreateAll` dead-locks on some databases."""
    partial = database.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    loaded = subprocess.run(
        [
            f"{java17()}/bin/java",
            f"-Dij.database=jdbc:derby:{partial};create=true",
            "-cp",
            f"{installed(instance, 'metastore')}/jars/*",
            "org.apache.derby.tools.ij",
            str(installed(instance, "metastore") / SCHEMA_SCRIPT),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=database.parent,
    )
    if loaded.returncode or "\nERROR " in loaded.stdout:
        raise MeshError(f"the metastore's schema could not be created:\n{loaded.stdout[-2000:]}{loaded.stderr}")
    partial.rename(database)


def _prepare(instance: Instance) -> list[Process]:
    data = instance.data("metastore")
    data.mkdir(parents=True, exist_ok=True)
    database = data / "database"
    if not database.exists():
        _create_schema(instance, database)
    port = instance.port("metastore", "thrift")
    site = render(
        "metastore",
        "metastore-site.xml",
        instance.home / "conf/metastore/metastore-site.xml",
        port=port,
        database=database,
        s3_endpoint=instance.endpoint("s3"),
        access_key=instance.credentials["MESH_S3_ACCESS_KEY"],
        secret_key=instance.credentials["MESH_S3_SECRET_KEY"],
    )
    return [
        Process(
            name="metastore",
            command=[
                f"{java17()}/bin/java",
                "-Xms64m",
                f"-Xmx{instance.server_config('metastore')['heap_mb']}m",
                "-XX:+UseSerialGC",
                LIGHT_COMPILER,
                "-XX:+ExitOnOutOfMemoryError",
                *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED_PACKAGES),
                f"-Dmetastore.home={data}",
                f"-DMETASTORE_HOME={data}",
                "-cp",
                f"{site.parent}:{installed(instance, 'metastore')}/jars/*",
                "org.apache.hadoop.hive.metastore.HiveMetaStore",
                "-p",
                str(port),
            ],
            directory=data,
            is_ready=lambda: ready.port_is_open(port),
        )
    ]


SERVER = Server(
    "metastore",
    install=lambda instance: install(instance, "metastore", lambda folder: _fill(instance, folder)),
    prepare=_prepare,
)
