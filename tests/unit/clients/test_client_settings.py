"""What each client is told: of ours what was made at first start, of yours what the variables say."""

from __future__ import annotations

from pathlib import Path

import pytest
from pymongo.uri_parser import parse_uri

from mesh.clients import kafka
from mesh.clients.http import http_client, registry_settings
from mesh.clients.logins import AUTHORITIES, WITH_PASSWORD, Login, authorities_for, login_at
from mesh.clients.mongodb import java_uri, python_uri
from mesh.errors import MeshError
from mesh.instance import ENDPOINTS, Instance

YOUR_KAFKA = "kafka.example:9093"


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    kafkas = (kafka.USER, kafka.PASSWORD, kafka.MECHANISM, kafka.PROTOCOL)
    for name in (*(variable for variable, _, _ in ENDPOINTS.values()), *kafkas, AUTHORITIES):
        monkeypatch.delenv(name, raising=False)
    return Instance(tmp_path / "home", tmp_path, 42000)


@pytest.fixture
def authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "our own authority.pem"
    file.touch()
    monkeypatch.setenv(AUTHORITIES, str(file))
    return file


def test_each_of_our_servers_has_a_password_that_stays_and_nobody_else_reads(instance: Instance) -> None:
    logins = {server: login_at(instance, server) for server in WITH_PASSWORD}
    assert len({login.password for login in logins.values() if login}) == len(WITH_PASSWORD)
    assert {server: login_at(instance, server) for server in WITH_PASSWORD} == logins
    assert login_at(instance, "registry") is None
    (file,) = [path for path in instance.home.iterdir() if path.is_file()]
    assert file.stat().st_mode & 0o077 == 0


def test_no_password_is_in_an_address_or_in_every_process(instance: Instance) -> None:
    passwords = {login.password for server in WITH_PASSWORD if (login := login_at(instance, server))}
    told = "\n".join([*instance.environment().values(), *(instance.address(server) for server in ENDPOINTS)])
    assert not [password for password in passwords if password in told]


def test_our_kafka_is_asked_with_its_password_over_tls(instance: Instance) -> None:
    login = login_at(instance, "kafka")
    assert login
    settings = kafka.python_settings(instance, {"client.id": "x"})
    assert settings["security.protocol"] == "SASL_SSL" and settings["client.id"] == "x"
    assert (settings["sasl.username"], settings["sasl.password"]) == login
    assert settings["ssl.ca.location"] == str(instance.certificates / "ca.crt")
    java = kafka.java_settings(instance)
    assert java["security.protocol"] == "SASL_SSL"
    assert java["sasl.jaas.config"].endswith(
        f'PlainLoginModule required username="{login.user}" password="{login.password}";'
    )


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, {"security.protocol": "PLAINTEXT"}),
        ({kafka.PROTOCOL: "SSL"}, {"security.protocol": "SSL", "ssl.ca.location": "<authorities>"}),
        (
            {kafka.USER: "ana", kafka.PASSWORD: "s", kafka.MECHANISM: "SCRAM-SHA-512"},
            {
                "security.protocol": "SASL_SSL",
                "sasl.mechanism": "SCRAM-SHA-512",
                "sasl.username": "ana",
                "sasl.password": "s",
                "ssl.ca.location": "<authorities>",
            },
        ),
        (
            {kafka.USER: "ana", kafka.PASSWORD: "s", kafka.PROTOCOL: "SASL_PLAINTEXT"},
            {
                "security.protocol": "SASL_PLAINTEXT",
                "sasl.mechanism": "PLAIN",
                "sasl.username": "ana",
                "sasl.password": "s",
            },
        ),
    ],
)
def test_your_kafka_is_asked_as_the_variables_say(
    instance: Instance,
    authorities: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    expected: dict[str, str],
) -> None:
    for name, value in {"MESH_KAFKA_BOOTSTRAP": YOUR_KAFKA, **variables}.items():
        monkeypatch.setenv(name, value)
    found = kafka.python_settings(instance)
    assert found == {
        "bootstrap.servers": YOUR_KAFKA,
        **{name: value.replace("<authorities>", str(authorities)) for name, value in expected.items()},
    }


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({kafka.PROTOCOL: "TLS"}, "MESH_KAFKA_SECURITY_PROTOCOL=TLS: give one of PLAINTEXT, SSL"),
        ({kafka.MECHANISM: "GSSAPI"}, "MESH_KAFKA_SASL_MECHANISM=GSSAPI: give one of PLAIN, SCRAM"),
        ({kafka.PROTOCOL: "SASL_SSL"}, "with SASL give MESH_KAFKA_USER and MESH_KAFKA_PASSWORD"),
        ({kafka.USER: "ana"}, "with SASL give MESH_KAFKA_USER and MESH_KAFKA_PASSWORD"),
        ({kafka.USER: "ana", kafka.PASSWORD: "secret", kafka.PROTOCOL: "SSL"}, "without it neither"),
    ],
)
def test_what_does_not_go_together_is_said(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    for name, value in {"MESH_KAFKA_BOOTSTRAP": YOUR_KAFKA, **variables}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(MeshError) as error:
        kafka.java_settings(instance)
    assert said in str(error.value) and "secret" not in str(error.value)


def test_a_password_of_any_characters_arrives(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    line = kafka.build_jaas("PLAIN", Login("ana", 'a"b\\c;d'))
    assert line.endswith('username="ana" password="a\\"b\\\\c;d";')
    assert kafka.build_properties({"sasl.jaas.config": line}).count("\\\\") == 3
    monkeypatch.setenv("MESH_CONNECT_URL", "https://ana:p%40ss%3A@connect.example")
    assert login_at(instance, "connect") == ("ana", "p@ss:")


def test_our_mongodb_is_asked_with_its_password_over_tls(instance: Instance) -> None:
    parsed = parse_uri(java_uri(instance))
    assert (parsed["username"], parsed["password"]) == login_at(instance, "mongodb")
    assert parsed["options"]["tls"] is True
    assert "tlsCAFile" not in java_uri(instance), "Java's driver does not know it"
    (instance.certificates).mkdir(parents=True)
    (instance.certificates / "ca.crt").touch()
    assert parse_uri(python_uri(instance))["options"]["tlsCAFile"] == str(instance.certificates / "ca.crt")


@pytest.mark.parametrize(
    ("yours", "is_checked"),
    [
        ("mongodb://db.example", False),
        ("mongodb://ana:s@db.example/?tls=true", True),
        ("mongodb+srv://db.example", True),
        ("mongodb+srv://db.example/wms", True),
        ("mongodb://db.example/?tls=true&tlsCAFile=/their/own.pem", False),
    ],
)
def test_your_mongodb_is_checked_by_your_authority(
    instance: Instance, authorities: Path, monkeypatch: pytest.MonkeyPatch, yours: str, is_checked: bool
) -> None:
    monkeypatch.setenv("MESH_MONGODB_URI", yours)
    assert java_uri(instance) == yours
    added = python_uri(instance).removeprefix(yours)
    expected = {
        f"{joint}tlsCAFile={str(authorities).replace('/', '%2F').replace(' ', '+')}" for joint in ("&", "?", "/?")
    }
    assert added in expected if is_checked else not added


def test_an_authority_that_is_not_there_is_named(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_REGISTRY_URL", "https://registry.example")
    assert authorities_for(instance, "registry") is None
    monkeypatch.setenv(AUTHORITIES, "/nowhere.pem")
    with pytest.raises(MeshError, match=r"MESH_CA=/nowhere\.pem: there is no such file"):
        authorities_for(instance, "registry")


def test_your_registry_and_connect_are_asked_as_their_addresses_say(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESH_REGISTRY_URL", "https://ana:secret@registry.example/apis/ccompat/v7")
    assert registry_settings(instance) == {
        "url": "https://registry.example/apis/ccompat/v7",
        "basic.auth.user.info": "ana:secret",
    }
    monkeypatch.setenv("MESH_CONNECT_URL", "http://ana:secret@connect.example")
    with http_client(instance, "connect") as connect:
        assert str(connect.base_url) == "http://connect.example"
        request = connect.build_request("GET", "/")
        assert next(connect.auth.auth_flow(request)).headers["Authorization"].startswith("Basic ")  # type: ignore[union-attr]
