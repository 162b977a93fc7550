"""`mesh jobs`: the landing job."""

from __future__ import annotations

import click

from mesh.cli.needs import needs
from mesh.cli.output import print_table
from mesh.instance import Instance


@click.group("jobs")
def jobs_group() -> None:
    """The landing job in the Flink cluster."""


@jobs_group.command("submit")
@needs("flink", "trino")
def submit_job(instance: Instance) -> None:
    """Start the landing job, from its newest savepoint or checkpoint."""
    from mesh import jobs

    job, resumed = jobs.submit(instance)
    click.echo(f"{job.name} {job.id} runs, {resumed}")


@jobs_group.command("list")
@needs("flink")
def list_jobs(instance: Instance) -> None:
    """Every job that the cluster remembers."""
    from mesh import jobs

    rows = [(job.name, job.state, job.id) for job in jobs.list_jobs(instance)]
    print_table("jobs", ("job", "state", "id"), rows)


@jobs_group.command("stop")
@needs("flink")
def stop_job(instance: Instance) -> None:
    """Stop the landing job with a savepoint."""
    from mesh import jobs

    click.echo(f"stopped; mesh jobs submit resumes from {jobs.stop(instance)}")


COMMANDS = (jobs_group,)
