"""`mesh privacy`: where a person stands in the lake, and how it leaves every row, file and snapshot of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pymongo
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import ConfigResource

from flink_jobs.topics import COLLECTIONS, DATABASE, all_topics
from mesh import jobs
from mesh.clients.kafka import python_settings
from mesh.clients.mongodb import python_uri
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.jobs import Job
from mesh.lake import LakeError
from mesh.lock import exclusive
from mesh.maintain.housekeeping import remove_orphans
from mesh.maintain.policy import Relation
from mesh.maintain.session import Session
from mesh.privacy.statements import (
    POSITION,
    SCHEMA,
    TextTable,
    build_columns_sql,
    build_count_sql,
    build_create_sql,
    build_erase_sql,
    build_expire_all_sql,
    build_last_landing_sql,
    build_note_sql,
    build_past_sql,
    build_record_sql,
    build_rewrite_lists_sql,
    build_rewrite_sql,
)
from mesh.progress import wait_until_landed

FIELD = "customer_id"
"""By which a person is known."""
LANDING_TIMEOUT_SECONDS = 300
CHECKPOINT_TIMEOUT_SECONDS = 300
ORPHANS_ARE_OLDER_THAN = timedelta(hours=1)
"""What no snapshot uses and is younger may belong to a statement that runs; maintenance removes it later."""
ATTEMPTS = 5

Say = Callable[[str], None]
Counts = dict[str, int]


def find(instance: Instance, person: str) -> Iterator[tuple[Relation, Counts]]:
    """In how many rows of which columns a person stands, table by table; all text of the lake is read."""
    with Session(instance, dry_run=True) as lake:
        for table in text_tables(lake):
            if counts := _count(lake, table, person):
                yield table.relation, counts


def forget(instance: Instance, person: str, say: Say) -> datetime:
    """Erase a person from the lake; returns by when Kafka drops the messages with it.

    Of every table the history goes too: no `for timestamp as of` reaches behind this moment.

    Raises:
        MeshError: MongoDB still names the person, the stream is behind or down, or Trino refused. What was erased
            until then stays so, and a second run does the rest.
    """
    _require_forgotten_at_the_source(instance, person)
    job = jobs.running_job(instance)
    if job is None:
        raise MeshError("the landing job is down, and may still hold what it has read: mesh jobs submit")
    kept_until = kafka_drops_by(instance)
    wait_until_landed(instance, LANDING_TIMEOUT_SECONDS, say)
    request = str(uuid.uuid4())
    with Session(instance, dry_run=False) as lake, exclusive(instance, "mesh privacy forget", say):
        for sql in build_create_sql():
            lake.query(sql)
        tables = text_tables(lake)
        for table in tables:
            with _absent_is_well():
                if counts := _count(lake, table, person):
                    _erase(lake, table, counts, person, request)
                    say(f"{table.relation}: {', '.join(f'{name} in {count:,} rows' for name, count in counts.items())}")
        # also of tables that do not name the person now: a row that was replaced is still in a file of before
        for table in tables:
            with _absent_is_well():
                _drop_history(instance, job, lake, table.relation)
    return kept_until


def text_tables(lake: Session) -> list[TextTable]:
    """Every table of the lake that can hold text, in whatever schema."""
    found: dict[Relation, dict[str, str]] = {}
    for schema, table, column, kind in lake.query(build_columns_sql()):
        found.setdefault(Relation(schema, table), {})[column] = kind
    return [
        TextTable(relation, text, has_position=set(POSITION) <= set(columns))
        for relation, columns in found.items()
        if relation.schema != SCHEMA
        and (text := {name: kind for name, kind in columns.items() if "varchar" in kind or kind == "varbinary"})
    ]


def kafka_drops_by(instance: Instance) -> datetime:
    """When the last message that was written until now has gone from every topic, by the topics' own settings (UTC).

    Raises:
        MeshError: a topic keeps its messages for ever.
    """
    admin = AdminClient(python_settings(instance))
    asked = admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topic) for topic in all_topics()])
    longest = timedelta(0)
    for resource, answer in asked.items():
        settings = answer.result()
        kept = int(settings["retention.ms"].value)
        if kept < 0:
            raise MeshError(f"the topic {resource.name} keeps its messages for ever: set its retention.ms")
        # a segment goes as a whole, once its newest message is old enough
        longest = max(longest, timedelta(milliseconds=kept + int(settings["segment.ms"].value)))
    return datetime.now(UTC) + longest


def _require_forgotten_at_the_source(instance: Instance, person: str) -> None:
    with pymongo.MongoClient[dict[str, object]](python_uri(instance)) as client:
        for name in COLLECTIONS:
            if count := client[DATABASE][name].count_documents({FIELD: person}):
                raise MeshError(
                    f"MongoDB still names this {FIELD} in {count:,} documents of {DATABASE}.{name}: first the service"
                    " that owns them erases it there, or its next change would bring it back"
                )


@contextmanager
def _absent_is_well() -> Iterator[None]:
    """A table that somebody has dropped meanwhile names nobody."""
    try:
        yield
    except LakeError as error:
        if not error.is_absent:
            raise


def _count(lake: Session, table: TextTable, person: str) -> Counts:
    (row,) = lake.query(build_count_sql(table, person))
    return {name: count for name, count in zip(table.columns, row, strict=True) if count}


def _erase(lake: Session, table: TextTable, counts: Counts, person: str, request: str) -> None:
    for column in counts:
        kind = table.columns[column]
        if not kind.startswith("varchar") and kind != "varbinary":
            raise MeshError(f"{table.relation}.{column} is {kind} and holds the person: only text can be erased")
        if table.has_position:
            lake.query(build_note_sql(table, column, person, request))
    _change(lake, build_erase_sql(table, list(counts), person))
    lake.query(build_record_sql(request, table.relation, counts))


def _drop_history(instance: Instance, job: Job, lake: Session, table: Relation) -> None:
    ((deletes, dropped, older),) = lake.query(build_past_sql(table))
    if deletes:
        _change(lake, build_rewrite_sql(table))
    if deletes or dropped:
        _change(lake, build_rewrite_lists_sql(table))
    written_before = _await_committed(instance, job, lake, table)
    if deletes or dropped or older > 0:
        _change(lake, build_expire_all_sql(table))
    for _ in remove_orphans(lake, table, min(written_before, datetime.now(UTC) - ORPHANS_ARE_OLDER_THAN)):
        pass


def _await_committed(instance: Instance, job: Job, lake: Session, table: Relation) -> datetime:
    """Wait until Flink, started again, would not ask for a snapshot of before; returns since when a file of its own
    may not be committed yet.
    """
    ((landed,),) = lake.query(build_last_landing_sql(table))
    if landed is None:
        return datetime.now(UTC)
    deadline = time.monotonic() + CHECKPOINT_TIMEOUT_SECONDS
    while True:
        # the one before the newest has been committed, and the state of the newest knows that
        completed = jobs.completed_checkpoints(instance, job)
        if len(completed) > 1 and completed[1][0] > landed:
            return completed[1][1]
        if time.monotonic() > deadline:
            raise MeshError(f"no checkpoint follows {landed}, which wrote {table}: mesh jobs list, mesh stack logs")
        time.sleep(1)


def _change(lake: Session, sql: str) -> None:
    """Somebody may commit to the table meanwhile: then Trino refuses, and nothing was done."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            lake.change(sql)
        except LakeError as error:
            if error.name != "ICEBERG_COMMIT_ERROR" or attempt == ATTEMPTS:
                raise
        else:
            return
