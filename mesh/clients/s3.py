"""The S3 client for the project's own Python code."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from mesh.access.object_store import keys_of
from mesh.clients.logins import authorities_for
from mesh.instance import Instance


def connect_s3(instance: Instance, account: str) -> Any:
    """A boto3 client of the instance's object store, for one of its accounts."""
    keys = keys_of(instance, account)
    return boto3.client(
        "s3",
        endpoint_url=instance.endpoint("s3"),
        region_name="us-east-1",
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        aws_session_token=keys.session_token or None,
        verify=_verify(instance),
        config=Config(s3={"addressing_style": "path"}),
    )


def _verify(instance: Instance) -> str | None:
    """What checks the store's certificate, if it has one; None for what boto3 has by itself."""
    if not instance.endpoint("s3").startswith("https:"):
        return None
    authorities = authorities_for(instance, "s3")
    return str(authorities) if authorities else None


def ensure_bucket(s3: Any, bucket: str) -> None:
    """Create a bucket that is not there."""
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        s3.create_bucket(Bucket=bucket)


def list_keys(s3: Any, location: str, before: datetime) -> set[str]:
    """Every object below `s3://bucket/prefix` that was written before a moment."""
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix.rstrip('/')}/")
    objects = (entry for page in pages for entry in page.get("Contents", []))
    return {entry["Key"] for entry in objects if entry["LastModified"] < before}
