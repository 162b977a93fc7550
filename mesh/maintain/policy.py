"""What is to be maintained, and how: read from dbt's manifest, which holds the `meta` of folders and sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mesh.errors import MeshError

_TABLES = ("table", "incremental", "snapshot", "seed")
"""Materializations that are Iceberg tables."""


@dataclass(frozen=True, order=True)
class Relation:
    """A table of the catalog iceberg."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"

    def sql(self, metadata: str = "") -> str:
        """Quoted for SQL; with the name of a metadata table, such as `files`, that table of it."""
        return f'"{self.schema}"."{self.name}{"$" + metadata if metadata else ""}"'


@dataclass(frozen=True)
class Housekeeping:
    """`compact_files_below_mb`, `expire_snapshots_after_hours`, `remove_orphans_after_hours`."""

    compact_below_mb: int
    keep_snapshots: timedelta
    keep_orphans: timedelta


@dataclass(frozen=True)
class Archive:
    """`archive_after_days`, by the column `archive_by`, into `archive_schema` at `archive_location`."""

    after: timedelta
    by: str
    into: Relation
    location: str


@dataclass(frozen=True)
class LakeTable:
    """One table and its rules; no `retention` keeps every row.

    `readers` are the incremental models that read a bronze table: retention waits for them.
    """

    relation: Relation
    housekeeping: Housekeeping
    is_bronze: bool = False
    readers: tuple[Relation, ...] = ()
    retention: timedelta | None = None
    archive: Archive | None = None


def lake_tables(manifest: Mapping[str, Any]) -> list[LakeTable]:
    """Every table for which the manifest declares maintenance.

    Raises:
        MeshError: a declaration lacks a part.
    """
    sources = [_table(source, _readers(manifest, unique_id)) for unique_id, source in manifest["sources"].items()]
    nodes = [_table(node) for node in manifest["nodes"].values() if node["config"]["materialized"] in _TABLES]
    return sorted((table for table in [*sources, *nodes] if table), key=lambda table: table.relation)


def _table(node: Mapping[str, Any], readers: tuple[Relation, ...] = ()) -> LakeTable | None:
    meta = node["config"]["meta"]
    if "expire_snapshots_after_hours" not in meta:
        return None
    try:
        return LakeTable(
            relation=_relation(node),
            housekeeping=Housekeeping(
                compact_below_mb=meta["compact_files_below_mb"],
                keep_snapshots=timedelta(hours=meta["expire_snapshots_after_hours"]),
                keep_orphans=timedelta(hours=meta["remove_orphans_after_hours"]),
            ),
            is_bronze=node.get("source_name") == "bronze",
            readers=readers,
            retention=timedelta(days=meta["retention_days"]) if "retention_days" in meta else None,
            archive=_archive(node) if "archive_after_days" in meta else None,
        )
    except KeyError as error:
        raise MeshError(f"{node['unique_id']}: its meta declares maintenance, but no {error.args[0]}") from error


def _archive(node: Mapping[str, Any]) -> Archive:
    meta = node["config"]["meta"]
    return Archive(
        after=timedelta(days=meta["archive_after_days"]),
        by=meta["archive_by"],
        into=Relation(meta["archive_schema"], _relation(node).name),
        location=meta["archive_location"],
    )


def _relation(node: Mapping[str, Any]) -> Relation:
    return Relation(node["schema"], node.get("identifier") or node["alias"])


def _readers(manifest: Mapping[str, Any], source_id: str) -> tuple[Relation, ...]:
    """The incremental models that read a source, directly or through views."""
    return tuple(sorted({_relation(manifest["nodes"][node_id]) for node_id in _incremental(manifest, source_id)}))


def _incremental(manifest: Mapping[str, Any], parent_id: str) -> Iterator[str]:
    for node_id in manifest["child_map"][parent_id]:
        if node_id.split(".")[0] != "model":
            continue
        if manifest["nodes"][node_id]["config"]["materialized"] == "incremental":
            yield node_id
        elif manifest["nodes"][node_id]["config"]["materialized"] not in _TABLES:
            yield from _incremental(manifest, node_id)
