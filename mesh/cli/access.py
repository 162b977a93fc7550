"""`mesh access`: who may ask what."""

from __future__ import annotations

import sys

import click

from mesh.cli.needs import needs
from mesh.cli.output import print_table
from mesh.instance import Instance


@click.group()
def access() -> None:
    """Who may ask what; declared in access/."""


@access.command()
@click.pass_obj
def apply(instance: Instance) -> None:
    """Make Trino's rules, passwords and certificates of what access/ declares; it takes them up within a second."""
    from mesh.access.apply import apply_access

    apply_access(instance)
    click.echo("applied: mesh access show asks as every user")


@access.command()
@click.option("--user", "only", help="One user instead of all.")
@needs("trino")
def show(instance: Instance, only: str | None) -> None:
    """Ask as every user what it gets of every table; exit with 1 if personal data is shown that ought to be hidden."""
    from mesh.access.role_table import role_table

    cells = list(role_table(instance, only))
    print_table("access", ("user", "table", "gets"), [(cell.user, cell.table, cell.text()) for cell in cells])
    if any(cell.shown for cell in cells):
        sys.exit(1)


@access.command()
@click.argument("user")
@click.option("--renew", is_flag=True, help="Make another first: the old one is refused from then on.")
@click.pass_obj
def password(instance: Instance, user: str, renew: bool) -> None:
    """Print a user's password, to hand it out."""
    from mesh.access.apply import apply_access
    from mesh.access.passwords import password_of, renew_password

    if renew:
        renew_password(instance, user)
        apply_access(instance)
    click.echo(password_of(instance, user))


COMMANDS = (access,)
