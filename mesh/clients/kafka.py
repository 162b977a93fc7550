"""Clients of Kafka: librdkafka's settings for Python, and the same for Java."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from mesh.clients.logins import Login, authorities_for, login_at
from mesh.errors import MeshError
from mesh.instance import Instance

USER, PASSWORD, MECHANISM, PROTOCOL = (
    f"MESH_KAFKA_{name}" for name in ("USER", "PASSWORD", "SASL_MECHANISM", "SECURITY_PROTOCOL")
)
# mechanism: the class by which Java proves the same
_LOGIN_MODULES = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
}
_PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")


def python_settings(instance: Instance, more: Mapping[str, object] | None = None) -> dict[str, Any]:
    """What `confluent_kafka` needs to connect, and more settings of it.

    Raises:
        MeshError: the `MESH_KAFKA_*` do not go together.
    """
    protocol, mechanism, login = _security(instance)
    settings: dict[str, Any] = {"bootstrap.servers": instance.endpoint("kafka"), "security.protocol": protocol}
    if login:
        settings |= {"sasl.mechanism": mechanism, "sasl.username": login.user, "sasl.password": login.password}
    if protocol.endswith("SSL") and (authorities := authorities_for(instance, "kafka")):
        settings["ssl.ca.location"] = str(authorities)
    return {**settings, **(more or {})}


def java_settings(instance: Instance) -> dict[str, str]:
    """The same for Kafka's Java client, which trusts whom its machine trusts (see `mesh.stack.java_stores`).

    Raises:
        MeshError: the `MESH_KAFKA_*` do not go together.
    """
    protocol, mechanism, login = _security(instance)
    settings = {"bootstrap.servers": instance.endpoint("kafka"), "security.protocol": protocol}
    if login:
        settings |= {"sasl.mechanism": mechanism, "sasl.jaas.config": build_jaas(mechanism, login)}
    return settings


def build_jaas(mechanism: str, login: Login, **options: str) -> str:
    """A line of Java's configuration of logins."""
    given = {"username": login.user, "password": login.password, **options}
    quoted = " ".join(
        '{}="{}"'.format(name, value.replace("\\", "\\\\").replace('"', '\\"')) for name, value in given.items()
    )
    return f"{_LOGIN_MODULES[mechanism]} required {quoted};"


def build_properties(settings: Mapping[str, str]) -> str:
    """Settings as a file of Java's properties."""
    return "".join("{}={}\n".format(name, value.replace("\\", "\\\\")) for name, value in settings.items())


def _security(instance: Instance) -> tuple[str, str, Login | None]:
    """Protocol, mechanism, and who we are."""
    if not instance.is_external("kafka"):
        return "SASL_SSL", "PLAIN", login_at(instance, "kafka")
    user, password = os.environ.get(USER), os.environ.get(PASSWORD)
    protocol = os.environ.get(PROTOCOL) or ("SASL_SSL" if user else "PLAINTEXT")
    mechanism = os.environ.get(MECHANISM) or "PLAIN"
    if protocol not in _PROTOCOLS:
        raise MeshError(f"{PROTOCOL}={protocol}: give one of {', '.join(_PROTOCOLS)}")
    if mechanism not in _LOGIN_MODULES:
        raise MeshError(f"{MECHANISM}={mechanism}: give one of {', '.join(_LOGIN_MODULES)}")
    if protocol.startswith("SASL") != bool(user and password):
        raise MeshError(f"{PROTOCOL} is {protocol}: with SASL give {USER} and {PASSWORD}, without it neither")
    return protocol, mechanism, Login(user, password) if user and password else None
