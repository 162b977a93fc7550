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
from tempfile import TemporaryDirectory

from mesh.errors import MeshError
from mesh.instance import REPOSITORY, Instance
from mesh.stack import checksums
from mesh.steps import every

Fill = Callable[[Path], None]

TELL_SECONDS = 10


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
        partial = target.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        with every(TELL_SECONDS, lambda: print(f"  {_how_far(instance, server, partial)}")):
            fill(partial)
        partial.rename(target)


def fetch_with_maven(instance: Instance, server: str, folder: Path, *goals: str, **properties: object) -> None:
    """Copy everything that `stack/<server>/pom.xml` names into the folder, and compare it with its checksums.

    Raises:
        MeshError: Maven failed; the message names its log. Or a file is not the one whose checksum is kept.
    """
    copy_with_maven(instance, server, folder, *goals, **properties)
    checksums.check(server, folder)


def copy_with_maven(instance: Instance, server: str, folder: Path, *goals: str, **properties: object) -> None:
    """The same without comparing.

    Raises:
        MeshError: Maven failed; the message names its log.
    """
    versions = instance.server_config(server)["versions"]
    settings = {**versions, "outputDirectory": folder, **properties}
    run_logged(
        instance,
        f"install-{server}",
        ["mvn", "-B", "-f", str(REPOSITORY / "stack" / server / "pom.xml")]
        + [*goals, "dependency:copy-dependencies"]
        + [f"-D{name}={value}" for name, value in settings.items()],
    )


def with_checksums() -> list[str]:
    """The servers whose packages Maven fetches."""
    return sorted(pom.parent.name for pom in (REPOSITORY / "stack").glob("*/pom.xml"))


def keep_checksums(instance: Instance, server: str) -> Path:
    """Fetch a server's packages, and keep their checksums; returns the file to commit.

    Raises:
        MeshError: Maven failed; the message names its log.
    """
    with TemporaryDirectory() as fetched:
        # Connect's converter is built against Kafka's own library
        kafka = instance.server_config("kafka")["versions"]["kafka"]
        copy_with_maven(instance, server, Path(fetched), kafka=kafka)
        return checksums.write(server, Path(fetched))


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


def _how_far(instance: Instance, server: str, folder: Path) -> str:
    """In one line: the size of what is there, and the last of what the log tells."""
    # du, since files come and go meanwhile
    megabytes = subprocess.run(["du", "-sm", folder], capture_output=True, text=True, check=False).stdout.split()[0]
    logs = sorted((instance.cache / "logs").glob(f"install-{server}*.log"), key=lambda log: log.stat().st_mtime)
    told = logs[-1].read_text(errors="replace").splitlines() if logs else []
    # a file's address, and the name of a Go module or package, end with what tells them apart
    last = f", item {len(told)}: {told[-1].rpartition('/')[2]}" if told else ""
    return f"installing {server}: {megabytes} MB{last}"


@contextmanager
def _lock(instance: Instance, server: str) -> Iterator[None]:
    instance.cache.mkdir(parents=True, exist_ok=True)
    with (instance.cache / f".{server}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _definition_digest(instance: Instance, server: str) -> str:
    definition = instance.config["servers"].get(server, {})  # an environment that is no server has none
    recipe = [] if definition else [REPOSITORY / "mesh/environments.py"]
    digest = hashlib.sha256(repr(definition.get("versions")).encode())
    digest.update(repr(definition.get("plugins")).encode())
    folder = REPOSITORY / "stack" / server
    requirements = REPOSITORY / "requirements" / f"{server}.txt"
    for path in sorted(
        [
            *folder.glob("pom.xml"),
            *folder.rglob("src/**/*.java"),
            *([requirements] if requirements.exists() else []),
            *recipe,
        ]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
