"""Whom our Java servers trust: our own authority, yours, and those of all machines if you bring a server."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore
from cryptography.utils import CryptographyDeprecationWarning

from mesh.access.private import write_private
from mesh.clients.logins import authorities_for
from mesh.instance import ENDPOINTS, Instance

_NO_SECRET = "public"


def trust_options(instance: Instance) -> list[str]:
    """The options of a Java program that make it trust them.

    The file is named after its content, so that a program starts again with another one.
    """
    files = [instance.certificates / "ca.crt"]
    yours = [server for server in ENDPOINTS if instance.is_external(server)]
    if yours:
        files.append(Path(certifi.where()))
    files += {file for server in yours if (file := authorities_for(instance, server))}
    contents = [file.read_bytes() for file in files]
    digest = hashlib.sha256(b"".join(contents)).hexdigest()[:12]
    store = instance.home / f"conf/trust-{digest}.p12"
    if not store.exists():
        with warnings.catch_warnings():
            # a public authority has a serial number that the rules no longer allow
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            certificates = [each for content in contents for each in x509.load_pem_x509_certificates(content)]
        named = [PKCS12Certificate(each, str(place).encode()) for place, each in enumerate(certificates)]
        store.parent.mkdir(parents=True, exist_ok=True)
        for old in store.parent.glob("trust-*.p12"):
            old.unlink()
        write_private(store, serialize_java_truststore(named, BestAvailableEncryption(_NO_SECRET.encode())))
    return [
        f"-Djavax.net.ssl.trustStore={store}",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
        f"-Djavax.net.ssl.trustStorePassword={_NO_SECRET}",
    ]
