"""One instance of the mesh: where it lives, its ports, its endpoints and its credentials.

An instance is moved whole by `MESH_HOME` (its data) and `MESH_PORT_BASE` (its ports), so that two can
live side by side. Downloads are shared between instances in `MESH_CACHE`.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mesh.access.trust import bundle_variables
from mesh.errors import MeshError

REPOSITORY = Path(__file__).resolve().parent.parent
STACK_FILE = REPOSITORY / "stack" / "stack.toml"

# server: (environment variable that replaces it, address of our own, name of the port in it)
ENDPOINTS = {
    "mongodb": ("MESH_MONGODB_URI", "mongodb://127.0.0.1:{}/?replicaSet=rs0", "client"),
    "kafka": ("MESH_KAFKA_BOOTSTRAP", "127.0.0.1:{}", "client"),
    "connect": ("MESH_CONNECT_URL", "http://127.0.0.1:{}", "rest"),
    "registry": ("MESH_REGISTRY_URL", "http://127.0.0.1:{}/apis/ccompat/v7", "http"),
    "s3": ("MESH_S3_ENDPOINT", "http://127.0.0.1:{}", "http"),
    "metastore": ("MESH_METASTORE_URI", "thrift://127.0.0.1:{}", "thrift"),
    "trino": ("MESH_TRINO_URL", "https://127.0.0.1:{}", "https"),
    "flink": ("MESH_FLINK_URL", "https://127.0.0.1:{}", "rest"),
}
NAMES = {
    "mongodb": "MongoDB",
    "kafka": "Kafka",
    "connect": "Kafka Connect",
    "registry": "the schema registry",
    "s3": "S3",
    "trino": "Trino",
    "flink": "Flink",
}
CREDENTIALS = ("MESH_S3_ACCESS_KEY", "MESH_S3_SECRET_KEY")
SESSION_TOKEN = "MESH_S3_SESSION_TOKEN"


@dataclass(frozen=True)
class Instance:
    """Folders and first port of one instance; everything else follows from them and `stack/stack.toml`."""

    home: Path
    cache: Path
    port_base: int

    @classmethod
    def from_environment(cls) -> Instance:
        """Read `MESH_HOME`, `MESH_CACHE` and `MESH_PORT_BASE`.

        Raises:
            MeshError: the port base is not a usable number.
        """
        cache_root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        port_base = os.environ.get("MESH_PORT_BASE") or str(_stack_file()["instance"]["port_base"])
        if not port_base.isdigit() or not 1024 <= int(port_base) <= 65000:
            raise MeshError(f"MESH_PORT_BASE={port_base}: give a number from 1024 to 65000")
        return cls(
            home=Path(os.environ.get("MESH_HOME") or REPOSITORY / ".mesh").resolve(),
            cache=Path(os.environ.get("MESH_CACHE") or cache_root / "data-mesh").resolve(),
            port_base=int(port_base),
        )

    @property
    def config(self) -> dict[str, Any]:
        """The parsed `stack/stack.toml`."""
        return _stack_file()

    def server_config(self, server: str) -> dict[str, Any]:
        """What `stack/stack.toml` says of one server."""
        section: dict[str, Any] = self.config["servers"][server]
        return section

    def port(self, server: str, name: str) -> int:
        """The loopback port of a server of ours."""
        return self.port_base + int(self.server_config(server)["ports"][name])

    def data(self, server: str) -> Path:
        """Where a server of ours keeps what must survive a restart."""
        return self.home / "data" / server

    @property
    def certificates(self) -> Path:
        """Where the programs of this instance have the certificates by which Trino knows them."""
        return self.home / "certificates"

    def own_endpoint(self, server: str) -> str:
        """The address a server has when this instance starts it."""
        _, address, port_name = ENDPOINTS[server]
        return address.format(self.port(server, port_name))

    def endpoint(self, server: str) -> str:
        """The address to use: the user's own server if one is named, else ours."""
        variable = ENDPOINTS[server][0]
        return os.environ.get(variable) or self.own_endpoint(server)

    def address(self, server: str) -> str:
        """The endpoint for people to read: without the name and the password that it may carry."""
        return re.sub(r"//[^/]*@", "//", self.endpoint(server))

    def is_external(self, server: str) -> bool:
        """Whether the user brings this server, or the one that it serves.

        Our own exported address does not count as theirs.
        """
        served = self.server_config(server).get("serves", server)
        return self.endpoint(served) != self.own_endpoint(served)

    @property
    def commit_seconds(self) -> int:
        """How often the jobs commit to bronze: `MESH_COMMIT_SECONDS`, else what `stack/stack.toml` says.

        Raises:
            MeshError: it is not a usable number.
        """
        seconds = os.environ.get("MESH_COMMIT_SECONDS") or str(self.config["landing"]["commit_seconds"])
        if not seconds.isdigit() or not 1 <= int(seconds) <= 3600:
            raise MeshError(f"MESH_COMMIT_SECONDS={seconds}: give a number of seconds from 1 to 3600")
        return int(seconds)

    @cached_property
    def credentials(self) -> dict[str, str]:
        """S3 keys: from the environment, else generated at first use and kept in the instance's home (0600)."""
        if all(os.environ.get(name) for name in CREDENTIALS):
            return {name: os.environ[name] for name in CREDENTIALS}
        if self.is_external("s3"):
            raise MeshError(f"MESH_S3_ENDPOINT is set: set {' and '.join(CREDENTIALS)} too")
        path = self.home / "credentials.json"
        if not path.exists():
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            generated = {CREDENTIALS[0]: "mesh" + secrets.token_hex(8), CREDENTIALS[1]: secrets.token_hex(20)}
            path.touch(mode=0o600)
            path.write_text(json.dumps(generated))
        stored: dict[str, str] = json.loads(path.read_text())
        return stored

    def environment(self) -> dict[str, str]:
        """Every `MESH_*` variable of this instance, as `mesh stack env` prints them and child processes get them."""
        return {
            "MESH_HOME": str(self.home),
            "MESH_CACHE": str(self.cache),
            "MESH_PORT_BASE": str(self.port_base),
            "MESH_COMMIT_SECONDS": str(self.commit_seconds),
            **{variable: self.endpoint(server) for server, (variable, _, _) in ENDPOINTS.items()},
            **self._trust_in_trino(),
        }

    def _trust_in_trino(self) -> dict[str, str]:
        if self.is_external("trino"):
            return {}
        return {"MESH_TRINO_CA": str(self.certificates / "ca.crt"), **bundle_variables(self.home)}


def _stack_file() -> dict[str, Any]:
    return tomllib.loads(STACK_FILE.read_text())
