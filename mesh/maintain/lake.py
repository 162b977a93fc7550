"""The lake as maintenance sees it: Trino, and the object store below."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from trino.dbapi import Connection

from mesh.instance import Instance
from mesh.s3 import connect_s3
from mesh.trino import connect_trino

# the ages are declared with the project; Trino's own minimum of 7 days would refuse them
_SESSION = {"expire_snapshots_min_retention": "0s", "remove_orphan_files_min_retention": "0s"}


@dataclass(frozen=True)
class Lake:
    """Questions are asked always; changes are made unless it is a dry run."""

    trino: Connection
    s3: Any
    dry_run: bool

    def ask(self, sql: str) -> list[list[Any]]:
        """Rows of a query."""
        return list(self.trino.cursor().execute(sql).fetchall())

    def change(self, sql: str) -> None:
        """Run a statement to its end."""
        if not self.dry_run:
            self.trino.cursor().execute(sql).fetchall()


@contextmanager
def open_lake(instance: Instance, dry_run: bool) -> Iterator[Lake]:
    """Connect; Trino's lower bounds of ages are lifted for this session."""
    with closing(connect_trino(instance)) as trino:
        for name, value in _SESSION.items():
            trino.cursor().execute(f"set session iceberg.{name} = '{value}'").fetchall()
        yield Lake(trino, connect_s3(instance), dry_run)
