"""The two sides of a review: the base revision and the change, each a project with schemas of its own."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mesh.contracts.contract import CONTRACTS, Product, read_products
from mesh.dbt import Manifest, run_dbt
from mesh.errors import MeshError
from mesh.instance import REPOSITORY, Instance

PREFIX = "review_"
Result = dict[str, Any]


@dataclass(frozen=True)
class Side:
    """A dbt project, the folder of what dbt writes of it, and the prefix of the schemas that it is built into."""

    project: Path
    target: Path
    prefix: str

    def run(self, instance: Instance, *arguments: str) -> list[Result]:
        """Run dbt into the side's own schemas; returns its results, of failed nodes too.

        Raises:
            MeshError: dbt did not get as far as running anything.
        """
        results = self.target / "run_results.json"
        results.unlink(missing_ok=True)
        environment = {**_paths(self.target), "MESH_SCHEMA_PREFIX": self.prefix, "DBT_USE_COLORS": "false"}
        run_dbt(instance, *arguments, quiet=True, check=False, project=self.project, environment=environment)
        if not results.exists():
            raise MeshError(f"dbt {arguments[0]} did not start: see {self.target}/logs/dbt.log")
        found: list[Result] = json.loads(results.read_text())["results"]
        return found

    def manifest(self) -> Manifest:
        """What dbt's last command knew of the project."""
        manifest: Manifest = json.loads((self.target / "manifest.json").read_text())
        return manifest

    @cached_property
    def products(self) -> list[Product]:
        """The contracts as they stand on this side."""
        return read_products(self.project / CONTRACTS.relative_to(REPOSITORY))


@dataclass(frozen=True)
class Base:
    """A commit, its files, and dbt's manifest of it with the relations of the lake."""

    commit: str
    side: Side
    state: Path

    @cached_property
    def manifest(self) -> Manifest:
        """Of the lake's relations, not of those that the review builds."""
        return Side(self.side.project, self.state, "").manifest()


def change_side(instance: Instance) -> Side:
    """The working tree as it is, uncommitted changes too."""
    return Side(REPOSITORY, instance.home / "review/change", PREFIX)


def base_side(instance: Instance, revision: str) -> Base:
    """Where the change branched off from a revision; its files are kept until another base is asked for.

    Raises:
        MeshError: git does not know the revision, or dbt cannot parse the project there.
    """
    commit = _git("merge-base", revision, "HEAD").decode().strip()
    folder = instance.home / "review" / f"base-{commit[:12]}"
    side = Side(folder / "project", folder / "target", f"{PREFIX}base_")
    state = folder / "state"
    if not (state / "manifest.json").exists():
        for other in folder.parent.glob("base-*"):
            shutil.rmtree(other)
        with tarfile.open(fileobj=io.BytesIO(_git("archive", commit))) as files:
            files.extractall(side.project, filter="data")
        run_dbt(instance, "parse", quiet=True, project=side.project, environment=_paths(state))
    return Base(commit, side, state)


def changed_files(commit: str, pattern: str) -> list[str]:
    """Files of the working tree that differ from a commit, new ones too; relative to the repository."""
    changed = _git("diff", "--name-only", "--diff-filter=d", commit, "--", pattern)
    new = _git("ls-files", "--others", "--exclude-standard", "--", pattern)
    return sorted({*changed.decode().splitlines(), *new.decode().splitlines()})


def _paths(target: Path) -> dict[str, str]:
    # how the server is reached is a matter of today, and not of the revision
    return {
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target / "logs"),
        "DBT_PROFILES_DIR": str(REPOSITORY),
    }


def _git(*arguments: str) -> bytes:
    ran = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, check=False)
    if ran.returncode:
        raise MeshError(f"git {' '.join(arguments)}: {ran.stderr.decode().strip() or 'no common ancestor'}")
    return ran.stdout
