"""Submit, list and stop the jobs of `flink_jobs/` in the Flink session cluster.

A job is a module with a main program: `land-bronze` is `flink_jobs/land_bronze.py`.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from flink_jobs.tables import WRITTEN_BY
from flink_jobs.topics import LANDING_JOB
from mesh.access.object_store import keys_of
from mesh.clients.http import http_client
from mesh.clients.kafka import java_settings
from mesh.clients.logins import authorities_for
from mesh.errors import MeshError
from mesh.instance import REPOSITORY, Instance
from mesh.lake import Lake
from mesh.stack.servers.flink import SERVER as FLINK
from mesh.stack.servers.flink import client_environment, flink_home, python

JOBS = REPOSITORY / "flink_jobs"

START_TIMEOUT_SECONDS = 120

_WANTED = ".wanted"
_ENDED = {"CANCELED", "FINISHED", "FAILED"}


@dataclass(frozen=True)
class Job:
    """A job as Flink reports it."""

    id: str
    name: str
    state: str
    started_ms: int


def list_jobs(instance: Instance) -> list[Job]:
    """Every job that the cluster remembers, newest first."""
    overview = _get(instance, "/jobs/overview")
    jobs = [Job(job["jid"], job["name"], job["state"], job["start-time"]) for job in overview["jobs"]]
    return sorted(jobs, key=lambda job: -job.started_ms)


def known_jobs() -> list[str]:
    """The names of the jobs that can be submitted."""
    programs = (module for module in JOBS.glob("*.py") if "__main__" in module.read_text())
    return sorted(module.stem.replace("_", "-") for module in programs)


def running_job(instance: Instance, name: str = LANDING_JOB) -> Job | None:
    """The job of a name, if it has not ended."""
    return next((j for j in list_jobs(instance) if j.name == name and j.state not in _ENDED), None)


def submit(instance: Instance, name: str = LANDING_JOB) -> tuple[Job, str]:
    """Submit a job, from its newest savepoint or checkpoint if there is one.

    Returns:
        The running job, and a word on where it took up.

    Raises:
        MeshError: there is no such job, the cluster refused it, or its tables have rows but no state says how far they
            reach.
    """
    if name not in known_jobs():
        raise MeshError(f"no job {name!r} in flink_jobs/: there are {', '.join(known_jobs())}")
    if name not in WRITTEN_BY:
        raise MeshError(f"flink_jobs/tables.py does not say which tables {name} writes: add it to WRITTEN_BY")
    # one at a time: two jobs of a name would write everything twice
    with _lock(instance):
        _wanted_file(instance, name).touch()
        if job := running_job(instance, name):
            return job, "it was running"
        return _submit(instance, name)


def resume_lost(instance: Instance) -> list[str]:
    """Submit again every job that was submitted, not stopped since, and is gone; returns what was done.

    A job that cannot be submitted keeps no other from it.
    """
    done = []
    with _lock(instance):
        for wanted in sorted((instance.home / "run").glob(f"*{_WANTED}")):
            name = wanted.name.removesuffix(_WANTED)
            if not running_job(instance, name):
                try:
                    done.append(f"{name}: {_submit(instance, name)[1]}")
                except MeshError as error:
                    done.append(f"{name}: not now: {error}")
    return done


def _submit(instance: Instance, name: str) -> tuple[Job, str]:
    state = newest_state(instance, name)
    if state is None and _has_rows(instance, WRITTEN_BY[name]):
        raise MeshError(
            f"the tables of {name} have rows, but no savepoint or checkpoint says how far they reach; a job from the"
            f" start would write them twice. Restore {instance.data('flink')}, or drop the tables"
        )
    authorities = authorities_for(instance, "registry")
    _flink(
        instance,
        "run",
        "--detached",
        *(["--fromSavepoint", str(state)] if state else []),
        "--pyModule",
        f"flink_jobs.{name.replace('-', '_')}",
        "--pyFiles",
        str(_package_jobs(instance)),
        "--pyClientExecutable",
        str(python(instance)),
        MESH_FLINK_JOB=name,
        MESH_FLINK_CHECKPOINTS=f"file://{_checkpoints(instance, name)}",
        # what a job needs to know, and nobody else: no shell, no other call of Flink's client
        MESH_KAFKA_CLIENT=json.dumps(java_settings(instance)),
        MESH_REGISTRY_AUTHORITIES=authorities.read_text() if authorities else "",
        **keys_of(instance, "flink").as_variables(),
    )
    return _await_running(instance, name), f"resumed from {state.name}" if state else "from the earliest message"


def stop(instance: Instance, name: str = LANDING_JOB) -> Path:
    """Stop a job with a savepoint, which the next submit resumes from.

    Raises:
        MeshError: it does not run, or the savepoint failed.
    """
    with _lock(instance):
        job = running_job(instance, name)
        if job is None:
            raise MeshError(f"{name} does not run: see mesh jobs list")
        _await_tasks(instance, job)
        output = _flink(instance, "stop", "--savepointPath", f"file://{_savepoints(instance, name)}", job.id)
        _wanted_file(instance, name).unlink(missing_ok=True)
    match = re.search(r"Path: file:(\S+)", output)
    if not match:
        raise MeshError(f"Flink told no savepoint path:\n{output[-2000:]}")
    return Path(match.group(1))


def newest_state(instance: Instance, name: str = LANDING_JOB) -> Path | None:
    """The newest complete savepoint or retained checkpoint."""
    folders = [_savepoints(instance, name).glob("*/_metadata"), _checkpoints(instance, name).glob("*/chk-*/_metadata")]
    complete = [metadata for folder in folders for metadata in folder]
    return max(complete, key=lambda metadata: metadata.stat().st_mtime_ns).parent if complete else None


def completed_checkpoints(instance: Instance, job: Job) -> list[tuple[int, datetime]]:
    """Number and moment of triggering of the checkpoints that the job has completed last, newest first."""
    history = _get(instance, f"/jobs/{job.id}/checkpoints")["history"]
    completed = [
        (checkpoint["id"], datetime.fromtimestamp(checkpoint["trigger_timestamp"] / 1000, UTC))
        for checkpoint in history
        if checkpoint["status"] == "COMPLETED"
    ]
    return sorted(completed, reverse=True)


def failures(instance: Instance, job: Job) -> int:
    """How often the job failed, and was restarted by Flink."""
    return len(_get(instance, f"/jobs/{job.id}/exceptions")["exceptionHistory"]["entries"])


def _wanted_file(instance: Instance, name: str) -> Path:
    return instance.home / f"run/{name}{_WANTED}"


@contextmanager
def _lock(instance: Instance) -> Iterator[None]:
    with (instance.home / "run/jobs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _savepoints(instance: Instance, name: str) -> Path:
    return instance.data("flink") / "savepoints" / name


def _checkpoints(instance: Instance, name: str) -> Path:
    return instance.data("flink") / "checkpoints" / name


def _get(instance: Instance, path: str) -> Any:
    try:
        with http_client(instance, "flink") as flink:
            answer = flink.get(path)
            answer.raise_for_status()
    except httpx.HTTPError as error:
        raise MeshError(f"Flink does not answer at {instance.address('flink')}: {error}") from error
    return answer.json()


def _flink(instance: Instance, *arguments: str, **environment: str) -> str:
    # the client is needed for a cluster of the user's own too
    FLINK.install(instance)
    FLINK.prepare(instance)
    address = instance.endpoint("flink")
    action, *rest = arguments
    ran = subprocess.run(
        [str(flink_home(instance) / "bin/flink"), action, "--jobmanager", address, *rest],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **instance.environment(), **client_environment(instance), **environment},
    )
    log = instance.home / f"logs/flink-{action}.log"
    log.write_text(ran.stdout + ran.stderr)
    if ran.returncode:
        raise MeshError(f"flink {action} failed: see {log}")
    return ran.stdout


def _package_jobs(instance: Instance) -> Path:
    """The jobs' code as one archive, so that a cluster elsewhere can run it too."""
    archive = instance.home / "run/flink_jobs.zip"
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as target:
        for module in sorted(JOBS.glob("*.py")):
            target.write(module, f"flink_jobs/{module.name}")
    return archive


def _await_running(instance: Instance, name: str) -> Job:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        job = running_job(instance, name)
        if job and job.state == "RUNNING":
            return job
        time.sleep(0.5)
    raise MeshError(f"{name} did not start: see {instance.home}/logs/flink-jobmanager.log")


def _await_tasks(instance: Instance, job: Job) -> None:
    """A job runs before all of its tasks do, and only then takes a savepoint."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        told = _get(instance, f"/jobs/{job.id}")
        if told["state"] in _ENDED or all(task["status"] == "RUNNING" for task in told["vertices"]):
            return
        time.sleep(0.5)
    raise MeshError(f"{job.name} has not started all its tasks: see {instance.home}/logs/flink-jobmanager.log")


def _has_rows(instance: Instance, tables: Sequence[str]) -> bool:
    counts = " union all ".join(
        f'select sum(record_count) as n from {schema}."{name}$files"'
        for schema, name in (table.split(".") for table in tables)
    )
    with Lake(instance) as lake:
        ((total,),) = lake.query(f"select coalesce(sum(n), 0) from ({counts})")
    return bool(total)
