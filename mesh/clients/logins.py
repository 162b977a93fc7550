"""Who we are at a server: in ours a user with a password made at first start, at yours what its address says."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from mesh.access.private import write_private
from mesh.errors import MeshError
from mesh.instance import Instance

OWN_USER = "mesh"
WITH_PASSWORD = ("kafka", "connect", "mongodb")
"""Our servers that ask for one."""
AUTHORITIES = "MESH_CA"
"""Names the file (PEM) of the authorities that your own servers' certificates are checked by; else the system's are."""


class Login(NamedTuple):
    """A user and its password."""

    user: str
    password: str


def login_at(instance: Instance, server: str) -> Login | None:
    """Who we are at a server; None if nobody asks.

    For Kafka, whose address has no room for it, see `mesh.clients.kafka`.
    """
    if instance.is_external(server):
        address = urlsplit(instance.endpoint(server))
        return Login(unquote(address.username), unquote(address.password or "")) if address.username else None
    return own_login(instance, server) if server in WITH_PASSWORD else None


def authorities_for(instance: Instance, server: str) -> Path | None:
    """The file (PEM) by which a server's certificate is checked; None for the system's.

    Raises:
        MeshError: the file that is named is not there.
    """
    if not instance.is_external(server):
        return instance.certificates / "ca.crt"
    named = os.environ.get(AUTHORITIES)
    if named and not Path(named).is_file():
        raise MeshError(f"{AUTHORITIES}={named}: there is no such file")
    return Path(named).resolve() if named else None


def own_login(instance: Instance, server: str) -> Login:
    """Whom a server of ours lets in, one of `WITH_PASSWORD`; made when first asked for."""
    file = instance.home / "server_passwords.json"
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if set(WITH_PASSWORD) - known.keys():
        instance.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = {name: known.get(name) or secrets.token_hex(20) for name in WITH_PASSWORD}
        write_private(file, json.dumps(known).encode())
    return Login(OWN_USER, known[server])
