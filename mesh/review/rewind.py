"""Takes the newest tenth out of a table that was just built, so that a second run has something to merge."""

from __future__ import annotations

from mesh.manifest import Node

KEPT = 0.9
WATERMARK = "source_offsets"
"""Of `replace_days`, in every row: how far the build had read, which is no fact of the row and is not compared."""


def build_rewind_sql(node: Node, relation: str) -> str | None:
    """SQL that moves an incremental table's own watermark back; None if its strategy has none."""
    strategy = node["config"].get("incremental_strategy")
    if node["config"]["materialized"] != "incremental":
        return None
    if strategy in ("cdc_merge", "cdc_append"):
        # the watermark is the highest offset of each partition
        return (
            f"delete from {relation} where kafka_offset >"
            f" (select approx_percentile(kafka_offset, {KEPT}) from {relation})"
        )
    if strategy == "replace_days":
        # the watermark stands in every row; the days that moved since are computed and replaced again
        return (
            f"update {relation} set {WATERMARK} ="
            f" transform_values({WATERMARK}, (input, offset) -> cast(offset * {KEPT} as bigint))"
        )
    return None
