"""Clients of the servers that speak HTTP: Kafka Connect, the schema registry, Flink."""

from __future__ import annotations

import ssl

import httpx

from mesh.clients.logins import authorities_for, login_at
from mesh.instance import Instance


def http_client(instance: Instance, server: str, timeout: float = 30) -> httpx.Client:
    """A client of the server's address, as the user that it knows us by; use it as a context manager."""
    address = instance.address(server)
    verify: ssl.SSLContext | bool = True
    if address.startswith("https:") and (authorities := authorities_for(instance, server)):
        verify = ssl.create_default_context(cafile=authorities)
    return httpx.Client(base_url=address, auth=login_at(instance, server), verify=verify, timeout=timeout)


def registry_settings(instance: Instance) -> dict[str, str]:
    """The same for `confluent_kafka`'s client of the schema registry."""
    settings = {"url": instance.address("registry")}
    if login := login_at(instance, "registry"):
        settings["basic.auth.user.info"] = f"{login.user}:{login.password}"
    if settings["url"].startswith("https:") and (authorities := authorities_for(instance, "registry")):
        settings["ssl.ca.location"] = str(authorities)
    return settings
