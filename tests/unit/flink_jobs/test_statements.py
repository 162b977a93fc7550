"""The SQL of the landing job and of its tables."""

from __future__ import annotations

from flink_jobs.statements import build_dead_letter_insert_sql, build_insert_sql, build_source_sql
from flink_jobs.tables import bronze_tables, build_create_table_sql
from flink_jobs.topics import all_topics


def test_every_topic_has_its_table_and_there_is_one_for_dead_letters() -> None:
    tables = bronze_tables()
    assert sorted(table.topic for table in tables if table.topic) == sorted(all_topics())
    assert [table.name for table in tables if not table.topic] == ["dead_letters"]
    assert len({table.name for table in tables}) == 15


def test_tables_are_partitioned_by_day_and_a_topics_by_kafka_partition_too() -> None:
    (orders,) = [table for table in bronze_tables() if table.name == "orders_raw"]
    assert "partitioning = array['day(kafka_at)', 'kafka_partition']" in build_create_table_sql(orders)


def test_insert_fills_the_tables_columns_in_their_order() -> None:
    (workers,) = [table for table in bronze_tables() if table.name == "workers_raw"]
    assert build_insert_sql(workers, "changes") == (
        "INSERT INTO lake.bronze.workers_raw SELECT `document_id`, `op`, `before`, `after`,"
        " CAST(TO_TIMESTAMP_LTZ(source_at_ms, 3) AS TIMESTAMP(6)), `source_order`, `kafka_topic`, `kafka_partition`,"
        " `kafka_offset`, CAST(kafka_at AS TIMESTAMP(6)), CAST(landed_at AS TIMESTAMP(6))"
        " FROM changes WHERE reason IS NULL AND kafka_topic = 'cdc.wms.workers'"
    )


def test_dead_letters_come_from_every_stream() -> None:
    sql = build_dead_letter_insert_sql(["changes", "events"])
    assert sql.count("reason IS NOT NULL") == 2
    assert "FROM changes" in sql and "FROM events" in sql


def test_source_reads_committed_messages_without_an_end() -> None:
    sql = build_source_sql(
        "changes_messages", ["a", "b"], {"bootstrap.servers": "127.0.0.1:1", "sasl.jaas.config": "password='x'"}
    )
    assert "'properties.sasl.jaas.config' = 'password=''x'''" in sql
    assert "'properties.isolation.level' = 'read_committed'" in sql
    assert "'topic' = 'a;b'" in sql
    assert "bounded" not in sql
