"""Readiness checks: a server counts as up when it answers its own protocol, not when its port is open."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import httpx


def http_answers(url: str, needle: str = "", timeout: float = 3, authority: Path | None = None) -> bool:
    """Whether a GET answers below 400, with the needle in its body.

    Args:
        authority: file that the server's certificate is checked by, for https.
    """
    verify = ssl.create_default_context(cafile=authority) if authority else True
    try:
        response = httpx.get(url, timeout=timeout, verify=verify)
    except httpx.HTTPError:
        return False
    return response.status_code < 400 and needle in response.text


def port_is_open(port: int) -> bool:
    """Whether something on loopback accepts connections on the port."""
    with socket.socket() as connection:
        connection.settimeout(1)
        return connection.connect_ex(("127.0.0.1", port)) == 0
