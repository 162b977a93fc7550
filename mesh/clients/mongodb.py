"""MongoDB's connection string, with user and authority."""

from __future__ import annotations

from urllib.parse import quote_plus

from mesh.clients.logins import authorities_for, own_login
from mesh.instance import Instance


def java_uri(instance: Instance) -> str:
    """For MongoDB's Java driver, which trusts whom its machine trusts (see `mesh.stack.java_stores`)."""
    uri = instance.endpoint("mongodb")
    if instance.is_external("mongodb"):
        return uri
    login = own_login(instance, "mongodb")
    return uri.replace("://", f"://{login.user}:{login.password}@") + "&tls=true&authSource=admin"


def python_uri(instance: Instance) -> str:
    """For pymongo."""
    uri = java_uri(instance)
    authorities = authorities_for(instance, "mongodb")
    encrypted = uri.startswith("mongodb+srv:") or any(f"{name}=true" in uri for name in ("tls", "ssl"))
    if authorities is None or not encrypted or "tlsCAFile" in uri:
        return uri
    joint = "&" if "?" in uri else "?" if uri.count("/") > 2 else "/?"
    return f"{uri}{joint}tlsCAFile={quote_plus(str(authorities))}"
