"""Hive metastore, the Iceberg catalog; its tables are in MariaDB."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from mesh.access.object_store import keys_of
from mesh.instance import Instance
from mesh.stack import ready
from mesh.stack.install import fetch_with_maven, install, installed, unpack
from mesh.stack.java import LIGHT_COMPILER, java17
from mesh.stack.java_stores import trust_options
from mesh.stack.server import Process, Server, render
from mesh.stack.servers import mariadb

DATABASE = "metastore"
SCHEMA_SCRIPT = "scripts/metastore/upgrade/mysql/hive-schema-4.0.0.mysql.sql"
OTHER_DATABASES = {"mssql-jdbc", "mysql-connector-j", "postgresql", "derby"}
"""Drivers that the tarball brings and nothing loads."""
OPENED_PACKAGES = ("java.net", "java.lang", "java.util", "java.util.concurrent", "java.nio")


def _fill(instance: Instance, folder: Path) -> None:
    jars = folder / "jars"
    fetch_with_maven(instance, "metastore", jars)
    unpack(jars)
    (distribution,) = jars.glob("apache-hive-metastore-*-bin")
    named = {_artifact(jar) for jar in jars.glob("*.jar")}
    for jar in (distribution / "lib").glob("*.jar"):
        if _artifact(jar) not in named and _artifact(jar) not in OTHER_DATABASES:
            jar.rename(jars / jar.name)
    script = folder / SCHEMA_SCRIPT
    script.parent.mkdir(parents=True)
    shutil.copy(distribution / SCHEMA_SCRIPT, script)
    shutil.rmtree(distribution)


def _artifact(jar: Path) -> str:
    """A jar's name without its version."""
    return re.sub(r"-\d.*", "", jar.stem)


def _create_schema(instance: Instance) -> None:
    """Load the metastore's schema by its own script, which ends with the version; begin anew if that is missing."""
    created = mariadb.run_sql(
        instance,
        f"select 1 from information_schema.tables where table_schema = '{DATABASE}' and table_name = 'VERSION'",
    )
    if created and mariadb.run_sql(instance, "select 1 from VERSION", DATABASE):
        return
    mariadb.run_sql(instance, f"drop database if exists {DATABASE}; create database {DATABASE} collate latin1_bin")
    mariadb.run_sql(instance, (installed(instance, "metastore") / SCHEMA_SCRIPT).read_text(), DATABASE)


def _prepare(instance: Instance) -> list[Process]:
    data = instance.data("metastore")
    data.mkdir(parents=True, exist_ok=True)
    _create_schema(instance)
    port = instance.port("metastore", "thrift")
    keys = keys_of(instance, "metastore")
    site = render(
        "metastore",
        "metastore-site.xml",
        instance.home / "conf/metastore/metastore-site.xml",
        port=port,
        database=DATABASE,
        database_port=instance.port("mariadb", "client"),
        database_user=mariadb.USER,
        database_password=mariadb.password(instance),
        s3_endpoint=instance.endpoint("s3"),
        **keys._asdict(),
        s3_provider=f"org.apache.hadoop.fs.s3a.{'Temporary' if keys.session_token else 'Simple'}AWSCredentialsProvider",
        s3_tls=str(instance.endpoint("s3").startswith("https:")).lower(),
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
                *trust_options(instance),
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
            reads=[site],
        )
    ]


SERVER = Server(
    "metastore",
    install=lambda instance: install(instance, "metastore", lambda folder: _fill(instance, folder)),
    prepare=_prepare,
    after=("mariadb",),
)
