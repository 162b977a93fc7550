"""Writers of one table at the same time: what was acknowledged is there, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from trino.exceptions import TrinoExternalError

from mesh.instance import Instance
from mesh.trino import connect_trino

WRITERS = 4
COMMITS_EACH = 8
TABLE = "iceberg.bronze.crowded"


def _commit(instance: Instance, writer: int) -> set[tuple[int, int]]:
    """Rows whose insert was acknowledged; one that lost against the others says so."""
    acknowledged = set()
    with connect_trino(instance) as trino:
        for number in range(COMMITS_EACH):
            try:
                trino.cursor().execute(f"insert into {TABLE} values ({writer}, {number})").fetchall()
            except TrinoExternalError as error:
                assert error.error_name == "ICEBERG_COMMIT_ERROR"
            else:
                acknowledged.add((writer, number))
    return acknowledged


def test_no_acknowledged_row_is_lost_between_writers(instance: Instance) -> None:
    with connect_trino(instance) as trino:
        cursor = trino.cursor()
        cursor.execute(f"create table {TABLE} (writer integer, number integer)").fetchall()
        try:
            with ThreadPoolExecutor(WRITERS) as pool:
                acknowledged = [row for rows in pool.map(_commit, [instance] * WRITERS, range(WRITERS)) for row in rows]
            assert len(acknowledged) >= COMMITS_EACH, "somebody always wins"
            rows = cursor.execute(f"select writer, number from {TABLE}").fetchall()
        finally:
            cursor.execute(f"drop table {TABLE}").fetchall()
    assert sorted(map(tuple, rows)) == sorted(acknowledged)
