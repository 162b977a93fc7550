"""Each service has an account and keys of its own in our object store; a store of the user's knows the user alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh.access import object_store
from mesh.access.object_store import ROOT, Keys, build_policy, declared_accounts, keys_of
from mesh.errors import MeshError
from mesh.instance import CREDENTIALS, SESSION_TOKEN, Instance


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    for name in ("MESH_S3_ENDPOINT", *CREDENTIALS, SESSION_TOKEN):
        monkeypatch.delenv(name, raising=False)
    return Instance(tmp_path, tmp_path, 42000)


def test_every_account_has_keys_of_its_own_that_stay(instance: Instance) -> None:
    accounts = [ROOT, *declared_accounts()]
    keys = {account: keys_of(instance, account) for account in accounts}
    for part in ("access_key", "secret_key"):
        assert len({getattr(each, part) for each in keys.values()}) == len(accounts) == 5
    assert not any(each.session_token for each in keys.values())
    assert {account: keys_of(instance, account) for account in accounts} == keys
    assert (instance.home / "object_store.json").stat().st_mode & 0o077 == 0


def test_no_secret_is_handed_to_every_process(instance: Instance) -> None:
    secrets = {secret for account in (ROOT, *declared_accounts()) for secret in keys_of(instance, account)} - {""}
    assert not secrets & {*instance.environment().values()}


def test_a_store_of_the_users_own_knows_the_user_alone(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_S3_ENDPOINT", "http://127.0.0.1:9")
    for name, value in Keys("theirs", "secret", "until tonight").as_variables().items():
        monkeypatch.setenv(name, value)
    known = {keys_of(instance, account) for account in (ROOT, *declared_accounts())}
    assert known == {("theirs", "secret", "until tonight")}


def test_an_account_that_nobody_declared_has_no_keys(instance: Instance) -> None:
    with pytest.raises(MeshError, match=r"access/object_store\.yaml declares no account dbt"):
        keys_of(instance, "dbt")


@pytest.mark.parametrize(
    "wrong", ["flink: {deletes: [wms-bronze]}", "flink: {}", "flink: {writes: []}", "root: {}", "[]"]
)
def test_a_wrong_declaration_is_named(wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declaration = tmp_path / "object_store.yaml"
    declaration.write_text(wrong)
    monkeypatch.setattr(object_store, "_DECLARATION", declaration)
    with pytest.raises(MeshError, match=r"access/object_store\.yaml"):
        declared_accounts()


def test_who_may_look_may_not_read() -> None:
    policy = build_policy({"lists": ["wms-*"]})
    (statement,) = policy["Statement"]
    assert statement["Resource"] == ["arn:aws:s3:::wms-*"]
    assert "s3:ListBucket" in statement["Action"] and not any("Object" in action for action in statement["Action"])
