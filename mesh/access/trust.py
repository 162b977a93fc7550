"""`requests`, with which Trino's client asks, takes what `REQUESTS_CA_BUNDLE` names before what it is told.

Where a machine sets it, the authority of our own Trino has to stand in that file as well, or the variable has to go.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from mesh.access.private import write_private

VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_OURS = "\n# the authority of this data mesh\n"


def bundle_variables(home: Path) -> dict[str, str]:
    """What a shell needs to trust our Trino beside all that it trusts already; nothing where nothing is set."""
    named = next((os.environ[name] for name in VARIABLES if os.environ.get(name)), None)
    authority = home / "certificates/ca.crt"
    if named is None or not Path(named).is_file() or not authority.exists():
        return {}
    bundle = authority.with_name("bundle.crt")
    theirs = Path(named).read_text().partition(_OURS)[0]
    content = theirs + _OURS + authority.read_text()
    if not bundle.exists() or bundle.read_text() != content:
        write_private(bundle, content.encode())
    return {VARIABLES[0]: str(bundle)}


def without_bundle(environment: Mapping[str, str]) -> dict[str, str]:
    """The same for a program that asks nobody but a Trino whose authority is named: it need not read all others."""
    if not environment.get("MESH_TRINO_CA"):
        return dict(environment)
    return {name: value for name, value in environment.items() if name not in VARIABLES}
