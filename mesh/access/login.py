"""How a user proves to Trino who it is: by certificate, password or token."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import requests
from trino.auth import Authentication, BasicAuthentication, CertificateAuthentication, JWTAuthentication
from trino.dbapi import Connection

from mesh.instance import Instance

MAINTENANCE = "maintenance"
"""The program that creates, compacts, expires and archives."""
READER = "reader"
"""The program that reads everything, and writes nothing."""


class _OwnAuthority(requests.Session):
    """Takes the authority that it was given before the one that `REQUESTS_CA_BUNDLE` names."""

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        options.setdefault("verify", self.verify)
        return super().request(*arguments, **options)


@dataclass(frozen=True)
class Login:
    """Where Trino is, and who asks it. `authority` is the file that checks its certificate, if not the system's."""

    url: str
    user: str
    authority: str | None = None
    certificate: str | None = None
    key: str | None = None
    password: str | None = None
    token: str | None = None

    @classmethod
    def of_program(cls, instance: Instance, program: str) -> Login:
        """A program of ours: by its certificate at our own Trino, by what the `MESH_TRINO_*` say at yours."""
        if instance.is_external("trino"):
            return cls(
                instance.endpoint("trino"),
                os.environ.get("MESH_TRINO_USER") or program,
                authority=os.environ.get("MESH_TRINO_CA"),
                certificate=os.environ.get("MESH_TRINO_CERTIFICATE"),
                key=os.environ.get("MESH_TRINO_KEY"),
                password=os.environ.get("MESH_TRINO_PASSWORD"),
                token=os.environ.get("MESH_TRINO_TOKEN"),
            )
        folder = instance.certificates
        return cls(
            instance.endpoint("trino"),
            program,
            authority=str(folder / "ca.crt"),
            certificate=str(folder / f"{program}.crt"),
            key=str(folder / f"{program}.key"),
        )

    @classmethod
    def of_person(cls, instance: Instance, user: str, password: str) -> Login:
        """A user with a password."""
        authority = os.environ.get("MESH_TRINO_CA") or (
            None if instance.is_external("trino") else str(instance.certificates / "ca.crt")
        )
        return cls(instance.endpoint("trino"), user, authority=authority, password=password)

    @property
    def host(self) -> str:
        """Name or address."""
        return urlsplit(self.url).hostname or "127.0.0.1"

    @property
    def port(self) -> int:
        """The port that the URL names, or that of its scheme."""
        return urlsplit(self.url).port or (443 if self.scheme == "https" else 8080)

    @property
    def scheme(self) -> str:
        """http or https."""
        return urlsplit(self.url).scheme or "http"

    @property
    def proof(self) -> Authentication | None:
        """For Trino's client; nothing over http, where no password may travel."""
        if self.scheme != "https":
            return None
        if self.token:
            return JWTAuthentication(self.token)
        if self.password:
            return BasicAuthentication(self.user, self.password)
        if self.certificate and self.key:
            return CertificateAuthentication(self.certificate, self.key)
        return None

    def connect(self, **options: Any) -> Connection:
        """Open a DB-API connection; use it as a context manager."""
        return Connection(
            host=self.host,
            port=self.port,
            http_scheme=self.scheme,
            user=self.user,
            auth=self.proof,
            http_session=self.session(),
            **options,
        )

    def session(self) -> requests.Session:
        """Checks Trino's certificate by the authority named here."""
        session = _OwnAuthority()
        session.verify = self.authority or True
        return session

    def sqlalchemy_url(self, catalog: str) -> str:
        """The same for SQLAlchemy, in a text that Great Expectations can keep; `session()` goes beside it."""
        query = {}
        if isinstance(self.proof, JWTAuthentication):
            query = {"access_token": str(self.token)}
        elif isinstance(self.proof, CertificateAuthentication):
            query = {"cert": str(self.certificate), "key": str(self.key)}
        password = f":{quote(str(self.password), safe='')}" if isinstance(self.proof, BasicAuthentication) else ""
        return f"trino://{quote(self.user)}{password}@{self.host}:{self.port}/{catalog}?{urlencode(query)}"

    def for_openmetadata(self) -> dict[str, Any]:
        """The same for OpenMetadata's client, which knows certificates only as options of SQLAlchemy's URL."""
        found: dict[str, Any] = {"connectionArguments": {"http_scheme": self.scheme, "verify": self.authority or True}}
        if isinstance(self.proof, JWTAuthentication):
            found["authType"] = {"jwt": self.token}
        elif isinstance(self.proof, BasicAuthentication):
            found["authType"] = {"password": self.password}
        elif isinstance(self.proof, CertificateAuthentication):
            found["connectionOptions"] = {"cert": self.certificate, "key": self.key}
        return found

    def get(self, path: str) -> httpx.Response:
        """One request to Trino's own pages."""
        context = ssl.create_default_context(cafile=self.authority)
        headers = {"X-Trino-User": self.user}
        basic = None
        if isinstance(self.proof, CertificateAuthentication):
            context.load_cert_chain(str(self.certificate), self.key)
        elif isinstance(self.proof, JWTAuthentication):
            headers["Authorization"] = f"Bearer {self.token}"
        elif isinstance(self.proof, BasicAuthentication):
            basic = (self.user, str(self.password))
        return httpx.get(f"{self.url.rstrip('/')}{path}", headers=headers, auth=basic, verify=context)
