"""What dbt has parsed already, for another copy of the same files."""

from __future__ import annotations

import shutil
from pathlib import Path

PARSED = "partial_parse.msgpack"


def copy_parsed(artifacts: Path, target: Path) -> None:
    """Give a target folder what an earlier dbt parsed, if it did: dbt compares it with the files, one by one."""
    if (artifacts / PARSED).exists():
        target.mkdir(exist_ok=True)
        shutil.copy2(artifacts / PARSED, target)
