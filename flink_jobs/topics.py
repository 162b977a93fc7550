"""The names that the stream side agrees on: collections, their CDC topics, the event topics, the landing job."""

from __future__ import annotations

LANDING_JOB = "land-bronze"
DATABASE = "wms"
COLLECTIONS = ("orders", "inventory", "waves", "pick_tasks", "pack_tasks", "shipments", "workers")
EVENT_DOMAINS = ("orders", "inventory", "waves", "picking", "packing", "shipping", "labor")


def cdc_topic(collection: str) -> str:
    """The topic that Debezium writes a collection's changes to."""
    return f"cdc.{DATABASE}.{collection}"


def event_topic(domain: str) -> str:
    """The topic that the services of a domain write their business events to."""
    return f"{DATABASE}.{domain}.events"


def all_topics() -> list[str]:
    """Every topic of the platform."""
    return [*map(cdc_topic, COLLECTIONS), *map(event_topic, EVENT_DOMAINS)]
