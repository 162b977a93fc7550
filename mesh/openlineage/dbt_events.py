"""Sends the events of dbt's last command. A program of Airflow's environment: `python dbt_events.py <project>`.

The library's own `dbt-ol send-events` warns of an event that was not taken, and goes on; here every event arrives, or
it is named and the exit code is 1. Where they go is set by the library's variables (`OPENLINEAGE_URL` and others).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import RunEvent
from openlineage.common.provider.dbt import DbtLocalArtifactProcessor, UnsupportedDbtCommand
from openlineage.common.provider.dbt.utils import PRODUCER


def main(project: str) -> int:
    """Send everything; returns the exit code."""
    try:
        events = read_events(project)
    except (UnsupportedDbtCommand, FileNotFoundError) as error:
        print(f"no events: {error}", file=sys.stderr)
        return 1
    client = OpenLineageClient()
    lost = [fault for event in events for fault in send(client, event)]
    print(f"{len(events) - len(lost)} of {len(events)} events sent")
    print(*lost, sep="\n", end="\n" if lost else "", file=sys.stderr)
    return 1 if lost else 0


def read_events(project: str) -> list[RunEvent]:
    """Start and end of every model and test in the `run_results.json` of dbt's target folder.

    Raises:
        UnsupportedDbtCommand: the last command was none that moves or tests data.
        FileNotFoundError: dbt has run nothing yet.
    """
    processor = DbtLocalArtifactProcessor(producer=PRODUCER, project_dir=project, job_namespace="dbt")
    events: list[RunEvent] = processor.parse().events()
    return events


def send(client: OpenLineageClient, event: RunEvent) -> Iterator[str]:
    """Yield a line for a person if the event was not taken."""
    name = f"{event.eventType.value if event.eventType else ''} {event.job.name}"
    try:
        answer: Any = client.transport.emit(event)
        # OpenMetadata may answer 200 to what it could not use, and say so in the body
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            body = answer.json()
            if isinstance(body, dict) and body.get("status") in ("failure", "partial_success"):
                yield f"{name}: {body.get('message') or body['status']}"
    except Exception as error:
        yield f"{name}: {error}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
