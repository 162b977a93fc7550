"""Passwords of the people in `access/users.yaml`: made at first start, kept in the instance's home."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping

from mesh.access.private import write_private
from mesh.errors import MeshError
from mesh.instance import Instance

ITERATIONS = 120_000


def ensure_passwords(instance: Instance, users: Iterable[str]) -> dict[str, str]:
    """User to password: who is new gets one, and who is gone loses it."""
    known = _read(instance)
    passwords = {user: known.get(user) or secrets.token_urlsafe(24) for user in users}
    if passwords != known:
        _write(instance, passwords)
    return passwords


def password_of(instance: Instance, user: str) -> str:
    """What a user was given.

    Raises:
        MeshError: there is no such user.
    """
    known = _read(instance)
    if user not in known:
        raise MeshError(f"{user} has no password here: mesh access apply gives one to who is in access/users.yaml")
    return known[user]


def renew_password(instance: Instance, user: str) -> None:
    """Give a user another password."""
    password_of(instance, user)
    _write(instance, {**_read(instance), user: secrets.token_urlsafe(24)})


def build_password_file(passwords: Mapping[str, str]) -> str:
    """Trino's file of `user:iterations:salt:hash`, with salts that stay the same for a password."""
    return "".join(f"{user}:{_hashed(user, password)}\n" for user, password in sorted(passwords.items()))


def _hashed(user: str, password: str) -> str:
    # the password is of 192 random bits: a salt of it tells nothing, and the same file comes out each time
    salt = hashlib.sha256(f"{user}:{password}".encode()).digest()[:16]
    # SHA-1 is what Trino 476 derives with, whatever its manual says
    derived = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, ITERATIONS, dklen=32)
    return f"{ITERATIONS}:{salt.hex()}:{derived.hex()}"


def _read(instance: Instance) -> dict[str, str]:
    path = instance.home / "passwords.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return known


def _write(instance: Instance, passwords: Mapping[str, str]) -> None:
    write_private(instance.home / "passwords.json", json.dumps(passwords, indent=1).encode())
