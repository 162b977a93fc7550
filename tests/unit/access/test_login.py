"""How programs and people prove who they are, at our Trino and at yours."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from trino.auth import BasicAuthentication, CertificateAuthentication, JWTAuthentication
from trino.sqlalchemy.dialect import TrinoDialect

from mesh.access.login import READER, Login
from mesh.instance import Instance

VARIABLES = ("URL", "USER", "PASSWORD", "TOKEN", "CERTIFICATE", "KEY", "CA")


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    for name in VARIABLES:
        monkeypatch.delenv(f"MESH_TRINO_{name}", raising=False)
    return Instance(tmp_path / "a home", tmp_path, 42000)


def yours(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"MESH_TRINO_{name}", value)


def test_our_own_knows_a_program_by_its_certificate(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    yours(monkeypatch, USER="ana", PASSWORD="hers")
    login = Login.of_program(instance, READER)
    assert (login.user, login.host, login.port, login.scheme) == ("reader", "127.0.0.1", 42085, "https")
    assert isinstance(login.proof, CertificateAuthentication)
    assert login.certificate == f"{instance.home}/certificates/reader.crt"


@pytest.mark.parametrize(
    ("variables", "proof"),
    [
        ({"USER": "ana", "PASSWORD": "p:@/ +"}, BasicAuthentication),
        ({"USER": "ana", "TOKEN": "a.b.c"}, JWTAuthentication),
        ({"USER": "ana", "CERTIFICATE": "/c/a.crt", "KEY": "/c/a.key"}, CertificateAuthentication),
        ({"USER": "ana"}, type(None)),
    ],
)
def test_yours_is_told_what_the_variables_say(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], proof: type
) -> None:
    yours(monkeypatch, URL="https://trino.example", CA="/c/ca.crt", **variables)
    login = Login.of_program(instance, READER)
    assert (login.user, login.host, login.port) == ("ana", "trino.example", 443)
    assert login.session().verify == "/c/ca.crt"
    assert isinstance(login.proof, proof)
    # Great Expectations gets the same by a URL
    _, arguments = TrinoDialect().create_connect_args(make_url(login.sqlalchemy_url("iceberg")))
    assert arguments["user"] == "ana"
    assert arguments.get("auth") == login.proof


def test_no_password_travels_over_http(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    yours(monkeypatch, URL="http://trino.example:8080", USER="ana", PASSWORD="hers")
    login = Login.of_program(instance, READER)
    assert login.proof is None
    assert "hers" not in login.sqlalchemy_url("iceberg")


def test_without_a_ca_the_systems_certificates_count(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    yours(monkeypatch, URL="https://trino.example", USER="ana", PASSWORD="hers")
    assert Login.of_program(instance, READER).session().verify is True
