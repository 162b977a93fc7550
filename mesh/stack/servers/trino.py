"""Trino, with the catalogs iceberg (the lake), mongodb and kafka (the live stores)."""

from __future__ import annotations

import shutil
from pathlib import Path

from flink_jobs.tables import TABLE_PROPERTIES
from flink_jobs.topics import all_topics
from mesh.instance import REPOSITORY, Instance
from mesh.stack import ready
from mesh.stack.install import fetch_with_maven, install, installed, unpack
from mesh.stack.java import java25
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
    data = instance.data("trino")
    data.mkdir(parents=True, exist_ok=True)
    port = instance.port("trino", "http")
    heap_mb = instance.server_config("trino")["heap_mb"]
    render(
        "trino",
        "config.properties",
        configuration / "config.properties",
        port=port,
        query_mb=heap_mb // 2,
        headroom_mb=heap_mb // 4,
    )
    values = {
        "metastore": instance.endpoint("metastore"),
        "s3_endpoint": instance.endpoint("s3"),
        "access_key": instance.credentials["MESH_S3_ACCESS_KEY"],
        "secret_key": instance.credentials["MESH_S3_SECRET_KEY"],
        "mongodb": instance.endpoint("mongodb"),
        "kafka": instance.endpoint("kafka"),
        "topics": ",".join(all_topics()),
        "bronze_properties": ",".join(TABLE_PROPERTIES),
    }
    for catalog in (REPOSITORY / "stack/trino/catalog").glob("*.properties"):
        render("trino", f"catalog/{catalog.name}", configuration / "catalog" / catalog.name, **values)
    jvm_options = (REPOSITORY / "stack/trino/jvm.config").read_text().split()
    return [
        Process(
            name="trino",
            command=[
                f"{java25()}/bin/java",
                f"-Xmx{heap_mb}m",
                *jvm_options,
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
            is_ready=lambda: ready.http_answers(f"{instance.own_endpoint('trino')}/v1/info", '"starting":false'),
        )
    ]


SERVER = Server(
    "trino",
    install=lambda instance: install(instance, "trino", lambda folder: _fill(instance, folder)),
    prepare=_prepare,
)
