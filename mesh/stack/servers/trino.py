"""Trino, with the catalogs iceberg (the lake), mongodb and kafka (the live stores)."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

from flink_jobs.tables import TABLE_PROPERTIES
from flink_jobs.topics import all_topics
from mesh.access.apply import apply_access
from mesh.access.certificates import SERVER as SERVER_NAME
from mesh.access.object_store import keys_of
from mesh.access.private import write_private
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
    configuration = apply_access(instance)
    data = instance.data("trino")
    data.mkdir(parents=True, exist_ok=True)
    heap_mb = instance.server_config("trino")["heap_mb"]
    key_digest = _write_server_pem(instance, configuration)
    access_key, secret_key = keys_of(instance, "trino")
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
        "access_key": access_key,
        "secret_key": secret_key,
        "mongodb": instance.endpoint("mongodb"),
        "kafka": instance.endpoint("kafka"),
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
            # new certificates make a new definition, so that it starts again with them
            environment={"MESH_CERTIFICATES": sha256((instance.certificates / "ca.crt").read_bytes()).hexdigest()},
        )
    ]


def _write_server_pem(instance: Instance, configuration: Path) -> str:
    """Trino's key and certificate in one file; returns a digest, which only who reads the key can know."""
    key, certificate = ((instance.certificates / f"{SERVER_NAME}.{part}").read_bytes() for part in ("key", "crt"))
    write_private(configuration / "server.pem", key + certificate)
    return sha256(key).hexdigest()


SERVER = Server(
    "trino",
    install=lambda instance: install(instance, "trino", lambda folder: _fill(instance, folder)),
    prepare=_prepare,
)
