"""Carries everything to an OpenMetadata server and reads it back, in the client's own Python environment."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from flink_jobs.topics import COLLECTIONS, cdc_topic
from mesh.catalog.checks import Checks, latest
from mesh.catalog.client.plan import Plan, write_plan
from mesh.catalog.governance import governance_entities, lake_tables, product_assets
from mesh.catalog.inputs import Project, read_project
from mesh.catalog.names import APPLICATIONS, DASHBOARDS, GLOSSARY, LAKE
from mesh.catalog.relations import exposure_edges, exposure_entities, relation_edges
from mesh.catalog.server import check_server
from mesh.catalog.stream import collections, stream_edges, stream_entities
from mesh.catalog.workflows import write_workflows
from mesh.clients.kafka import python_settings
from mesh.dbt import target_folder
from mesh.environments import python_environment
from mesh.errors import MeshError
from mesh.instance import REPOSITORY, Instance
from mesh.quality.results import CheckResult

Say = Callable[[str], None]


def publish(instance: Instance, results: Iterable[CheckResult], say: Say, folder: Path | None = None) -> None:
    """Publish models, streams, products, lineage and results, then compare what the server has with what it must.

    Args:
        results: outcomes of checks; of each check the last one is published.
        say: takes a line for a person.
        folder: dbt's artifacts, of the build that is published; the target folder if None.

    Raises:
        MeshError: no server, an old one, a refused token, or something that did not arrive; one line each.
    """
    check_server()
    programs = python_environment(instance, "catalog")
    inputs = write_inputs(instance, read_project(folder or target_folder()), results)
    _run(instance, programs, inputs, say)


def write_inputs(instance: Instance, project: Project, results: Iterable[CheckResult]) -> Path:
    """Write the plan and the workflows' configurations; returns their folder.

    Raises:
        MeshError: a part of the project does not fit the others.
    """
    folder = instance.home / "catalog"
    folder.mkdir(parents=True, exist_ok=True)
    tables = list(lake_tables(project))
    write_workflows(instance, project, tables, folder)
    plan = build_plan(instance, project, list(results), _partitions(instance))
    write_plan(plan, folder / "plan.json")
    return folder


def build_plan(instance: Instance, project: Project, results: list[CheckResult], partitions: dict[str, int]) -> Plan:
    """Everything that the catalog must say."""
    checks, outcomes = Checks(project), latest(results)
    return Plan(
        entities=[
            *governance_entities(project),
            *stream_entities(instance, partitions),
            *exposure_entities(project),
        ],
        tables=[*lake_tables(project), *collections()],
        edges=[*stream_edges(), *relation_edges(project), *exposure_edges(project)],
        products=product_assets(project),
        checks=list(checks.entities(outcomes)),
        results=list(checks.results(outcomes)),
        glossary=GLOSSARY,
        ours={
            "dashboard": DASHBOARDS,
            "apiEndpoint": APPLICATIONS,
            "glossaryTerm": GLOSSARY,
            # without any outcome it is not known which checks there are
            **({"testCase": LAKE} if outcomes else {}),
        },
    )


def _partitions(instance: Instance) -> dict[str, int]:
    try:
        topics = AdminClient(python_settings(instance)).list_topics(timeout=10).topics
        return {name: len(topics[name].partitions) for name in map(cdc_topic, COLLECTIONS)}
    except (KafkaException, KeyError) as error:
        raise MeshError(f"Kafka does not know the topics of changes ({error}): mesh stack up") from error


def _run(instance: Instance, programs: Path, folder: Path, say: Say) -> None:
    """Run the publisher; what it prints goes to `say`, what it complains of becomes the error."""
    log, problems = instance.home / "logs/catalog.log", folder / "problems.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    problems.unlink(missing_ok=True)
    environment = {**os.environ, **instance.environment(), "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "ignore"}
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [str(programs / "python"), "-m", "mesh.catalog.client", str(folder)],
            cwd=REPOSITORY,
            env=environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        for line in process.stdout or ():
            say(line.rstrip())
    if process.returncode:
        named = problems.read_text().strip() if problems.exists() else ""
        raise MeshError(named or f"the publication broke off: {log}")
