"""Writers of one table at the same time: what was acknowledged is there, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from mesh.access.login import MAINTENANCE
from mesh.instance import Instance
from mesh.lake import Lake, LakeError

WRITERS = 4
COMMITS_EACH = 8
TABLE = "iceberg.bronze.crowded"


def _commit(instance: Instance, writer: int) -> tuple[set[tuple[int, int]], int]:
    """Rows whose insert was acknowledged, and how many were refused: one that lost against the others says so."""
    acknowledged = set()
    refused = 0
    with Lake(instance, MAINTENANCE) as lake:
        for number in range(COMMITS_EACH):
            try:
                lake.query(f"insert into {TABLE} values ({writer}, {number})")
            except LakeError as error:
                assert error.name == "ICEBERG_COMMIT_ERROR"
                refused += 1
            else:
                acknowledged.add((writer, number))
    return acknowledged, refused


def test_no_acknowledged_row_is_lost_between_writers(instance: Instance) -> None:
    with Lake(instance, MAINTENANCE) as lake:
        lake.query(f"create table {TABLE} (writer integer, number integer)")
        try:
            with ThreadPoolExecutor(WRITERS) as pool:
                outcomes = list(pool.map(_commit, [instance] * WRITERS, range(WRITERS)))
            acknowledged = [row for rows, _ in outcomes for row in rows]
            assert len(acknowledged) >= COMMITS_EACH, "somebody always wins"
            assert sum(refused for _, refused in outcomes), "no two commits met: nothing was tried"
            rows = lake.query(f"select writer, number from {TABLE}")
        finally:
            lake.query(f"drop table {TABLE}")
    assert sorted(map(tuple, rows)) == sorted(acknowledged)
