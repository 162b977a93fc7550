"""Who may do what in the instance's object store: an account for each service, made from `access/object_store.yaml`."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mesh.access.declared import ACCESS, read_file
from mesh.access.private import write_private
from mesh.errors import MeshError
from mesh.instance import CREDENTIALS, SESSION_TOKEN, Instance

ROOT = "root"
"""The account that makes the others."""
PREFIX = "mesh-"
"""Of the access keys of all accounts but root's."""
_DECLARATION = ACCESS / "object_store.yaml"
_LIST = ("s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation")
# right: what it allows on buckets, and on what is in them
_RIGHTS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "lists": (_LIST, ()),
    "creates": (("s3:CreateBucket",), ()),
    "writes": (
        _LIST,
        (
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
        ),
    ),
}
_SCHEMA = {
    "type": "object",
    "propertyNames": {"pattern": "^[a-z]+$", "not": {"const": ROOT}},
    "additionalProperties": {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {right: {"type": "array", "minItems": 1, "items": {"type": "string"}} for right in _RIGHTS},
    },
}
Declared = dict[str, dict[str, list[str]]]


class Keys(NamedTuple):
    """What S3 knows somebody by; the token goes with keys that end after some hours."""

    access_key: str
    secret_key: str
    session_token: str = ""

    def as_variables(self) -> dict[str, str]:
        """The same as `MESH_S3_*`."""
        return dict(zip((*CREDENTIALS, SESSION_TOKEN), self, strict=True))


def declared_accounts() -> Declared:
    """Service to its rights to the buckets they are for.

    Raises:
        MeshError: the declaration is wrong.
    """
    return read_file(_DECLARATION, _SCHEMA)


def build_policy(rights: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A policy in the language of S3."""
    statements = []
    for right, buckets in rights.items():
        of_buckets, of_objects = _RIGHTS[right]
        for actions, within in ((of_buckets, ""), (of_objects, "/*")):
            if actions:
                resources = [f"arn:aws:s3:::{bucket}{within}" for bucket in buckets]
                statements.append({"Effect": "Allow", "Action": [*actions], "Resource": resources})
    return {"Version": "2012-10-17", "Statement": statements}


def keys_of(instance: Instance, account: str) -> Keys:
    """The keys of a service, or of `ROOT`; in a store of the user's own everybody has the user's.

    Raises:
        MeshError: no such account is declared, or the user's keys are not set.
    """
    root = instance.credentials
    if instance.is_external("s3"):
        return Keys(root[CREDENTIALS[0]], root[CREDENTIALS[1]], os.environ.get(SESSION_TOKEN, ""))
    if account == ROOT:
        return Keys(root[CREDENTIALS[0]], root[CREDENTIALS[1]])
    if account not in declared_accounts():
        raise MeshError(f"access/{_DECLARATION.name} declares no account {account}")
    file = instance.home / "object_store.json"
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if account not in known:
        known[account] = secrets.token_hex(20)
        write_private(file, json.dumps(known).encode())
    return Keys(f"{PREFIX}{account}", known[account])
