"""`mesh stack`: the servers."""

from __future__ import annotations

import shlex
import time

import click

from mesh.cli.output import print_table
from mesh.errors import MeshError
from mesh.instance import ENDPOINTS, Instance


@click.group()
def stack() -> None:
    """The servers."""


@stack.command()
@click.option("--profile", default="wms", show_default=True)
@click.pass_obj
def install(instance: Instance, profile: str) -> None:
    """Fetch the servers' packages, without starting anything."""
    from mesh.stack import lifecycle
    from mesh.steps import show_steps

    with show_steps(instance.home / "logs/install.log"):
        lifecycle.install(instance, profile)


@stack.command()
@click.option("--profile", default="wms", show_default=True)
@click.pass_obj
def up(instance: Instance, profile: str) -> None:
    """Install what is missing, start the servers, create what they must hold."""
    from mesh.stack import lifecycle
    from mesh.steps import show_steps

    with show_steps(instance.home / "logs/up.log") as steps:
        lifecycle.up(instance, profile, steps.say)


@stack.command()
@click.pass_obj
def down(instance: Instance) -> None:
    """Stop what this instance started, and only that."""
    from mesh.stack import lifecycle

    click.echo("stopped" if lifecycle.down(instance) else "nothing was running")


@stack.command()
@click.pass_obj
def status(instance: Instance) -> None:
    """Every process: state, age, and how often it died and was restarted; every address."""
    from mesh.stack.supervise import Supervisor

    supervisor = Supervisor(instance)
    if not supervisor.is_running():
        raise MeshError("the stack is down: mesh stack up")
    rows = [
        (state.name, state.state, state.pid or "", f"{state.uptime_seconds} s", state.restarts)
        for state in supervisor.states()
    ]
    print_table("stack", ("process", "state", "pid", "up for", "restarts"), rows)
    addresses = [
        (server, instance.address(server), "yours" if instance.is_external(server) else "ours") for server in ENDPOINTS
    ]
    print_table("addresses", ("server", "address", "whose"), addresses)


@stack.command()
@click.argument("process")
@click.option("--lines", default=50, show_default=True)
@click.option("--follow", "-f", is_flag=True)
@click.pass_obj
def logs(instance: Instance, process: str, lines: int, follow: bool) -> None:
    """Print the end of a process's log."""
    path = instance.home / "logs" / f"{process}.log"
    if not path.exists():
        known = ", ".join(sorted(log.stem for log in path.parent.glob("*.log")))
        raise MeshError(f"no log of {process!r}: there are {known or 'none yet'}")
    with path.open(errors="replace") as log:
        click.echo("".join(log.readlines()[-lines:]), nl=False)
        while follow:
            click.echo(log.readline(), nl=False)
            time.sleep(0.1)


@stack.command()
@click.pass_obj
def env(instance: Instance) -> None:
    """Print this instance as shell exports: eval "$(mesh stack env)". What you have set yourself is left out."""
    yours = {variable for server, (variable, _, _) in ENDPOINTS.items() if instance.is_external(server)}
    for name, value in instance.environment().items():
        if name not in yours:
            click.echo(f"export {name}={shlex.quote(value)}")


@stack.command()
@click.argument("servers", nargs=-1)
@click.pass_obj
def lock(instance: Instance, servers: tuple[str, ...]) -> None:
    """After a change of versions: fetch again, and keep the checksums of what comes; all SERVERS, or some."""
    from mesh.stack.install import keep_checksums, with_checksums

    if unknown := set(servers) - set(with_checksums()):
        raise MeshError(f"{', '.join(unknown)}: Maven fetches {', '.join(with_checksums())}")
    for server in servers or with_checksums():
        click.echo(keep_checksums(instance, server))


COMMANDS = (stack,)
