"""The connection: tried by hand first, so that a person reads one line and not a stack of retries."""

from __future__ import annotations

import os

import requests
from metadata.__version__ import get_client_version
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import OpenMetadataConnection
from metadata.ingestion.ometa.ometa_api import OpenMetadata

TIMEOUT_SECONDS = 10


class Refused(Exception):
    """Something that the person who publishes can mend; one line."""


def connect() -> OpenMetadata:
    """The client, for `MESH_OPENMETADATA_URL` and `MESH_OPENMETADATA_TOKEN`.

    Raises:
        Refused: the server is absent, of a version that the client does not go with, or refuses the token.
    """
    url, token = os.environ["MESH_OPENMETADATA_URL"].rstrip("/"), os.environ["MESH_OPENMETADATA_TOKEN"]
    _check_version(url)
    if _get(f"{url}/v1/tables?limit=1", token).status_code in (401, 403):
        raise Refused(f"OpenMetadata at {url} refuses the token: give a bot's in MESH_OPENMETADATA_TOKEN")
    return OpenMetadata(
        OpenMetadataConnection.model_validate(
            {"hostPort": url, "authProvider": "openmetadata", "securityConfig": {"jwtToken": token}}
        )
    )


def _check_version(url: str) -> None:
    answer = _get(f"{url}/v1/system/version", None)
    try:
        served = str(answer.json()["version"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"no OpenMetadata at {url} (status {answer.status_code}): give MESH_OPENMETADATA_URL as http://host:8585/api"
        ) from error
    ours = get_client_version()
    if served.split(".")[:2] != ours.split(".")[:2]:
        raise Refused(f"OpenMetadata at {url} is {served}, the client {ours}: their first two numbers must be the same")


def _get(address: str, token: str | None) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        return requests.get(address, headers=headers, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as error:
        raise Refused(f"no answer from OpenMetadata at {address}: {type(error).__name__}") from error
