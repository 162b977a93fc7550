"""`python -m mesh.lint`: the same without the rest of the command line, for a hook that shall be fast."""

from __future__ import annotations

import sys

import click

from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lint.commands import lint

try:
    lint.main(obj=Instance.from_environment(), prog_name="mesh lint")
except MeshError as error:
    click.echo(f"mesh: {error}", err=True)
    sys.exit(1)
