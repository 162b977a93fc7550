"""The OpenMetadata server, asked before anything is prepared for it: what a person can mend is one line, at once."""

from __future__ import annotations

import os
import re

import httpx

from mesh.errors import MeshError
from mesh.instance import REPOSITORY

URL, TOKEN = "MESH_OPENMETADATA_URL", "MESH_OPENMETADATA_TOKEN"
TIMEOUT_SECONDS = 10
CLIENT = REPOSITORY / "requirements/catalog.txt"


def check_server() -> None:
    """See that the server named by the environment is there, and takes the client and the token.

    Raises:
        MeshError: it is not named, absent, of a version that the client does not go with, or refuses the token.
    """
    if missing := [name for name in (URL, TOKEN) if not os.environ.get(name)]:
        raise MeshError(f"set {' and '.join(missing)}: where OpenMetadata is (http://host:8585/api), and a bot's token")
    url, token = os.environ[URL].rstrip("/"), os.environ[TOKEN]
    _check_version(url)
    if _get(f"{url}/v1/tables?limit=1", token).status_code in (401, 403):
        raise MeshError(f"OpenMetadata at {url} refuses the token: give a bot's in {TOKEN}")


def _check_version(url: str) -> None:
    answer = _get(f"{url}/v1/system/version", None)
    try:
        served = str(answer.json()["version"])
    except (ValueError, KeyError, TypeError) as error:
        raise MeshError(
            f"no OpenMetadata at {url} (status {answer.status_code}): give {URL} as http://host:8585/api"
        ) from error
    (ours,) = re.findall(r"^openmetadata-ingestion==(\S+)", CLIENT.read_text(), re.MULTILINE)
    if served.split(".")[:2] != ours.split(".")[:2]:
        raise MeshError(
            f"OpenMetadata at {url} is {served}, the client {ours}: their first two numbers must be the same"
        )


def _get(address: str, token: str | None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        return httpx.get(address, headers=headers, timeout=TIMEOUT_SECONDS)
    except httpx.HTTPError as error:
        raise MeshError(f"no answer from OpenMetadata at {address}: {type(error).__name__}") from error
