"""`mesh lint`."""

from __future__ import annotations

import sys

import click

from mesh.instance import Instance
from mesh.lint.rules import lint_project


@click.command()
@click.pass_obj
def lint(instance: Instance) -> None:
    """Hold the dbt project to its rules; asks no server, exits with 1 on any finding."""
    report = lint_project(instance)
    for finding in report.findings:
        click.echo(finding.line())
    click.echo(report.summary())
    if report.findings:
        sys.exit(1)
