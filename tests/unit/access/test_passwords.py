"""Passwords stay, come and go with the users, and none stands anywhere in clear but in the instance's home."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mesh.access.passwords import build_password_file, ensure_passwords, password_of, renew_password
from mesh.errors import MeshError
from mesh.instance import Instance


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path, tmp_path, 42000)


def test_who_stays_keeps_the_password_and_who_goes_loses_it(instance: Instance) -> None:
    first = ensure_passwords(instance, ["ana", "ben"])
    second = ensure_passwords(instance, ["ana", "cara"])
    assert second["ana"] == first["ana"] and set(second) == {"ana", "cara"}
    assert len({*first.values(), *second.values()}) == 3
    with pytest.raises(MeshError, match="ben has no password here"):
        password_of(instance, "ben")
    assert (instance.home / "passwords.json").stat().st_mode & 0o077 == 0


def test_a_renewed_password_is_another(instance: Instance) -> None:
    before = ensure_passwords(instance, ["ana", "ben"])
    renew_password(instance, "ana")
    assert password_of(instance, "ana") != before["ana"]
    assert password_of(instance, "ben") == before["ben"]


def test_trinos_file_has_a_hash_that_the_password_gives() -> None:
    (line,) = build_password_file({"ana": "secret"}).splitlines()
    user, iterations, salt, derived = line.split(":")
    assert user == "ana" and "secret" not in line
    assert hashlib.pbkdf2_hmac("sha1", b"secret", bytes.fromhex(salt), int(iterations), 32).hex() == derived
    assert build_password_file({"ana": "other"}).split(":")[2] != salt
