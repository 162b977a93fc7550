"""Where the parts of the warehouse write down what they do, in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mesh.simulate.changes import BusinessEvent, Change, event_id
from mesh.simulate.clock import Clock, to_datetime


class Journal:
    """Collects changes, each stamped with the clock's present time."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self.pending: list[Change] = []
        self._clock = clock
        self._seed = seed

    def insert(
        self,
        collection: str,
        document_id: str,
        fields: Mapping[str, Any],
        event: BusinessEvent | None = None,
    ) -> None:
        """Create a document; `_id`, `created_at` and `updated_at` are added."""
        at = to_datetime(self._clock.now)
        document = {"_id": document_id, **fields, "created_at": at, "updated_at": at}
        self.pending.append(Change(collection, "insert", document_id, document, at, event))

    def update(
        self,
        collection: str,
        document_id: str,
        fields: Mapping[str, Any],
        event: BusinessEvent | None = None,
    ) -> None:
        """Set fields of a document; `updated_at` is added."""
        at = to_datetime(self._clock.now)
        changed = {**fields, "updated_at": at}
        self.pending.append(Change(collection, "update", document_id, changed, at, event))

    def delete(self, collection: str, document_id: str) -> None:
        """Remove a document."""
        at = to_datetime(self._clock.now)
        self.pending.append(Change(collection, "delete", document_id, {}, at))

    def event(self, topic: str, key: str, event_type: str, payload: Mapping[str, Any]) -> BusinessEvent:
        """Build an event that happens now."""
        now = self._clock.now
        identity = event_id(self._seed, topic, event_type, key, now)
        return BusinessEvent(topic, key, identity, event_type, to_datetime(now), payload)
