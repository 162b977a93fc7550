"""Clients of the servers that speak HTTP: Kafka Connect, the schema registry, Flink."""

from __future__ import annotations

import ssl

import httpx

from mesh.clients.logins import authorities_for, login_at
from mesh.errors import MeshError
from mesh.instance import ENDPOINTS, NAMES, Instance


def http_client(instance: Instance, server: str, timeout: float = 30) -> httpx.Client:
    """A client of the server's address, as the user that it knows us by; use it as a context manager.

    A request raises MeshError if the server does not let us in.
    """
    address = instance.address(server)
    verify: ssl.SSLContext | bool = True
    if address.startswith("https:") and (authorities := authorities_for(instance, server)):
        verify = ssl.create_default_context(cafile=authorities)

    def let_in(response: httpx.Response) -> None:
        if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            variable = ENDPOINTS[server][0]
            cure = f"name a user and its password in {variable}" if instance.is_external(server) else "mesh stack up"
            raise MeshError(f"{NAMES[server]} at {address} refuses us ({response.status_code}): {cure}")

    login = login_at(instance, server)
    return httpx.Client(
        base_url=address, auth=login, verify=verify, timeout=timeout, event_hooks={"response": [let_in]}
    )


def registry_settings(instance: Instance) -> dict[str, str]:
    """The same for `confluent_kafka`'s client of the schema registry."""
    settings = {"url": instance.address("registry")}
    if login := login_at(instance, "registry"):
        settings["basic.auth.user.info"] = f"{login.user}:{login.password}"
    if settings["url"].startswith("https:") and (authorities := authorities_for(instance, "registry")):
        settings["ssl.ca.location"] = str(authorities)
    return settings
