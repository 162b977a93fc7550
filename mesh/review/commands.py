"""`mesh review`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import httpx
from requests.exceptions import RequestException
from trino.exceptions import Error as TrinoError

from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.review.report import write_reports
from mesh.review.review import review

FINDINGS, NOT_RUN = 1, 2


@click.command("review")
@click.option("--base", default="main", show_default=True, help="Any revision; the review begins where they part.")
@click.option("--keep", is_flag=True, help="Leave the schemas of the review in the lake, to look at them.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for review.md and review.html [default: review/ in the instance's home]",
)
@click.pass_obj
def review_command(instance: Instance, base: str, keep: bool, out: Path | None) -> None:
    """Review the working tree as a pull request: exit with 0, with 1 on findings, with 2 if it could not be run."""
    try:
        done = review(instance, base, lambda line: click.echo(line, err=True), keep=keep)
        markdown, page = write_reports(done, out or instance.home / "review")
    except (MeshError, TrinoError, RequestException, httpx.HTTPError) as error:
        click.echo(f"mesh: {error}", err=True)
        sys.exit(NOT_RUN)
    click.echo(markdown.read_text())
    click.echo(f"{markdown}\n{page}", err=True)
    if done.findings:
        sys.exit(FINDINGS)
