"""Say in one line what is missing, before anything is downloaded or started."""

from __future__ import annotations

import ctypes
import shutil
import socket
import sysconfig

import psutil

from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.stack.java import java17


def check_prerequisites() -> None:
    """Raise MeshError if a program that the README lists is not there."""
    for program, package in (("mvn", "maven"), ("bash", "bash")):
        if not shutil.which(program):
            raise MeshError(f"{program} not found: apt-get install {package}")
    java17()
    if not _has_shared_python():
        raise MeshError("Python has no shared library, with which Flink runs it: apt-get install libpython3.11")


def _has_shared_python() -> bool:
    name, folder = sysconfig.get_config_vars("INSTSONAME", "LIBDIR")
    for candidate in (f"{folder}/{name}", str(name)):
        try:
            ctypes.CDLL(candidate)
        except OSError:
            continue
        return True
    return False


def check_memory(instance: Instance) -> None:
    """Raise MeshError if the machine has not enough memory left for the stack."""
    needed = instance.config["instance"]["memory_needed_mb"]
    available = psutil.virtual_memory().available // 2**20
    if available < needed:
        raise MeshError(
            f"{available} MB of memory are free, the stack needs {needed}: stop other programs, or lower the"
            " sizes in stack/stack.toml"
        )


def check_ports(instance: Instance, servers: list[str]) -> None:
    """Raise MeshError if another program listens on a port that a server needs."""
    for server in servers:
        for name in instance.server_config(server)["ports"]:
            port = instance.port(server, name)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as error:
                    raise MeshError(
                        f"port {port} ({server} {name}) is taken: stop what listens there, or move this"
                        " instance with MESH_PORT_BASE"
                    ) from error
