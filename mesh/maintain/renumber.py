"""`mesh renumber`: goes on where a topic was made again, whose offsets begin below every watermark.

What landed of the former topic is given other numbers of partitions, in bronze and in the models that merged it: each
number has a watermark of its own, so the new topic's partitions are merged from their beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lock import exclusive
from mesh.maintain.policy import LakeTable, Relation
from mesh.maintain.session import Session
from mesh.maintain.statements import build_columns_sql, build_optimize_sql

STEP = 1000
"""More than any topic has partitions: 0 of the former topic becomes 1000, of the one before it stays 2000."""


def renumber(instance: Instance, table: LakeTable, say: Callable[[str], None]) -> None:
    """Give what landed before a topic was made again other partitions; one that was ended in the middle is done again.

    Raises:
        MeshError: no offset of the table landed again.
        LakeError: Trino refused a statement.
    """
    with Session(instance, dry_run=False) as lake, exclusive(instance, f"mesh renumber {table.relation}", say):
        ((made_again, highest),) = lake.query(build_made_again_sql(table.relation))
        if made_again is None:
            raise MeshError(f"{table.relation}: no offset landed again, its partitions keep their numbers")
        moved = STEP * (highest // STEP + 1)
        # the models first: until bronze is done too, its offsets still stop every build
        present = [reader for reader in table.readers if lake.query(build_columns_sql(reader))]
        for relation in [*present, table.relation]:
            before = made_again if relation == table.relation else None
            lake.change(build_renumber_sql(relation, moved, before))
            # the metadata of a partition tells of deleted rows too, until its files are written again
            lake.change(build_optimize_sql(relation, table.housekeeping.compact_below_mb))
            say(f"{relation}: partitions of before {made_again:%Y-%m-%d %H:%M:%S} are {moved} and following")


def build_made_again_sql(bronze: Relation) -> str:
    """When a row first landed with an offset that its partition had passed (null: never), and the highest partition."""
    return f"""
        select min(landed_at) filter (where kafka_offset <= passed), max(kafka_partition)
        from (
            select
                kafka_partition,
                kafka_offset,
                landed_at,
                max(kafka_offset) over (
                    partition by kafka_partition
                    order by landed_at, kafka_offset
                    rows between unbounded preceding and 1 preceding
                ) as passed
            from {bronze.sql()}
        )"""


def build_renumber_sql(table: Relation, moved: int, before: datetime | None) -> str:
    """Move the present numbers of partitions out of the way: of all rows, or of those that landed before a moment."""
    landed = f" and landed_at < timestamp '{before:%Y-%m-%d %H:%M:%S.%f}'" if before else ""
    return f"""
        update {table.sql()} set kafka_partition = kafka_partition + {moved}
        where kafka_partition < {STEP}{landed}"""
