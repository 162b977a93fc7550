"""Connections to Trino for the project's own Python code; models reach it through dbt."""

from __future__ import annotations

from urllib.parse import urlparse

from trino.dbapi import Connection

from mesh.instance import Instance


def connect_trino(instance: Instance, catalog: str = "iceberg") -> Connection:
    """Open a DB-API connection; use it as a context manager."""
    address = urlparse(instance.endpoint("trino"))
    return Connection(
        host=address.hostname or "127.0.0.1",
        port=address.port or 8080,
        http_scheme=address.scheme or "http",
        user="mesh",
        catalog=catalog,
    )
