"""The manifest of the project as it stands, without parsing what has not changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from mesh.dbt import Manifest, parse_project, read_manifest, target_folder
from mesh.instance import REPOSITORY, Instance

SQL_FOLDERS = ("models", "macros", "tests/dbt", "analyses", "snapshots")
_DBT_FILES = ("dbt_project.yml", "profiles.yml", "selectors.yml")


def current_manifest(instance: Instance) -> Manifest:
    """What `dbt parse` says, or has said of the same files."""
    stamp, written = target_folder() / "linted_manifest.txt", target_folder() / "manifest.json"
    before = _fingerprint(_inputs())
    if stamp.exists() and written.exists() and stamp.read_text() == before + _fingerprint([written]):
        return read_manifest()
    manifest = parse_project(instance)
    stamp.write_text(before + _fingerprint([written]))
    return manifest


def _inputs() -> Iterator[Path]:
    for folder in (*SQL_FOLDERS, "seeds"):
        yield from sorted(path for path in (REPOSITORY / folder).rglob("*") if path.is_file())
    yield from (REPOSITORY / name for name in _DBT_FILES)


def _fingerprint(paths: Iterator[Path] | list[Path]) -> str:
    state = ((path, path.stat()) for path in paths)
    text = "\n".join(f"{path} {stat.st_mtime_ns} {stat.st_size}" for path, stat in state)
    return hashlib.sha256(text.encode()).hexdigest()
