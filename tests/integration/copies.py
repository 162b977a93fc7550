"""Copies of the repository, to change what a test must not change in the working tree."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from mesh.instance import REPOSITORY
from tests.parsed import copy_parsed


def copy_repository(target: Path, parsed: Path | None = None) -> None:
    """All that git does not ignore, as it stands, committed to the branch `main` of a repository of its own.

    Args:
        parsed: a folder of dbt's artifacts, so that dbt need not parse every file of the copy again.
    """
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (REPOSITORY / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, target / name)
    author = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    for arguments in (
        ("init", "--quiet", "-b", "main"),
        ("add", "--all"),
        (*author, "commit", "--quiet", "-m", "copy"),
    ):
        subprocess.run(["git", *arguments], cwd=target, check=True)
    if parsed:
        copy_parsed(parsed, target / "target")
