"""`python -m mesh.catalog.client FOLDER`: run the workflows, publish `plan.json`, read everything back.

What arrived is counted on standard output; what did not is named in `problems.txt`, and the exit code is 1.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import yaml
from metadata.config.common import WorkflowExecutionError
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import OpenMetadataConnection
from metadata.ingestion.ometa.client import APIError
from metadata.ingestion.ometa.ometa_api import OpenMetadata
from metadata.workflow.metadata import MetadataWorkflow

from mesh.catalog.client.api import Api, attempt, one_line
from mesh.catalog.client.assets import publish_assets
from mesh.catalog.client.edges import publish_edges
from mesh.catalog.client.outcomes import publish_results
from mesh.catalog.client.plan import Entity, Plan, read_plan
from mesh.catalog.client.readback import missing, stale

SOURCES = ("trino", "kafka", "mongodb")


def main() -> int:
    """Publish the folder that the arguments name; returns the exit code."""
    folder = Path(sys.argv[1])
    plan = read_plan(folder / "plan.json")
    try:
        client = _client()
        problems = [*_publish(client, plan, folder), *missing(Api(client, plan.glossary), plan)]
    except APIError as error:
        problems = [str(error)]
    (folder / "problems.txt").write_text("".join(f"{problem}\n" for problem in problems))
    return 1 if problems else 0


def _client() -> OpenMetadata:
    settings = {
        "hostPort": os.environ["MESH_OPENMETADATA_URL"].rstrip("/"),
        "authProvider": "openmetadata",
        "securityConfig": {"jwtToken": os.environ["MESH_OPENMETADATA_TOKEN"]},
    }
    return OpenMetadata(OpenMetadataConnection.model_validate(settings))


def _publish(client: OpenMetadata, plan: Plan, folder: Path) -> Iterator[str]:
    """Everything in the order in which it can be made; yields what went wrong, and goes on."""
    started = time.monotonic()
    for source in SOURCES:
        yield from _run_workflow(folder / f"{source}.yaml")
    api = Api(client, plan.glossary)
    yield from _ensure(api, plan.entities)
    yield from _run_workflow(folder / "dbt.yaml")
    for table in plan.tables:
        yield from attempt(str(table.ref), partial(api.annotate, table))
    yield from publish_edges(api, plan.edges)
    yield from publish_assets(api, plan.products)
    yield from _ensure(api, plan.checks)
    yield from publish_results(api, plan.results)
    for kind in plan.ours:
        for ref in stale(api, plan, kind):
            print(f"{ref} is no longer in the project: marked deleted", flush=True)
            api.mark_deleted(ref)
    for line in _counts(plan):
        print(line, flush=True)
    print(f"{api.written} writes were needed beside the ingestion; {time.monotonic() - started:.0f} s", flush=True)


def _run_workflow(path: Path) -> Iterator[str]:
    """One ingestion of the client's own; it says that it succeeded whatever it found, so its warnings count too."""
    config = yaml.safe_load(os.path.expandvars(path.read_text()))
    try:
        workflow = MetadataWorkflow.create(config)
    except Exception as error:  # the client raises what the source's own library does
        yield f"ingestion of {path.stem} did not start: {one_line(error)}"
        return
    try:
        workflow.execute()
        workflow.raise_from_status(raise_warnings=True)
        print(f"{path.stem}: ingested", flush=True)
    except WorkflowExecutionError as error:
        yield f"ingestion of {path.stem}: {one_line(error)}"
        for step in workflow.workflow_steps():
            for trouble in (*step.status.failures, *step.status.warnings):
                yield f"ingestion of {path.stem}: {one_line(trouble)}"
    finally:
        workflow.stop()


def _ensure(api: Api, entities: Iterable[Entity]) -> Iterator[str]:
    for entity in entities:
        yield from attempt(str(entity.ref), partial(api.ensure, entity))


def _counts(plan: Plan) -> Iterator[str]:
    kinds = Counter(entity.ref.kind for entity in (*plan.entities, *plan.checks))
    kinds["table"] = len(plan.tables)
    yield ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    columns = sum(len(edge.columns) for edge in plan.edges)
    yield f"{len(plan.edges)} edges with {columns} column edges, {len(plan.results)} results"


if __name__ == "__main__":
    sys.exit(main())
