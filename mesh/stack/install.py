"""Fetch the servers' packages, once, into the shared cache.

A finished folder is moved into place in one step under a name that carries a digest of what was asked
for, so an interrupted download leaves nothing half done and a changed version is fetched anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mesh.errors import MeshError
from mesh.instance import REPOSITORY, Instance

Fill = Callable[[Path], None]


def installed(instance: Instance, server: str) -> Path:
    """The folder in the cache that a server's current definition is installed in."""
    return instance.cache / f"{server}-{_definition_digest(instance, server)}"


def install(instance: Instance, server: str, fill: Fill) -> None:
    """Run `fill` on a new folder and put it into place, unless that was done before."""
    target = installed(instance, server)
    if target.exists():
        return
    with _lock(instance, server):
        if target.exists():
            return
        print(f"  installing {server} ...", flush=True)
        partial = target.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        fill(partial)
        partial.rename(target)


def fetch_with_maven(instance: Instance, server: str, folder: Path, *goals: str, **properties: object) -> None:
    """Copy everything that `stack/<server>/pom.xml` names into the folder.

    Raises:
        MeshError: Maven failed; the message names its log.
    """
    versions = instance.server_config(server)["versions"]
    settings = {**versions, "outputDirectory": folder, **properties}
    run_logged(
        instance,
        f"install-{server}",
        ["mvn", "-B", "-q", "-f", str(REPOSITORY / "stack" / server / "pom.xml")]
        + [*goals, "dependency:copy-dependencies"]
        + [f"-D{name}={value}" for name, value in settings.items()],
    )


def unpack(folder: Path) -> None:
    """Unpack the tarballs in a folder in place, and remove them."""
    for archive in folder.glob("*.tar.gz"):
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="tar")
        archive.unlink()


def run_logged(instance: Instance, name: str, command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run a command with its output in `<cache>/logs/<name>.log`.

    Raises:
        MeshError: it failed; the message carries the log's last lines.
    """
    log = instance.cache / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        code = subprocess.run(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
            env={**os.environ, **(environment or {})},
        ).returncode
    if code:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise MeshError(f"{name} failed ({command[0]} exited with {code}); the end of {log}:\n{tail}")


def venv_binary(name: str) -> str:
    """A program that a Python package brought into the environment this code runs in."""
    return str(Path(sys.executable).parent / name)


@contextmanager
def _lock(instance: Instance, server: str) -> Iterator[None]:
    instance.cache.mkdir(parents=True, exist_ok=True)
    with (instance.cache / f".{server}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _definition_digest(instance: Instance, server: str) -> str:
    definition = instance.config["servers"].get(server, {})  # an environment that is no server has none
    digest = hashlib.sha256(repr(definition.get("versions")).encode())
    digest.update(repr(definition.get("plugins")).encode())
    folder = REPOSITORY / "stack" / server
    requirements = REPOSITORY / "requirements" / f"{server}.txt"
    for path in sorted(
        [
            *folder.glob("pom.xml"),
            *folder.rglob("src/**/*.java"),
            *([requirements] if requirements.exists() else []),
        ]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
