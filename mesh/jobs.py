"""Submit, list and stop the landing job in the Flink session cluster."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from flink_jobs.tables import bronze_tables
from flink_jobs.topics import LANDING_JOB
from mesh.errors import MeshError
from mesh.instance import REPOSITORY, Instance
from mesh.stack.servers.flink import SERVER as FLINK
from mesh.stack.servers.flink import client_environment, flink_home, python
from mesh.trino import connect_trino

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


def running_job(instance: Instance) -> Job | None:
    """The landing job, if it has not ended."""
    return next((j for j in list_jobs(instance) if j.name == LANDING_JOB and j.state not in _ENDED), None)


def submit(instance: Instance) -> tuple[Job, str]:
    """Submit the landing job, from its newest savepoint or checkpoint if there is one.

    Returns:
        The running job, and a word on where it took up.

    Raises:
        MeshError: the cluster refused it, or bronze has rows but no state says how far they reach.
    """
    # one at a time: two landing jobs would land everything twice
    with _lock(instance):
        _wanted_file(instance).touch()
        if job := running_job(instance):
            return job, "it was running"
        return _submit(instance)


def resume_if_lost(instance: Instance) -> str | None:
    """Submit the landing job again if it was submitted, not stopped since, and is gone; returns what was done."""
    with _lock(instance):
        if not _wanted_file(instance).exists() or running_job(instance):
            return None
        job, resumed = _submit(instance)
        return f"{job.name}: {resumed}"


def _submit(instance: Instance) -> tuple[Job, str]:
    state = newest_state(instance)
    if state is None and _bronze_has_rows(instance):
        raise MeshError(
            "bronze has rows, but no savepoint or checkpoint says how far they reach; a job from the start"
            f" would land them twice. Restore {instance.data('flink')}, or drop the schema bronze"
        )
    _flink(
        instance,
        "run",
        "--detached",
        *(["--fromSavepoint", str(state)] if state else []),
        "--pyModule",
        "flink_jobs.land",
        "--pyFiles",
        str(_package_jobs(instance)),
        "--pyClientExecutable",
        str(python(instance)),
    )
    return _await_running(instance), f"resumed from {state.name}" if state else "from the earliest message"


def stop(instance: Instance) -> Path:
    """Stop the landing job with a savepoint, which the next submit resumes from.

    Raises:
        MeshError: it does not run, or the savepoint failed.
    """
    with _lock(instance):
        job = running_job(instance)
        if job is None:
            raise MeshError("the landing job does not run")
        output = _flink(instance, "stop", "--savepointPath", f"file://{_savepoints(instance)}", job.id)
        _wanted_file(instance).unlink(missing_ok=True)
    match = re.search(r"Path: file:(\S+)", output)
    if not match:
        raise MeshError(f"Flink told no savepoint path:\n{output[-2000:]}")
    return Path(match.group(1))


def newest_state(instance: Instance) -> Path | None:
    """The newest complete savepoint or retained checkpoint."""
    folders = [_savepoints(instance).glob("*/_metadata"), _checkpoints(instance).glob("*/chk-*/_metadata")]
    complete = [metadata for folder in folders for metadata in folder]
    return max(complete, key=lambda metadata: metadata.stat().st_mtime_ns).parent if complete else None


def failures(instance: Instance, job: Job) -> int:
    """How often the job failed, and was restarted by Flink."""
    return len(_get(instance, f"/jobs/{job.id}/exceptions")["exceptionHistory"]["entries"])


def _wanted_file(instance: Instance) -> Path:
    return instance.home / "run/landing.wanted"


@contextmanager
def _lock(instance: Instance) -> Iterator[None]:
    with (instance.home / "run/jobs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _savepoints(instance: Instance) -> Path:
    return instance.data("flink") / "savepoints"


def _checkpoints(instance: Instance) -> Path:
    return instance.data("flink") / "checkpoints"


def _get(instance: Instance, path: str) -> Any:
    try:
        answer = httpx.get(f"{instance.endpoint('flink')}{path}", timeout=30)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise MeshError(f"Flink does not answer at {instance.endpoint('flink')}: {error}") from error
    return answer.json()


def _flink(instance: Instance, *arguments: str) -> str:
    # the client is needed for a cluster of the user's own too
    FLINK.install(instance)
    FLINK.prepare(instance)
    address = instance.endpoint("flink").removeprefix("http://")
    action, *rest = arguments
    ran = subprocess.run(
        [str(flink_home(instance) / "bin/flink"), action, "--jobmanager", address, *rest],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **instance.environment(), **client_environment(instance)},
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
        for module in sorted((REPOSITORY / "flink_jobs").glob("*.py")):
            target.write(module, f"flink_jobs/{module.name}")
    return archive


def _await_running(instance: Instance) -> Job:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        job = running_job(instance)
        if job and job.state == "RUNNING":
            return job
        time.sleep(0.5)
    raise MeshError(f"the landing job did not start: see {instance.home}/logs/flink-jobmanager.log")


def _bronze_has_rows(instance: Instance) -> bool:
    with connect_trino(instance) as trino:
        counts = " union all ".join(
            f'select sum(record_count) as n from bronze."{table.name}$files"' for table in bronze_tables()
        )
        (total,) = trino.cursor().execute(f"select coalesce(sum(n), 0) from ({counts})").fetchone()
    return bool(total)
