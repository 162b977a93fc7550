"""The SQL of the landing job: pure functions from definitions to text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flink_jobs.decoding import REASON, Columns
from flink_jobs.tables import DEAD_LETTERS, BronzeTable

CATALOG = "lake"

MESSAGE_COLUMNS: Columns = [("message_key", "BYTES"), ("message_value", "BYTES")]
METADATA_COLUMNS: Columns = [
    ("kafka_topic", "STRING METADATA FROM 'topic' VIRTUAL"),
    ("kafka_partition", "INT METADATA FROM 'partition' VIRTUAL"),
    ("kafka_offset", "BIGINT METADATA FROM 'offset' VIRTUAL"),
    ("kafka_at", "TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL"),
]

_VALUES = {
    "schema_id": "CAST(schema_id AS INT)",
    "kafka_at": "CAST(kafka_at AS TIMESTAMP(6))",
    "landed_at": "CAST(landed_at AS TIMESTAMP(6))",
    "source_at": "CAST(TO_TIMESTAMP_LTZ(source_at_ms, 3) AS TIMESTAMP(6))",
    "occurred_at": "CAST(occurred_at AS TIMESTAMP(6))",
}


def build_catalog_sql(settings: Mapping[str, str]) -> str:
    """The Iceberg catalog, from the instance's `MESH_*` settings."""
    options = {
        "type": "iceberg",
        "catalog-type": "hive",
        "uri": settings["MESH_METASTORE_URI"],
        "warehouse": "s3://wms-bronze/",
        "io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        "client.region": "us-east-1",
        "s3.endpoint": settings["MESH_S3_ENDPOINT"],
        "s3.path-style-access": "true",
        "s3.access-key-id": settings["MESH_S3_ACCESS_KEY"],
        "s3.secret-access-key": settings["MESH_S3_SECRET_KEY"],
    }
    if token := settings.get("MESH_S3_SESSION_TOKEN"):
        options["s3.session-token"] = token
    return f"CREATE CATALOG {CATALOG} WITH ({_options(options)})"


def build_source_sql(name: str, topics: Sequence[str], client: Mapping[str, str]) -> str:
    """A table over raw messages of several topics: committed ones only, from the earliest, without an end.

    Args:
        client: Kafka's own settings of where the brokers are and who asks.
    """
    options = {
        "connector": "kafka",
        "topic": ";".join(topics),
        **{f"properties.{setting}": value for setting, value in client.items()},
        "properties.group.id": f"flink-{name}",
        "properties.isolation.level": "read_committed",
        "scan.startup.mode": "earliest-offset",
        "key.format": "raw",
        "key.fields": "message_key",
        "value.format": "raw",
        "value.fields-include": "EXCEPT_KEY",
    }
    columns = ", ".join(f"{column} {kind}" for column, kind in [*MESSAGE_COLUMNS, *METADATA_COLUMNS])
    return f"CREATE TEMPORARY TABLE {name} ({columns}) WITH ({_options(options)})"


def build_decode_sql(source: str, function: str) -> str:
    """Every message as it is, when it was seen, and what the function makes of its key and value."""
    return f"SELECT *, CURRENT_TIMESTAMP AS landed_at, {function}({_names(MESSAGE_COLUMNS)}) AS decoded FROM {source}"


def build_fields_sql(decoded: str, fields: Columns) -> str:
    """The decoded messages with a column for each field."""
    values = ", ".join(f"decoded.`{name}` AS `{name}`" for name, _ in [*fields, *REASON])
    return f"SELECT {values}, {_names([*MESSAGE_COLUMNS, *METADATA_COLUMNS])}, landed_at FROM {decoded}"


def build_insert_sql(table: BronzeTable, decoded: str) -> str:
    """Route the readable rows of one topic to its table."""
    return (
        f"INSERT INTO {CATALOG}.bronze.{table.name} SELECT {_values(table)} FROM {decoded}"
        f" WHERE reason IS NULL AND kafka_topic = '{table.topic}'"
    )


def build_dead_letter_insert_sql(decoded: Sequence[str]) -> str:
    """Route what could not be read, from every stream, to the dead letters."""
    branches = (f"SELECT {_values(DEAD_LETTERS)} FROM {name} WHERE reason IS NOT NULL" for name in decoded)
    return f"INSERT INTO {CATALOG}.bronze.{DEAD_LETTERS.name} {' UNION ALL '.join(branches)}"


def row_type(columns: Columns) -> str:
    """The columns as a Flink ROW type."""
    return f"ROW<{', '.join(f'`{name}` {kind}' for name, kind in columns)}>"


def _values(table: BronzeTable) -> str:
    return ", ".join(_VALUES.get(name, f"`{name}`") for name in table.columns)


def _names(columns: Columns) -> str:
    return ", ".join(name for name, _ in columns)


def _options(options: Mapping[str, str]) -> str:
    quoted = {name: value.replace("'", "''") for name, value in options.items()}
    return ", ".join(f"'{name}' = '{value}'" for name, value in quoted.items())
