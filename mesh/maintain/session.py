"""The lake as maintenance sees it: Trino with its lower bounds of ages lifted, and the object store below."""

from __future__ import annotations

from typing import Any, ClassVar

from mesh.access.login import MAINTENANCE
from mesh.clients.s3 import connect_s3
from mesh.instance import Instance
from mesh.lake import Lake


class Session(Lake):
    """Questions are asked always; changes are made unless it is a dry run."""

    # the ages are declared with the project; Trino's own minimum of 7 days would refuse them
    session: ClassVar = {
        f"iceberg.{procedure}_min_retention": "0s" for procedure in ("expire_snapshots", "remove_orphan_files")
    }

    def __init__(self, instance: Instance, dry_run: bool) -> None:
        super().__init__(instance, MAINTENANCE)
        self.s3: Any = connect_s3(instance, MAINTENANCE)
        self.dry_run = dry_run

    def change(self, sql: str) -> None:
        """Run a statement to its end."""
        if not self.dry_run:
            self.query(sql)
