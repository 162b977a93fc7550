"""Clients of the servers that speak HTTP: Kafka Connect, the schema registry, Flink."""

from __future__ import annotations

import ssl

import httpx

from mesh.access.certificates import BOTH_ENDS
from mesh.clients.logins import authorities_for, login_at
from mesh.errors import MeshError
from mesh.instance import ENDPOINTS, NAMES, Instance


def http_client(instance: Instance, server: str, timeout: float = 30) -> httpx.Client:
    """A client of the server's address, as the user that it knows us by; use it as a context manager.

    A request raises MeshError if the server does not know us.
    """
    address = instance.address(server)
    verify: ssl.SSLContext | bool = True
    if address.startswith("https:") and (authorities := authorities_for(instance, server)):
        verify = ssl.create_default_context(cafile=authorities)
        if server in BOTH_ENDS and not instance.is_external(server):
            certificate = instance.certificates / f"{server}.crt"
            verify.load_cert_chain(certificate, certificate.with_suffix(".key"))

    def let_in(response: httpx.Response) -> None:
        if response.status_code == httpx.codes.UNAUTHORIZED:
            variable = ENDPOINTS[server][0]
            cure = f"name a user and its password in {variable}" if instance.is_external(server) else "mesh stack up"
            raise MeshError(f"{NAMES[server]} at {address} refuses us: {cure}")

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
