"""Brings the accounts that `access/object_store.yaml` declares to our MinIO."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from minio.credentials.providers import StaticProvider
from minio.error import MinioAdminException
from minio.minioadmin import MinioAdmin

from mesh.access.object_store import PREFIX, ROOT, build_policy, declared_accounts, keys_of
from mesh.errors import MeshError
from mesh.instance import Instance


def apply_accounts(instance: Instance) -> None:
    """Make every declared account, with the rights that are declared now, and remove those of before.

    Raises:
        MeshError: the declaration is wrong, or the store refuses.
    """
    if instance.is_external("s3"):
        return
    address = urlsplit(instance.endpoint("s3"))
    admin = MinioAdmin(
        endpoint=address.netloc,
        credentials=StaticProvider(*keys_of(instance, ROOT)[:2]),
        secure=address.scheme == "https",
    )
    wanted = {keys_of(instance, account): rights for account, rights in declared_accounts().items()}
    try:
        for (key, secret, _), rights in wanted.items():
            admin.user_add(key, secret)
            admin.policy_add(key, policy=build_policy(rights))
            admin.policy_set(key, user=key)
        for gone in json.loads(admin.user_list()).keys() - {keys.access_key for keys in wanted}:
            if gone.startswith(PREFIX):
                admin.user_remove(gone)
                admin.policy_remove(gone)
    except MinioAdminException as error:
        raise MeshError(f"the object store refused its accounts: {error}") from error
