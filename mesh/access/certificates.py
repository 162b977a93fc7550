"""Certificates of this instance: one for each server that shows one, and for each program that asks Trino.

The authority's key is not kept: whoever reads the folder can be any of the programs, and can make no new one.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mesh.access.private import write_private
from mesh.instance import Instance

VALID = timedelta(days=825)
RENEWED_BEFORE = timedelta(days=30)
SERVERS = ("flink", "kafka", "mongodb", "trino")
BOTH_ENDS = ("flink",)
"""Servers whose processes call each other: whoever has their certificate is one of them."""

_Key = ec.EllipticCurvePrivateKey


def ensure_certificates(instance: Instance, programs: Sequence[str]) -> None:
    """Make all of them anew if one is missing, or ends within a month."""
    if not all(_is_good(instance.certificates / f"{name}.crt") for name in ("ca", *SERVERS, *programs)):
        _make(instance, programs)


def server_pem(instance: Instance, server: str) -> str:
    """A server's key and certificate in one text, as servers in Java like them."""
    return "".join((instance.certificates / f"{server}.{part}").read_text() for part in ("key", "crt"))


def _is_good(certificate: Path) -> bool:
    if not certificate.exists():
        return False
    ends = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    return ends - datetime.now(UTC) > RENEWED_BEFORE


def _make(instance: Instance, programs: Sequence[str]) -> None:
    folder = instance.certificates.with_suffix(".new")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    authority, authority_key = _name("data-mesh"), _new_key()
    ca = (
        _builder(authority, authority_key, authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    addresses = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1")), x509.IPAddress(ip_address("::1"))]
    )
    for name in (*SERVERS, *programs):
        key = _new_key()
        uses = [ExtendedKeyUsageOID.SERVER_AUTH] if name in SERVERS else []
        if name not in SERVERS or name in BOTH_ENDS:
            uses.append(ExtendedKeyUsageOID.CLIENT_AUTH)
        builder = (
            _builder(_name(name), key, authority)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        )
        if name in SERVERS:
            builder = builder.add_extension(addresses, critical=False)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(folder / f"{name}.key", private)
        write_private(folder / f"{name}.crt", builder.sign(authority_key, hashes.SHA256()).public_bytes(Encoding.PEM))
    write_private(folder / "ca.crt", ca.public_bytes(Encoding.PEM))
    shutil.rmtree(instance.certificates, ignore_errors=True)
    folder.rename(instance.certificates)


def _new_key() -> _Key:
    return ec.generate_private_key(ec.SECP256R1())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(subject: x509.Name, key: _Key, issuer: x509.Name) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + VALID)
    )
