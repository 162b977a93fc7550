"""`mesh jobs`: the jobs of `flink_jobs/`."""

from __future__ import annotations

import click

from flink_jobs.topics import LANDING_JOB
from mesh.cli.needs import needs
from mesh.cli.output import print_table
from mesh.instance import Instance


@click.group("jobs")
def jobs_group() -> None:
    """The jobs in the Flink cluster; NAME is the landing job's unless given."""


@jobs_group.command("submit")
@click.argument("name", default=LANDING_JOB)
@needs("flink", "trino")
def submit_job(instance: Instance, name: str) -> None:
    """Start a job, from its newest savepoint or checkpoint."""
    from mesh import jobs

    job, resumed = jobs.submit(instance, name)
    click.echo(f"{job.name} {job.id} runs, {resumed}")


@jobs_group.command("list")
@needs("flink")
def list_jobs(instance: Instance) -> None:
    """Every job that the cluster remembers, and those that it could run."""
    from mesh import jobs

    remembered = jobs.list_jobs(instance)
    rows = [(job.name, job.state, job.id) for job in remembered]
    rows += [(name, "not submitted", "") for name in jobs.known_jobs() if name not in {job.name for job in remembered}]
    print_table("jobs", ("job", "state", "id"), rows)


@jobs_group.command("stop")
@click.argument("name", default=LANDING_JOB)
@needs("flink")
def stop_job(instance: Instance, name: str) -> None:
    """Stop a job with a savepoint."""
    from mesh import jobs

    savepoint = jobs.stop(instance, name)
    click.echo(f"stopped; mesh jobs submit{'' if name == LANDING_JOB else f' {name}'} resumes from {savepoint}")


COMMANDS = (jobs_group,)
