"""Flink session cluster, started from the PyFlink package, in a Python environment of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx

from mesh.clients.http import http_client
from mesh.clients.logins import authorities_for
from mesh.instance import REPOSITORY, Instance
from mesh.stack.install import fetch_with_maven, install, installed, run_logged
from mesh.stack.java import java17
from mesh.stack.java_stores import STORE_PASSWORD, key_store, trust_options, trust_store
from mesh.stack.server import Process, Server, render

REQUIREMENTS = REPOSITORY / "requirements/flink.txt"


def python(instance: Instance) -> Path:
    """The interpreter that has PyFlink."""
    return installed(instance, "flink") / "venv/bin/python"


def flink_home(instance: Instance) -> Path:
    """The Flink distribution inside the PyFlink package."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return installed(instance, "flink") / "venv/lib" / version / "site-packages/pyflink"


def client_environment(instance: Instance) -> dict[str, str]:
    """What Flink's own scripts need to run against this instance, as a client or as a server."""
    home = flink_home(instance)
    interpreter = python(instance)
    return {
        "FLINK_HOME": str(home),
        "FLINK_CONF_DIR": str(instance.home / "conf/flink"),
        "FLINK_LIB_DIR": str(installed(instance, "flink") / "lib"),
        "FLINK_OPT_DIR": str(home / "opt"),
        "FLINK_LOG_DIR": str(instance.home / "logs"),
        "FLINK_PID_DIR": str(instance.home / "run"),
        "JAVA_HOME": str(java17()),
        "AWS_REGION": "us-east-1",
        "PYFLINK_CLIENT_EXECUTABLE": str(interpreter),
        "PATH": f"{interpreter.parent}:{java17()}/bin:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": str(REPOSITORY),
    }


def _fill(instance: Instance, folder: Path) -> None:
    lib = folder / "lib"
    fetch_with_maven(instance, "flink", lib)
    run_logged(instance, "install-flink-venv", [sys.executable, "-m", "venv", str(folder / "venv")])
    run_logged(
        instance,
        "install-flink-python",
        [
            str(folder / "venv/bin/python"),
            *("-m", "pip", "install", "--progress-bar", "off", "--no-deps", "--require-hashes"),
            *("-r", str(REQUIREMENTS)),
        ],
    )
    (distribution,) = (folder / "venv/lib").glob("python3*/site-packages/pyflink")
    # Python's operators beside Flink's: shipped with a job, their native library could be loaded for the first job only
    for jar in [*distribution.glob("lib/*.jar"), *distribution.glob("opt/flink-python-*.jar")]:
        (lib / jar.name).hardlink_to(jar)


def _task_managers(instance: Instance) -> int | None:
    """How many there are; None if Flink does not answer."""
    try:
        with http_client(instance, "flink", timeout=3) as flink:
            return int(flink.get("/overview").json()["taskmanagers"])
    except (httpx.HTTPError, ValueError, KeyError):
        return None


def _prepare(instance: Instance) -> list[Process]:
    config = instance.server_config("flink")
    data = instance.data("flink")
    for folder in (data / "checkpoints", data / "savepoints", instance.home / "tmp/flink"):
        folder.mkdir(parents=True, exist_ok=True)
    authorities = authorities_for(instance, "flink")
    ours = trust_store(instance, [instance.certificates / "ca.crt"])
    config_file = render(
        "flink",
        "config.yaml",
        instance.home / "conf/flink/config.yaml",
        java_home=java17(),
        python=python(instance),
        trust=" ".join(trust_options(instance)),
        rest_tls=str(instance.endpoint("flink").startswith("https:")).lower(),
        rest_asks=str(not instance.is_external("flink")).lower(),
        key_store=key_store(instance, "flink"),
        trust_store=ours,
        rest_trust_store=trust_store(instance, [authorities])
        if (authorities := authorities_for(instance, "flink"))
        else ours,
        store_password=STORE_PASSWORD,
        data=data,
        tmp=instance.home / "tmp/flink",
        jobmanager_mb=config["jobmanager_mb"],
        taskmanager_mb=config["taskmanager_mb"],
        task_slots=config["task_slots"],
        **{f"{name}_port": instance.port("flink", name) for name in config["ports"]},
    )
    render("flink", "log4j-console.properties", instance.home / "conf/flink/log4j-console.properties")
    render("flink", "log4j-console.properties", instance.home / "conf/flink/log4j-cli.properties")
    scripts = flink_home(instance) / "bin"

    def process(name: str, script: str, needed: int) -> Process:
        return Process(
            name=f"flink-{name}",
            command=["bash", str(scripts / script), "start-foreground"],
            directory=data,
            environment=client_environment(instance),
            reads=[config_file],
            is_ready=lambda: (found := _task_managers(instance)) is not None and found >= needed,
        )

    return [process("jobmanager", "jobmanager.sh", 0), process("taskmanager", "taskmanager.sh", 1)]


SERVER = Server(
    "flink",
    install=lambda instance: install(instance, "flink", lambda folder: _fill(instance, folder)),
    prepare=_prepare,
)
