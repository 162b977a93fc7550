"""The landing job: Kafka to Iceberg bronze, streaming, exactly once.

Two sources (changes and events), each message decoded once in Python, then routed by topic to its bronze
table. What cannot be read is routed to `bronze.dead_letters`. Submitted by `mesh jobs submit`; its settings
are the `MESH_*` variables of the instance.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from pyflink.common import Row
from pyflink.table import StreamTableEnvironment
from pyflink.table.udf import udf

from flink_jobs.changes import read_change
from flink_jobs.decoding import CHANGE_FIELDS, EVENT_FIELDS, REASON, Columns, Decoder, Read
from flink_jobs.environment import kafka_client, table_environment
from flink_jobs.events import EventReader
from flink_jobs.statements import (
    build_dead_letter_insert_sql,
    build_decode_sql,
    build_fields_sql,
    build_insert_sql,
    build_source_sql,
    row_type,
)
from flink_jobs.tables import BronzeTable, change_tables, event_tables

SETTINGS = {
    "pipeline.object-reuse": "true",
    # in a thread of the TaskManager: a Python process is served on ports of all addresses, and without a password
    "python.execution-mode": "thread",
}


def main() -> None:
    """Declare the job and submit it."""
    tables = table_environment(SETTINGS)
    registry_url, authorities = os.environ["MESH_REGISTRY_URL"], os.environ.get("MESH_REGISTRY_AUTHORITIES")
    streams: dict[str, tuple[list[BronzeTable], Columns, Callable[[], Read]]] = {
        "changes": (list(change_tables()), CHANGE_FIELDS, lambda: read_change),
        "events": (list(event_tables()), EVENT_FIELDS, lambda: EventReader(registry_url, authorities).read),
    }
    statements = tables.create_statement_set()
    for name, (targets, fields, make_read) in streams.items():
        _decode(tables, name, targets, fields, make_read)
        for target in targets:
            statements.add_insert_sql(build_insert_sql(target, name))
    statements.add_insert_sql(build_dead_letter_insert_sql(list(streams)))
    statements.execute()


def _decode(
    tables: StreamTableEnvironment,
    name: str,
    targets: Iterable[BronzeTable],
    fields: Columns,
    make_read: Callable[[], Read],
) -> None:
    """Define the view `name`: the decoded messages of the targets' topics."""
    topics = [target.topic for target in targets if target.topic]
    tables.execute_sql(build_source_sql(f"{name}_messages", topics, kafka_client()))
    decode = Decoder(make_read, fields)
    decoder = udf(lambda key, value: Row(*decode(key, value)), result_type=row_type([*fields, *REASON]))
    tables.create_temporary_function(f"decode_{name}", decoder)
    decoded = tables.sql_query(build_decode_sql(f"{name}_messages", f"decode_{name}"))
    # As a stream the decoded rows are a fixed input to the planner; left as a table, it would copy the
    # Python operator into every INSERT and decode each message eight times.
    stream = tables.from_data_stream(tables.to_data_stream(decoded))
    tables.create_temporary_view(f"{name}_decoded", stream)
    tables.create_temporary_view(name, tables.sql_query(build_fields_sql(f"{name}_decoded", fields)))


if __name__ == "__main__":
    main()
