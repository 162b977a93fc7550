"""What the running servers must hold before data can flow: buckets, topics, schemas, tables, the connector.

Every step looks first and changes only what differs, so it can be run again at any time.
"""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Callable
from string import Template
from typing import Any

import httpx
import pymongo
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from pymongo.errors import PyMongoError

from flink_jobs.tables import (
    LAYERS,
    TABLE_PROPERTIES,
    bronze_tables,
    build_create_schema_sql,
    build_create_table_sql,
    build_properties_sql,
    build_set_properties_sql,
)
from flink_jobs.topics import COLLECTIONS, DATABASE, EVENT_DOMAINS, cdc_topic, event_topic
from mesh.access.accounts import apply_accounts
from mesh.access.login import MAINTENANCE
from mesh.access.object_store import ROOT
from mesh.clients.http import http_client
from mesh.clients.kafka import python_settings
from mesh.clients.mongodb import java_uri, python_uri
from mesh.clients.s3 import connect_s3, ensure_bucket
from mesh.contracts.objectives import publish_objectives
from mesh.errors import MeshError
from mesh.instance import REPOSITORY, Instance
from mesh.lake import Lake
from mesh.quality.store import create_tables

CONNECTOR = "mongodb-cdc-connector"
IN_PLACE = "in place"
REBALANCE_SECONDS = 60
"""How long Connect may answer 409 because its workers are just sharing out their work."""


def provision(instance: Instance, report: Callable[[str], None]) -> None:
    """Create what is missing. Raises MeshError if a server refuses."""
    apply_accounts(instance)
    create_buckets(instance)
    create_topics(instance)
    set_registry_compatibility(instance)
    create_lake_tables(instance)
    publish_objectives(instance)
    create_tables(instance)
    define_mongodb_tables(instance)
    report(f"buckets, topics and bronze tables are there; connector {ensure_connector(instance)}")


def create_buckets(instance: Instance) -> None:
    """One bucket a layer."""
    s3 = connect_s3(instance, ROOT)
    for bucket in LAYERS.values():
        ensure_bucket(s3, bucket)


def create_topics(instance: Instance) -> None:
    """CDC and event topics with their numbers of partitions; existing ones are left as they are."""
    sizes = instance.config["kafka_topics"]
    wanted = {cdc_topic(name): sizes["cdc_partitions"] for name in COLLECTIONS}
    wanted |= {event_topic(name): sizes["event_partitions"] for name in EVENT_DOMAINS}
    admin = AdminClient(python_settings(instance))
    existing = admin.list_topics(timeout=10).topics
    missing = [NewTopic(name, num_partitions=size) for name, size in wanted.items() if name not in existing]
    for name, created in (admin.create_topics(missing) if missing else {}).items():
        try:
            created.result(timeout=30)
        except KafkaException as error:
            raise MeshError(f"topic {name} could not be created: {error}") from error


def set_registry_compatibility(instance: Instance) -> None:
    """BACKWARD for every subject: the registry's own default is NONE."""
    with http_client(instance, "registry") as registry:
        response = registry.put("/config", json={"compatibility": "BACKWARD"})
    if response.is_error:
        raise MeshError(f"the registry refused its compatibility level: {response.text}")


def create_lake_tables(instance: Instance) -> None:
    """The schemas, and bronze's tables: Flink's DDL has no hidden partitions, so Trino makes them."""
    with Lake(instance, MAINTENANCE) as lake:
        for layer in LAYERS:
            lake.query(build_create_schema_sql(layer))
        for table in bronze_tables():
            lake.query(build_create_table_sql(table))
            if dict(lake.query(build_properties_sql(table))) != TABLE_PROPERTIES:
                lake.query(build_set_properties_sql(table))


def define_mongodb_tables(instance: Instance) -> None:
    """Tell Trino's mongodb catalog the columns of every collection, in place of what it guesses or has guessed.

    In the connector's own collection, not by SQL, which guesses first: see docs/lessons/mongodb-catalog.md.
    """
    tables = tomllib.loads((REPOSITORY / "stack/trino/mongodb_tables.toml").read_text())
    try:
        with pymongo.MongoClient[dict[str, Any]](python_uri(instance)) as client:
            for table, columns in tables.items():
                fields = [{"name": name, "type": kind, "hidden": False} for name, kind in columns.items()]
                client[DATABASE]["_schema"].update_one({"table": table}, {"$set": {"fields": fields}}, upsert=True)
    except PyMongoError as error:
        raise MeshError(f"MongoDB refused the tables' definitions for Trino: {error}") from error


def connector_config(instance: Instance) -> dict[str, str]:
    """The connector's settings for this instance, from `stack/connect/mongodb-connector.json`."""
    template = Template((REPOSITORY / "stack/connect/mongodb-connector.json").read_text())
    config: dict[str, str] = json.loads(
        template.substitute(
            # what our worker has in its environment needs to stand in no configuration
            mongodb=java_uri(instance) if instance.is_external("connect") else "${env:MESH_MONGODB_URI}",
            database=DATABASE,
            collections=",".join(f"{DATABASE}.{name}" for name in COLLECTIONS),
            **instance.config["kafka_messages"],
        )
    )
    return {"name": CONNECTOR, **config}


def ensure_connector(instance: Instance) -> str:
    """Register the connector, or bring it to its configuration, and restart what failed. Returns what was done."""
    wanted = connector_config(instance)
    with http_client(instance, "connect", timeout=60) as connect:
        current = connect.get(f"/connectors/{CONNECTOR}/config")
        if current.status_code == 200 and {**current.json(), **wanted} == current.json():
            return _restart_failed(connect)
        deadline = time.monotonic() + REBALANCE_SECONDS
        while (answer := connect.put(f"/connectors/{CONNECTOR}/config", json=wanted)).status_code == 409:
            if time.monotonic() > deadline:
                break
            time.sleep(1)
        if answer.is_error:
            # Connect answers an invalid configuration with a bare 500; the reasons are behind another address
            checked = connect.put("/connector-plugins/MongoDbConnector/config/validate", json=wanted)
            raise MeshError(f"Kafka Connect refused the connector: {_reasons(checked) or answer.text}")
    return "registered" if current.status_code == 404 else "brought to its configuration"


def _restart_failed(connect: httpx.Client) -> str:
    status = connect.get(f"/connectors/{CONNECTOR}/status").json()
    parts = [status.get("connector", {}), *status.get("tasks", [])]
    if not any(part.get("state") == "FAILED" for part in parts):
        return IN_PLACE
    connect.post(f"/connectors/{CONNECTOR}/restart?includeTasks=true&onlyFailed=true")
    return "restarted after a failure"


def _reasons(checked: httpx.Response) -> str:
    if checked.is_error:
        return checked.text
    values = [entry["value"] for entry in checked.json()["configs"] if entry["value"]]
    return "; ".join(f"{value['name']}: {' '.join(value['errors'])}" for value in values if value["errors"])
