"""Certificates as Java keeps them: whom our servers trust, and what they show."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12Certificate,
    serialize_java_truststore,
    serialize_key_and_certificates,
)
from cryptography.utils import CryptographyDeprecationWarning

from mesh.access.private import write_private
from mesh.clients.logins import authorities_for
from mesh.instance import ENDPOINTS, Instance

STORE_PASSWORD = "mesh"
"""Java wants one; what protects the keys is who may read the files."""
_ENCRYPTION = BestAvailableEncryption(STORE_PASSWORD.encode())


def trust_options(instance: Instance) -> list[str]:
    """The options of a Java program that make it trust our authority; if you bring a server, yours and the public ones.

    Each store is named after its content, so that a program starts again with another one.
    """
    yours = [server for server in ENDPOINTS if instance.is_external(server)]
    files = [instance.certificates / "ca.crt", *([Path(certifi.where())] if yours else [])]
    files += {file for server in yours if (file := authorities_for(instance, server))}
    return [
        f"-Djavax.net.ssl.trustStore={trust_store(instance, files)}",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
        f"-Djavax.net.ssl.trustStorePassword={STORE_PASSWORD}",
    ]


def trust_store(instance: Instance, files: Iterable[Path]) -> Path:
    """A store of the authorities in some files (PEM)."""
    content = b"".join(file.read_bytes() for file in files)

    def make() -> bytes:
        with warnings.catch_warnings():
            # a public authority has a serial number that the rules no longer allow
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            authorities = x509.load_pem_x509_certificates(content)
        named = [PKCS12Certificate(each, str(place).encode()) for place, each in enumerate(authorities)]
        return serialize_java_truststore(named, _ENCRYPTION)

    return _kept(instance, "trust", content, make)


def key_store(instance: Instance, server: str) -> Path:
    """A store of what a server shows: its certificate, with its key."""
    key, certificate = ((instance.certificates / f"{server}.{part}").read_bytes() for part in ("key", "crt"))

    def make() -> bytes:
        private = load_pem_private_key(key, None)
        assert isinstance(private, EllipticCurvePrivateKey)
        shown = x509.load_pem_x509_certificate(certificate)
        return serialize_key_and_certificates(server.encode(), private, shown, None, _ENCRYPTION)

    return _kept(instance, server, key + certificate, make)


def _kept(instance: Instance, name: str, content: bytes, make: Callable[[], bytes]) -> Path:
    store = instance.home / f"conf/stores/{name}-{hashlib.sha256(content).hexdigest()[:12]}.p12"
    if not store.exists():
        store.parent.mkdir(parents=True, exist_ok=True)
        write_private(store, make())
    return store
