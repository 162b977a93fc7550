"""Serves the endpoint on loopback: `python -m tests.integration.catalog_endpoint --token T`; prints its address."""

from __future__ import annotations

import argparse
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.integration.catalog_endpoint.api import Api
from tests.integration.catalog_endpoint.schemas import Refused
from tests.integration.catalog_endpoint.store import Drop

BASE = "/api/v1"


class Handler(BaseHTTPRequestHandler):
    """HTTP around the API; `server` carries what all requests share."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: a client would wait 40 ms for the second
    server: Endpoint

    def handle_any(self) -> None:
        """Every method comes here."""
        address = urlsplit(self.path)
        path, query = unquote(address.path), dict(parse_qsl(address.query, keep_blank_values=True))
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer = 200, None
        try:
            with self.server.lock:
                answer = self._answer(path, query, sent)
        except Refused as error:
            status, answer = error.status, {"code": error.status, "message": str(error)}
        except Exception as error:
            status, answer = 500, {"code": 500, "message": repr(error)}
            self.server.note(f"500 {self.command} {path}: {error!r}")
        if status not in (200, 404):
            self.server.note(f"{status} {self.command} {self.path}: {answer}")
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = handle_any

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged."""

    def _answer(self, path: str, query: dict[str, str], sent: bytes) -> Any:
        if path == "/__state__":
            return self.server.api.state()
        if path == "/__keep__":
            return self.server.api.store.drop.end()
        if not path.startswith(f"{BASE}/"):
            raise Refused(404, f"no API at {path}")
        path = path.removeprefix(BASE)
        if path != "/system/version" and self.headers.get("Authorization") != f"Bearer {self.server.token}":
            raise Refused(401, "Expired or invalid token")
        try:
            body = json.loads(sent) if sent else None
        except ValueError as error:
            raise Refused(400, f"no JSON: {error}") from error
        return self.server.api.answer(self.command, path, query, body)


class Endpoint(ThreadingHTTPServer):
    """The server and what it keeps in memory."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", arguments.port), Handler)
        self.api = Api(arguments.version, Drop(arguments.drop))
        self.token: str = arguments.token
        self.refusals: Path | None = arguments.refusals
        self.lock = Lock()

    def note(self, line: str) -> None:
        """Write down a refusal, for whoever looks for its cause."""
        if self.refusals:
            with self.refusals.open("a") as file:
                file.write(f"{line}\n")


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", required=True)
    parser.add_argument("--version", default="2.0.6")
    parser.add_argument("--drop", action="append", default=[], help="KIND=TEXT: forget one such write silently")
    parser.add_argument("--refusals", type=Path, help="a file that takes what was refused")
    with Endpoint(parser.parse_args()) as endpoint:
        print(f"http://127.0.0.1:{endpoint.server_port}/api", flush=True)
        endpoint.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
