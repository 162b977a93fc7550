"""Whether the servers that a command needs are there, before it does anything else."""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

import click

from mesh.errors import MeshError
from mesh.instance import ENDPOINTS, NAMES, Instance

_DEFAULT_PORTS = {"mongodb": 27017, "http": 80, "https": 443}
_TIMEOUT_SECONDS = 1

Command = Callable[..., Any]


def needs(*servers: str) -> Callable[[Command], Command]:
    """Call a command with the instance, as `click.pass_obj` does, once these servers answer."""

    def decorate(command: Command) -> Command:
        @click.pass_obj
        @wraps(command)
        def checked(instance: Instance, /, *arguments: Any, **options: Any) -> Any:
            require(instance, *servers)
            return command(instance, *arguments, **options)

        return checked

    return decorate


def require(instance: Instance, *servers: str) -> None:
    """Connect to each server once.

    Raises:
        MeshError: one does not answer; the line says where, and how to start it or whose it is.
    """
    for server in servers:
        address = instance.address(server)
        if any(_answers(host, port) for host, port in _places(address)):
            continue
        silent = f"{NAMES[server]} does not answer at {address}"
        if instance.is_external(server):
            raise MeshError(f"{silent}, which {ENDPOINTS[server][0]} names")
        raise MeshError(f"the mesh is down ({silent}): make run, or mesh stack up")


def _places(address: str) -> list[tuple[str, int]]:
    """Host and port of each server that an address names: a URL, or a list such as `one:9092,two:9092`."""
    scheme, _, rest = address.rpartition("://")
    parts = [urlsplit(f"//{place}") for place in rest.partition("/")[0].split(",")]
    return [(part.hostname or "", part.port or _DEFAULT_PORTS.get(scheme, 9092)) for part in parts]


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), _TIMEOUT_SECONDS).close()
    except OSError:
        return False
    return True
