"""Python environments beside the main one, for tools whose libraries do not go together with dbt's."""

from __future__ import annotations

import sys
from pathlib import Path

from mesh.instance import REPOSITORY, Instance
from mesh.stack.install import install, installed, run_logged, venv_binary


def python_environment(instance: Instance, name: str) -> Path:
    """The folder of programs of `requirements/<name>.txt`, made once in the shared cache.

    Raises:
        MeshError: the packages could not be installed; the message names the log.
    """
    install(instance, name, lambda folder: _fill(instance, name, folder))
    return installed(instance, name) / "venv/bin"


def _fill(instance: Instance, name: str, folder: Path) -> None:
    venv = folder / "venv"
    # the folder is moved into place when it is whole: programs must find their interpreter beside them
    run_logged(
        instance,
        f"install-{name}-venv",
        [venv_binary("uv"), "venv", "--relocatable", "--python", sys.executable, str(venv)],
    )
    run_logged(
        instance,
        f"install-{name}-python",
        [
            *(venv_binary("uv"), "pip", "install", "--python", str(venv / "bin/python")),
            # else each of its processes compiles thousands of modules anew where Python is told to keep none
            "--compile-bytecode",
            *("--no-deps", "--require-hashes", "-r", str(REPOSITORY / "requirements" / f"{name}.txt")),
        ],
    )
