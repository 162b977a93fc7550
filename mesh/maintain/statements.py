"""The SQL of maintenance: pure functions from tables and points in time (UTC) to text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from mesh.maintain.policy import Relation


def build_small_files_sql(table: Relation, below_mb: int) -> str:
    """How many data files OPTIMIZE would rewrite, and how many delete files it would apply.

    Small files count where a partition has several; whatever has a delete file counts.
    """
    return f"""
        select coalesce(sum(small_files), 0), coalesce(sum(delete_files), 0)
        from (
            select
                count_if(content = 0 and file_size_in_bytes < {below_mb * 1024 * 1024}) as small_files,
                count_if(content > 0) as delete_files
            from {table.sql("files")}
            group by regexp_extract(file_path, '^.*/')
        )
        where small_files > 1 or delete_files > 0"""


def build_optimize_sql(table: Relation, below_mb: int) -> str:
    """Rewrite small files, and those with deletes."""
    return f"alter table {table.sql()} execute optimize(file_size_threshold => '{below_mb}MB')"


def build_newest_landing_sql(table: Relation) -> str:
    """When Flink last committed to a table; null if it never did."""
    return f"""
        select max(committed_at)
        from {table.sql("snapshots")}
        where element_at(summary, 'flink.job-id') is not null"""


def build_expirable_sql(table: Relation, before: datetime) -> str:
    """How many snapshots expire."""
    return f"""
        select count(*)
        from {table.sql("snapshots")}
        where
            committed_at < {_instant(before)}
            and snapshot_id not in (select snapshot_id from {table.sql("refs")})"""


def build_expire_sql(table: Relation, before: datetime) -> str:
    """Forget the snapshots before a point in time, and delete the files which only they use."""
    return f"alter table {table.sql()} execute expire_snapshots(retention_threshold => {_age(before)})"


def build_remove_orphans_sql(table: Relation, before: datetime) -> str:
    """Delete the files, older than a point in time, which no snapshot uses."""
    return f"alter table {table.sql()} execute remove_orphan_files(retention_threshold => {_age(before)})"


def build_location_sql(table: Relation) -> str:
    """Where a table's files are."""
    return f"select value from {table.sql('properties')} where key = 'location'"


def build_landed_days_sql(table: Relation, before: date) -> str:
    """Rows and highest offset of the days before one, by Kafka partition, from Iceberg's metadata alone."""
    return f"""
        select partition.kafka_at_day, partition.kafka_partition, record_count, data.kafka_offset.max
        from {table.sql("partitions")}
        where partition.kafka_at_day < date '{before}'"""


def build_delete_merged_days_sql(table: Relation, days: Sequence[date], offsets: Mapping[int, int]) -> str:
    """Delete whole days as far as they were seen: a row that lands meanwhile has a higher offset, and stays."""
    seen = " or ".join(
        f"(kafka_partition = {partition} and kafka_offset <= {offset})" for partition, offset in sorted(offsets.items())
    )
    listed = ", ".join(f"date '{day}'" for day in sorted(days))
    return f"delete from {table.sql()} where cast(kafka_at as date) in ({listed}) and ({seen})"


def build_count_old_days_sql(table: Relation, before: date) -> str:
    """Days and rows before a day."""
    return f"""
        select count(distinct cast(kafka_at as date)), count(*)
        from {table.sql()}
        where kafka_at < timestamp '{before} 00:00:00'"""


def build_delete_old_days_sql(table: Relation, before: date) -> str:
    """Delete whole days: a change of metadata, no file is read."""
    return f"delete from {table.sql()} where kafka_at < timestamp '{before} 00:00:00'"


def build_count_ended_sql(table: Relation, before: datetime) -> str:
    """How many rows `build_delete_ended_sql` deletes."""
    return f"select count(*) from ({_ended(table, before)})"


def build_delete_ended_sql(table: Relation, before: datetime) -> str:
    """Delete what had ceased to be true by then: superseded versions, and tombstones.

    The row with a Kafka partition's highest offset stays: it is the model's watermark.
    """
    return f"delete from {table.sql()} where (kafka_partition, kafka_offset) in ({_ended(table, before)})"


def _ended(table: Relation, before: datetime) -> str:
    return f"""
        select kafka_partition, kafka_offset
        from (
            select
                kafka_partition,
                kafka_offset,
                coalesce(
                    lead(source_at) over (
                        partition by document_id order by source_at, source_order, kafka_offset
                    ),
                    if(is_deleted, source_at)
                ) as ended_at,
                max(kafka_offset) over (partition by kafka_partition) as highest_offset
            from {table.sql()}
        )
        where ended_at < timestamp '{before:%Y-%m-%d %H:%M:%S}' and kafka_offset < highest_offset"""


def build_columns_sql(table: Relation) -> str:
    """Names and types of a table's columns; nothing if there is no table."""
    return f"""
        select column_name, data_type
        from information_schema.columns
        where table_schema = '{table.schema}' and table_name = '{table.name}'
        order by ordinal_position"""


def build_create_archive_schema_sql(schema: str, location: str) -> str:
    """A schema at a location of its own."""
    return f"create schema if not exists \"{schema}\" with (location = '{location}')"


def build_create_archive_sql(table: Relation, archive: Relation) -> str:
    """An empty table with a table's columns."""
    return f"create table if not exists {archive.sql()} (like {table.sql()})"


def build_add_column_sql(table: Relation, column: str, kind: str) -> str:
    """Add a column that the table lacks."""
    return f'alter table {table.sql()} add column if not exists "{column}" {kind}'


def build_count_archive_changes_sql(
    table: Relation, archive: Relation, columns: Sequence[str], by: str, before: date
) -> str:
    """How many rows `build_archive_sql` copies, and how many it replaces."""
    changes = _archive_changes(table, archive, columns, by, before)
    return f"select count_if(not is_stale), count_if(is_stale) from ({changes})"


def build_archive_sql(table: Relation, archive: Relation, columns: Sequence[str], by: str, before: date) -> str:
    """Make the archive equal to a table's rows before a day, in one statement.

    Rows are compared whole, so that no key is needed. What the table does not have at all (by the value of
    the column `by`) stays in the archive.
    """
    # one plain equality, for Trino to join by; the rest is compared null-safely
    is_same = " and ".join(
        [f'archived."{by}" = change."{by}"', *(f'archived."{c}" is not distinct from change."{c}"' for c in columns)]
    )
    return f"""
        merge into {archive.sql()} as archived
        using ({_archive_changes(table, archive, columns, by, before)}) as change
        on change.is_stale and {is_same}
        when matched then delete
        when not matched then insert ({_listed(columns)})
            values ({", ".join(f'change."{column}"' for column in columns)})"""


def _archive_changes(table: Relation, archive: Relation, columns: Sequence[str], by: str, before: date) -> str:
    listed = _listed(columns)
    is_old = f"cast(\"{by}\" as date) < date '{before}'"
    return f"""
        select *, false as is_stale from (
            select {listed} from {table.sql()} where {is_old}
            except
            select {listed} from {archive.sql()}
        )
        union all
        select *, true as is_stale from (
            select {listed} from {archive.sql()}
            where {is_old} and "{by}" in (select "{by}" from {table.sql()} where {is_old})
            except
            select {listed} from {table.sql()}
        )"""


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _instant(moment: datetime) -> str:
    return f"timestamp '{moment:%Y-%m-%d %H:%M:%S.%f} UTC'"


def _age(before: datetime) -> str:
    """A point in time as the age which Trino asks for, reckoned by Trino in the same instant as it is applied."""
    return f"cast(greatest(date_diff('millisecond', {_instant(before)}, current_timestamp), 0) as varchar) || 'ms'"
