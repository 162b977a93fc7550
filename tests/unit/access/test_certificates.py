"""Certificates are made once, made again before they end, and their authority signs nothing more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from mesh.access import certificates
from mesh.access.certificates import ensure_certificates
from mesh.instance import Instance


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path, tmp_path, 42000)


def content(instance: Instance) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in instance.certificates.iterdir()}


def test_they_are_signed_and_for_their_own_user_alone(instance: Instance) -> None:
    ensure_certificates(instance, ["dbt", "reader"])
    found = content(instance)
    names = ("flink", "kafka", "mongodb", "trino", "dbt", "reader")
    assert set(found) == {f"{name}.{part}" for name in names for part in ("crt", "key")} | {"ca.crt"}
    ca = x509.load_pem_x509_certificate(found["ca.crt"])
    for name in names:
        certificate = x509.load_pem_x509_certificate(found[f"{name}.crt"])
        certificate.verify_directly_issued_by(ca)
        assert certificate.subject.rfc4514_string() == f"CN={name}"
        assert (instance.certificates / f"{name}.key").stat().st_mode & 0o077 == 0


def test_they_stay_until_one_is_missing_or_ends(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_certificates(instance, ["dbt"])
    first = content(instance)
    ensure_certificates(instance, ["dbt"])
    assert content(instance) == first
    ensure_certificates(instance, ["dbt", "new"])
    second = content(instance)
    assert "new.crt" in second and second["ca.crt"] != first["ca.crt"]

    monkeypatch.setattr(certificates, "RENEWED_BEFORE", certificates.VALID + timedelta(days=1))
    ensure_certificates(instance, ["dbt", "new"])
    assert content(instance)["ca.crt"] != second["ca.crt"]
