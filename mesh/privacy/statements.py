"""The SQL of forgetting: pure functions from a person's id and tables to text.

An id is found wherever it stands as a word of its own: as a whole value, in a JSON document, in the message of a check.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mesh.maintain.policy import Relation

FORGOTTEN = "forgotten"
"""What stands in the place of an id, in every layer."""
SCHEMA = "privacy"
POSITION = ("kafka_topic", "kafka_partition", "kafka_offset")


@dataclass(frozen=True)
class TextTable:
    """A stored table with its columns that can hold text: name to Trino type. `has_position`: Kafka's, of each row."""

    relation: Relation
    columns: Mapping[str, str]
    has_position: bool


def build_columns_sql() -> str:
    """Schema, table, column and type of every column of every table that is stored."""
    return """
        select columns.table_schema, columns.table_name, columns.column_name, columns.data_type
        from information_schema.columns as columns
        inner join information_schema.tables as tables
            on columns.table_schema = tables.table_schema and columns.table_name = tables.table_name
        where tables.table_type = 'BASE TABLE' and columns.table_schema not in ('information_schema', 'system')
        order by 1, 2, columns.ordinal_position"""


def build_pattern(person: str) -> str:
    """A regular expression for the id as a word, as it is and as JSON writes it."""
    spellings = {person, json.dumps(person)[1:-1], json.dumps(person, ensure_ascii=False)[1:-1]}
    return rf"(?<![\w-])(?:{'|'.join(re.escape(spelling) for spelling in sorted(spellings))})(?![\w-])"


def build_count_sql(table: TextTable, person: str) -> str:
    """In how many rows each column holds the person."""
    counts = ", ".join(f"count_if({_holds(name, kind, person)})" for name, kind in table.columns.items())
    return f"select {counts} from {table.relation.sql()}"


def build_note_sql(table: TextTable, column: str, person: str, request: str) -> str:
    """Note the messages whose landed rows hold the person in a column: their positions, and nothing of them."""
    noted = f"'{request}', '{table.relation}', '{column}', {', '.join(POSITION)}"
    return (
        f"insert into {SCHEMA}.erased_messages select {noted} from {table.relation.sql()}"
        f" where {_holds(column, table.columns[column], person)}"
    )


def build_erase_sql(table: TextTable, columns: Sequence[str], person: str) -> str:
    """Put `FORGOTTEN` in the id's place; bytes, which cannot be cut, become null."""
    changes = ", ".join(f'"{name}" = {_erased(name, table.columns[name], person)}' for name in columns)
    held = " or ".join(_holds(name, table.columns[name], person) for name in columns)
    return f"update {table.relation.sql()} set {changes} where {held}"


def build_rewrite_sql(table: Relation) -> str:
    """Write the files with deleted rows anew without them, however large they are."""
    return f"alter table {table.sql()} execute optimize(file_size_threshold => '1PB')"


def build_past_sql(table: Relation) -> str:
    """What holds what is no more: files that say that rows of other files are gone, lists of the newest snapshot that
    name files which it dropped, and snapshots beside the newest.
    """
    return f"""
        select
            (select count(*) from {table.sql("files")} where content > 0),
            (select count(*) from {table.sql("manifests")} where deleted_data_files_count > 0),
            (select count(*) - 1 from {table.sql("snapshots")})"""


def build_rewrite_lists_sql(table: Relation) -> str:
    """Make a snapshot of the same files, whose lists name no other.

    What a snapshot dropped is deleted when that snapshot expires, and its lists hold the least and the greatest value
    of each column of what it dropped.
    """
    return f"alter table {table.sql()} execute optimize_manifests"


def build_last_landing_sql(table: Relation) -> str:
    """The number of the newest checkpoint that Flink has committed to a table; null if it never did."""
    return f"""
        select max(cast(element_at(summary, 'flink.max-committed-checkpoint-id') as bigint))
        from {table.sql("snapshots")}"""


def build_expire_all_sql(table: Relation) -> str:
    """Forget all snapshots but the newest, and delete the files that only they use."""
    return f"alter table {table.sql()} execute expire_snapshots(retention_threshold => '0s')"


def build_create_sql() -> list[str]:
    """The record: who is forgotten stands nowhere in it."""
    return [
        f"create schema if not exists {SCHEMA}",
        f"create table if not exists {SCHEMA}.erasures (request_id varchar, erased_at timestamp(6),"
        " table_name varchar, column_name varchar, erased_rows bigint)",
        f"create table if not exists {SCHEMA}.erased_messages (request_id varchar, table_name varchar,"
        " column_name varchar, kafka_topic varchar, kafka_partition integer, kafka_offset bigint)",
    ]


def build_record_sql(request: str, table: Relation, counts: Mapping[str, int]) -> str:
    """One row a column."""
    now = "cast(current_timestamp at time zone 'UTC' as timestamp(6))"
    rows = ", ".join(f"('{request}', {now}, '{table}', '{name}', {count})" for name, count in counts.items())
    return f"insert into {SCHEMA}.erasures values {rows}"


def _holds(column: str, kind: str, person: str) -> str:
    return f"coalesce(regexp_like({_text(column, kind)}, {_quoted(build_pattern(person))}), false)"


def _text(column: str, kind: str) -> str:
    if kind.startswith("varchar"):
        return f'"{column}"'
    if kind == "varbinary":
        return f'from_utf8("{column}")'
    return f'json_format(cast("{column}" as json))'


def _erased(column: str, kind: str, person: str) -> str:
    if kind == "varbinary":
        return f'if({_holds(column, kind, person)}, null, "{column}")'
    return f"regexp_replace(\"{column}\", {_quoted(build_pattern(person))}, '{FORGOTTEN}')"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
