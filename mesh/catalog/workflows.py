"""Configurations of the client's own ingestion, one file a source: `metadata ingest -c <file>` runs one by hand.

Address and token stay in the environment: the client puts them in place of `$MESH_OPENMETADATA_*` itself.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

import yaml

from flink_jobs.topics import COLLECTIONS, DATABASE, EVENT_DOMAINS, event_topic
from mesh.access.login import READER, Login
from mesh.access.private import write_private
from mesh.catalog.client.plan import Table
from mesh.catalog.inputs import RELATIONS, Project
from mesh.catalog.names import KAFKA, LAKE, LAKE_CATALOG, MONGODB
from mesh.catalog.relations import exposure_ref
from mesh.clients.http import registry_settings
from mesh.clients.kafka import python_settings
from mesh.clients.mongodb import python_uri
from mesh.instance import Instance

# in the order in which they must run; dbt's needs the tables and the exposures to be there
SOURCES = ("trino", "kafka", "mongodb")
DBT = "dbt"
# of a manifest's nodes, what the client looks at and what may be kept from it
_KEPT_EXPOSURES = ("dashboard", "application")


def write_workflows(instance: Instance, project: Project, tables: list[Table], folder: Path) -> None:
    """Write `<source>.yaml` for every source, and dbt's artifacts as the client shall see them."""
    configs = {
        "trino": _trino(instance, tables),
        "kafka": _kafka(instance),
        "mongodb": _mongodb(instance),
        DBT: _dbt(folder),
    }
    for name, source in configs.items():
        write_private(folder / f"{name}.yaml", yaml.safe_dump(_workflow(source), sort_keys=False).encode())
    (folder / "manifest.json").write_text(json.dumps(manifest_for_client(project)))
    (folder / "catalog.json").write_text(json.dumps(project.catalog))


def manifest_for_client(project: Project) -> dict[str, Any]:
    """dbt's manifest without what the client would get wrong, and with the places of the exposures.

    Left out: tests (it takes a warning for an abort), compiled SQL (its column lineage is less than ours and takes
    a minute), tables outside the lake (it looks for them there), exposures of types that it does not know.
    """
    manifest = project.manifest
    outside = {unique_id for unique_id, source in manifest["sources"].items() if source["database"] != LAKE_CATALOG}
    nodes = {}
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] in RELATIONS:
            reads = [parent for parent in node["depends_on"].get("nodes", ()) if parent not in outside]
            nodes[unique_id] = {
                **{key: value for key, value in node.items() if not key.startswith("compiled")},
                "depends_on": {**node["depends_on"], "nodes": reads},
            }
    exposures = {
        unique_id: {**exposure, "meta": {**exposure["meta"], "open_metadata_fqn": exposure_ref(exposure).fqn}}
        for unique_id, exposure in manifest["exposures"].items()
        if exposure["type"] in _KEPT_EXPOSURES
    }
    sources = {unique_id: source for unique_id, source in manifest["sources"].items() if unique_id not in outside}
    return {**manifest, "nodes": nodes, "sources": sources, "exposures": exposures, "unit_tests": {}}


def _workflow(source: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": source,
        "sink": {"type": "metadata-rest", "config": {}},
        "workflowConfig": {
            "loggerLevel": "WARN",
            "openMetadataServerConfig": {
                "hostPort": "$MESH_OPENMETADATA_URL",
                "authProvider": "openmetadata",
                "securityConfig": {"jwtToken": "$MESH_OPENMETADATA_TOKEN"},
            },
        },
    }


def _trino(instance: Instance, tables: list[Table]) -> dict[str, Any]:
    login = Login.of_program(instance, READER)
    connection = {
        "type": "Trino",
        "username": login.user,
        "hostPort": f"{login.host}:{login.port}",
        "catalog": LAKE_CATALOG,
        **login.for_openmetadata(),
    }
    schemas = sorted({table.ref.fqn.split(".")[2] for table in tables})
    config = {
        "type": "DatabaseMetadata",
        # a table that dbt no longer makes is not among those listed, and so is marked deleted
        "markDeletedTables": True,
        "includeTags": False,
        "includeDDL": False,
        "includeStoredProcedures": False,
        "useFqnForFiltering": True,
        "schemaFilterPattern": _exactly([f"{LAKE}.{LAKE_CATALOG}.{schema}" for schema in schemas]),
        "tableFilterPattern": _exactly(sorted(table.ref.fqn for table in tables)),
    }
    return _source("trino", LAKE, connection, config)


def _kafka(instance: Instance) -> dict[str, Any]:
    clients = python_settings(instance)
    registry = registry_settings(instance)
    connection = {
        "type": "Kafka",
        "bootstrapServers": clients.pop("bootstrap.servers"),
        "consumerConfig": clients,
        "schemaRegistryURL": registry.pop("url"),
        "schemaRegistryConfig": registry,
    }
    config = {
        "type": "MessagingMetadata",
        "generateSampleData": False,
        # the topics of changes have no schema in the registry: the client would warn of each, and blank ours
        "markDeletedTopics": False,
        "topicFilterPattern": _exactly([event_topic(domain) for domain in EVENT_DOMAINS]),
    }
    return _source("kafka", KAFKA, connection, config)


def _mongodb(instance: Instance) -> dict[str, Any]:
    address = urlparse(python_uri(instance))
    options = {name: values[0] for name, values in parse_qs(address.query).items()}
    connection: dict[str, Any] = {
        "type": "MongoDB",
        "hostPort": address.netloc.rpartition("@")[2],
        "connectionOptions": options,
    }
    if address.username:
        connection |= {"username": unquote(address.username), "password": unquote(address.password or "")}
    config = {
        "type": "DatabaseMetadata",
        "markDeletedTables": True,
        "includeTags": False,
        "schemaFilterPattern": _exactly([DATABASE]),
        "tableFilterPattern": _exactly(list(COLLECTIONS)),
    }
    return _source("mongodb", MONGODB, connection, config)


def _dbt(folder: Path) -> dict[str, Any]:
    files = {
        "dbtConfigType": "local",
        "dbtManifestFilePath": str(folder / "manifest.json"),
        "dbtCatalogFilePath": str(folder / "catalog.json"),
    }
    config = {"type": "DBT", "dbtConfigSource": files, "dbtUpdateDescriptions": True, "includeTags": False}
    return {"type": "dbt", "serviceName": LAKE, "sourceConfig": {"config": config}}


def _source(kind: str, service: str, connection: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": kind,
        "serviceName": service,
        "serviceConnection": {"config": connection},
        "sourceConfig": {"config": config},
    }


def _exactly(names: list[str]) -> dict[str, list[str]]:
    return {"includes": [f"^{re.escape(name)}$" for name in names]}
