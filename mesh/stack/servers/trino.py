"""Trino, with the catalogs iceberg (the lake), mongodb and kafka (the live stores)."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

from flink_jobs.tables import TABLE_PROPERTIES
from flink_jobs.topics import all_topics
from mesh.access.certificates import server_pem
from mesh.access.object_store import keys_of
from mesh.access.private import write_private
from mesh.clients.kafka import build_properties, java_settings
from mesh.clients.mongodb import java_uri
from mesh.instance import REPOSITORY, Instance
from mesh.stack import ready
from mesh.stack.install import fetch_with_maven, install, installed, unpack
from mesh.stack.java import java25
from mesh.stack.java_stores import trust_options
from mesh.stack.server import Process, Server, render


def _fill(instance: Instance, folder: Path) -> None:
    fetch_with_maven(instance, "trino", folder)
    # jars are hard links between plugins: unpack all, then prune
    unpack(folder)
    (distribution,) = folder.glob("trino-server-*")
    for plugin in (distribution / "plugin").iterdir():
        if plugin.name not in instance.server_config("trino")["plugins"]:
            shutil.rmtree(plugin)
    for part in ("lib", "plugin"):
        (distribution / part).rename(folder / part)
    shutil.rmtree(distribution)


def _prepare(instance: Instance) -> list[Process]:
    configuration = instance.home / "conf/trino"
    kafka_client = configuration / "kafka-client.properties"
    write_private(kafka_client, build_properties(java_settings(instance)).encode())
    data = instance.data("trino")
    data.mkdir(parents=True, exist_ok=True)
    heap_mb = instance.server_config("trino")["heap_mb"]
    key_digest = _write_server_pem(instance, configuration)
    values = {
        "port": instance.port("trino", "https"),
        "internal_port": instance.port("trino", "internal"),
        "configuration": configuration,
        "authority": instance.certificates / "ca.crt",
        "secret": key_digest,
        "query_mb": heap_mb // 2,
        "headroom_mb": heap_mb // 4,
        "metastore": instance.endpoint("metastore"),
        "s3_endpoint": instance.endpoint("s3"),
        "mongodb": java_uri(instance),
        "kafka": instance.endpoint("kafka"),
        "kafka_client": kafka_client,
        "topics": ",".join(all_topics()),
        "bronze_properties": ",".join(TABLE_PROPERTIES),
    }
    templates = REPOSITORY / "stack/trino"
    for template in (*templates.glob("*.properties"), *templates.glob("catalog/*.properties")):
        name = str(template.relative_to(templates))
        if name != "log.properties":
            render("trino", name, configuration / name, **values)
    jvm_options = (REPOSITORY / "stack/trino/jvm.config").read_text().split()
    return [
        Process(
            name="trino",
            command=[
                f"{java25()}/bin/java",
                f"-Xmx{heap_mb}m",
                *jvm_options,
                # the one server whose hot code, the planning of queries, is worth the optimizing compiler in any case,
                # even where JDK_JAVA_OPTIONS spares the others of it
                "-XX:TieredStopAtLevel=4",
                *trust_options(instance),
                "-Dnode.environment=mesh",
                "-Dnode.id=coordinator",
                "-Dnode.bind-ip=127.0.0.1",
                "-Dnode.internal-address=127.0.0.1",
                f"-Dnode.data-dir={data}",
                f"-Dconfig={configuration}/config.properties",
                f"-Dcatalog.config-dir={configuration}/catalog",
                f"-Dlog.levels-file={REPOSITORY}/stack/trino/log.properties",
                f"-Dplugin.dir={installed(instance, 'trino')}/plugin",
                "-cp",
                f"{installed(instance, 'trino')}/lib/*",
                "io.trino.server.TrinoServer",
            ],
            directory=data,
            is_ready=lambda: ready.http_answers(
                f"{instance.own_endpoint('trino')}/v1/info", '"starting":false', authority=values["authority"]
            ),
            environment=_keys(instance),
            reads=[configuration / "server.pem", *sorted(configuration.rglob("*.properties"))],
        )
    ]


def _write_server_pem(instance: Instance, configuration: Path) -> str:
    """Trino's key and certificate in one file; returns a digest, which only who reads the key can know."""
    pem = server_pem(instance, "trino").encode()
    write_private(configuration / "server.pem", pem)
    return sha256(pem).hexdigest()


def _keys(instance: Instance) -> dict[str, str]:
    """As the object store's own client looks for them: Trino's settings have no place for a session token."""
    keys = keys_of(instance, "trino")
    token = {"AWS_SESSION_TOKEN": keys.session_token} if keys.session_token else {}
    return {"AWS_ACCESS_KEY_ID": keys.access_key, "AWS_SECRET_ACCESS_KEY": keys.secret_key, **token}


SERVER = Server(
    "trino",
    install=lambda instance: install(instance, "trino", lambda folder: _fill(instance, folder)),
    prepare=_prepare,
)
