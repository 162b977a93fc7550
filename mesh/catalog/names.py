"""What things are called in the catalog: services, and what hangs on them. Change them here and nowhere else."""

from __future__ import annotations

from mesh.catalog.client.plan import Ref, qualified

LAKE = "trino"
LAKE_CATALOG = "iceberg"
MONGODB = "mongodb"
MONGODB_DATABASE = "default"  # the client's name for the one database of a MongoDB server
KAFKA = "kafka"
CONNECT = "kafka_connect"
FLINK = "flink"
DASHBOARDS = "dashboards"
APPLICATIONS = "applications"
GLOSSARY = "Measures"
SEVERITY = "CheckSeverity"
TIERS = {
    "gold": "Tier.Tier1",
    "silver": "Tier.Tier2",
    "federated": "Tier.Tier2",
    "reference": "Tier.Tier3",
    "staging": "Tier.Tier4",
    "bronze": "Tier.Tier4",
}
OTHER_TIER = "Tier.Tier5"


def lake_table(schema: str, name: str) -> Ref:
    """A table or view of the lake."""
    return Ref("table", qualified(LAKE, LAKE_CATALOG, schema, name))


def collection(database: str, name: str) -> Ref:
    """A MongoDB collection."""
    return Ref("table", qualified(MONGODB, MONGODB_DATABASE, database, name))


def topic(name: str) -> Ref:
    """A Kafka topic."""
    return Ref("topic", qualified(KAFKA, name))
