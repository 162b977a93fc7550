"""What Maven brings is what is kept in git: `stack/<server>/checksums.txt` has the SHA-256 of every file.

Maven compares a file only with a checksum from the same place as the file.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from mesh.errors import MeshError
from mesh.instance import REPOSITORY

STACK = REPOSITORY / "stack"


def check(server: str, folder: Path, stack: Path = STACK) -> None:
    """Compare every file that was fetched for a server; what it builds itself has no checksum.

    Raises:
        MeshError: a file is another one, or unknown, or missing.
    """
    lines = [line.split(maxsplit=1) for line in _file(server, stack).read_text().splitlines()]
    known = {name: digest for digest, name in lines}
    found = checksums(server, folder)
    wrong = [
        *(f"{name} is another file" for name in sorted(found.keys() & known.keys()) if found[name] != known[name]),
        *(f"{name} is not in it" for name in sorted(found.keys() - known.keys())),
        *(f"{name} was not fetched" for name in sorted(known.keys() - found.keys())),
    ]
    if wrong:
        raise MeshError(
            f"stack/{server}/checksums.txt: {'; '.join(wrong)}. After a change of versions: mesh stack lock {server}"
        )


def write(server: str, folder: Path, stack: Path = STACK) -> Path:
    """Keep what a folder holds as what shall be fetched; returns the file."""
    lines = [f"{digest}  {name}\n" for name, digest in sorted(checksums(server, folder).items())]
    _file(server, stack).write_text("".join(lines))
    return _file(server, stack)


def checksums(server: str, folder: Path) -> dict[str, str]:
    """Name to SHA-256 of the files that were fetched."""
    built_here = f"{server}-1.jar"
    files = [path for path in folder.iterdir() if path.is_file() and path.name != built_here]
    return {path.name: _digest(path) for path in files}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _file(server: str, stack: Path) -> Path:
    return stack / server / "checksums.txt"
