"""Flink session cluster, started from the PyFlink package, in a Python environment of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx

from mesh.instance import REPOSITORY, Instance
from mesh.stack import ready
from mesh.stack.install import fetch_with_maven, install, installed, run_logged
from mesh.stack.java import java17
from mesh.stack.server import Process, Server, render
from mesh.stack.trust_store import trust_options

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


def _task_managers(url: str) -> int:
    try:
        return int(httpx.get(f"{url}/overview", timeout=3).json()["taskmanagers"])
    except (httpx.HTTPError, ValueError, KeyError):
        return 0


def _prepare(instance: Instance) -> list[Process]:
    config = instance.server_config("flink")
    data = instance.data("flink")
    for folder in (data / "checkpoints", data / "savepoints", instance.home / "tmp/flink"):
        folder.mkdir(parents=True, exist_ok=True)
    config_file = render(
        "flink",
        "config.yaml",
        instance.home / "conf/flink/config.yaml",
        java_home=java17(),
        python=python(instance),
        trust=" ".join(trust_options(instance)),
        data=data,
        tmp=instance.home / "tmp/flink",
        jobmanager_mb=config["jobmanager_mb"],
        taskmanager_mb=config["taskmanager_mb"],
        task_slots=config["task_slots"],
        **{f"{name}_port": instance.port("flink", name) for name in config["ports"]},
    )
    render("flink", "log4j-console.properties", instance.home / "conf/flink/log4j-console.properties")
    render("flink", "log4j-console.properties", instance.home / "conf/flink/log4j-cli.properties")
    url = instance.own_endpoint("flink")
    scripts = flink_home(instance) / "bin"

    def process(name: str, script: str) -> Process:
        return Process(
            name=f"flink-{name}",
            command=["bash", str(scripts / script), "start-foreground"],
            directory=data,
            environment=client_environment(instance),
            reads=[config_file],
            is_ready=(lambda: ready.http_answers(f"{url}/overview"))
            if name == "jobmanager"
            else (lambda: _task_managers(url) > 0),
        )

    return [process("jobmanager", "jobmanager.sh"), process("taskmanager", "taskmanager.sh")]


SERVER = Server(
    "flink",
    install=lambda instance: install(instance, "flink", lambda folder: _fill(instance, folder)),
    prepare=_prepare,
)
