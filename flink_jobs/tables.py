"""Bronze: the tables that the landing job writes. Shared by the job and by what creates them; needs no Flink.

Every table is append-only and has one row per Kafka message, identified by (topic, partition, offset).
It is partitioned by the day of Kafka's timestamp, which a replay repeats, and by Kafka partition, so that
a reader who knows its offset per partition opens new files only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flink_jobs.topics import COLLECTIONS, EVENT_DOMAINS, LANDING_JOB, cdc_topic, event_topic

CATALOG = "iceberg"
LAYERS = {"bronze": "wms-bronze", "silver": "wms-silver", "gold": "wms-gold"}

# column name: (Trino type, Flink type)
_TIMESTAMP = ("timestamp(6)", "TIMESTAMP(6)")
_STRING = ("varchar", "STRING")
_POSITION = {
    "kafka_topic": _STRING,
    "kafka_partition": ("integer", "INT"),
    "kafka_offset": ("bigint", "BIGINT"),
    "kafka_at": _TIMESTAMP,
    "landed_at": _TIMESTAMP,
}
CHANGE_COLUMNS = {
    "document_id": _STRING,
    "op": _STRING,
    "before": _STRING,
    "after": _STRING,
    "source_at": _TIMESTAMP,
    "source_order": ("bigint", "BIGINT"),
    **_POSITION,
}
EVENT_COLUMNS = {
    "event_id": _STRING,
    "event_type": _STRING,
    "occurred_at": _TIMESTAMP,
    "event_key": _STRING,
    "payload": _STRING,
    "schema_id": ("integer", "INT"),
    **_POSITION,
}
DEAD_LETTER_COLUMNS = {
    "message_key": ("varbinary", "BYTES"),
    "message_value": ("varbinary", "BYTES"),
    "reason": _STRING,
    **_POSITION,
}

# Iceberg's own, beside Trino's
TABLE_PROPERTIES = {
    "engine.hive.lock-enabled": "false",
    # an idle stream commits nothing; what Flink looks for in the history is its newest commit, which never expires
    "flink.max-continuous-empty-commits": "2147483647",
    # a commit writes the whole list of snapshots again: the old lists go with it
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "10",
}


@dataclass(frozen=True)
class BronzeTable:
    """One table of the schema `bronze`; `topic` is None for dead letters, which come from every topic."""

    name: str
    columns: dict[str, tuple[str, str]]
    topic: str | None

    @property
    def partitioning(self) -> list[str]:
        """Iceberg partition transforms."""
        return ["day(kafka_at)", "kafka_partition"] if self.topic else ["day(kafka_at)"]


DEAD_LETTERS = BronzeTable("dead_letters", DEAD_LETTER_COLUMNS, topic=None)


def change_tables() -> Iterator[BronzeTable]:
    """`<collection>_raw`: one row per change of a MongoDB document."""
    for collection in COLLECTIONS:
        yield BronzeTable(f"{collection}_raw", CHANGE_COLUMNS, cdc_topic(collection))


def event_tables() -> Iterator[BronzeTable]:
    """`<domain>_events`: one row per business event."""
    for domain in EVENT_DOMAINS:
        yield BronzeTable(f"{domain}_events", EVENT_COLUMNS, event_topic(domain))


def bronze_tables() -> list[BronzeTable]:
    """Every table that the landing job writes."""
    return [*change_tables(), *event_tables(), DEAD_LETTERS]


# job: the tables that it alone writes, as `schema.table`
WRITTEN_BY = {
    LANDING_JOB: tuple(f"bronze.{table.name}" for table in bronze_tables()),
}


def build_create_schema_sql(layer: str) -> str:
    """Trino DDL of a layer's schema, in its own bucket."""
    return f"create schema if not exists {CATALOG}.{layer} with (location = 's3://{LAYERS[layer]}/')"


def build_create_table_sql(table: BronzeTable, schema: str = "bronze") -> str:
    """Trino DDL of a bronze table."""
    columns = ",\n    ".join(f'"{name}" {trino_type}' for name, (trino_type, _) in table.columns.items())
    return (
        f"create table if not exists {CATALOG}.{schema}.{table.name} (\n    {columns}\n)\n"
        f"with (format = 'PARQUET', format_version = 2, partitioning = {_array(table.partitioning)},"
        f" extra_properties = {_properties()})"
    )


def build_properties_sql(table: BronzeTable, schema: str = "bronze") -> str:
    """Those of `TABLE_PROPERTIES` that a table has."""
    names = ", ".join(f"'{name}'" for name in TABLE_PROPERTIES)
    return f'select key, value from {CATALOG}.{schema}."{table.name}$properties" where key in ({names})'


def build_set_properties_sql(table: BronzeTable, schema: str = "bronze") -> str:
    """Trino DDL that gives a table of before the properties of now."""
    return f"alter table {CATALOG}.{schema}.{table.name} set properties extra_properties = {_properties()}"


def _properties() -> str:
    return f"map({_array(TABLE_PROPERTIES)}, {_array(TABLE_PROPERTIES.values())})"


def _array(values: Iterable[str]) -> str:
    return "array[" + ", ".join(f"'{value}'" for value in values) + "]"
