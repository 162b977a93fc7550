"""Starts the endpoint as a process of its own, in the environment of the OpenMetadata client."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesh.instance import REPOSITORY

TOKEN = "of-the-tests"


@dataclass(frozen=True)
class Served:
    """A running endpoint."""

    url: str

    def state(self) -> dict[str, Any]:
        """Everything that it has kept."""
        state: dict[str, Any] = self._ask("__state__")
        return state

    def keep_all(self) -> None:
        """It forgets no write any more."""
        self._ask("__keep__")

    def _ask(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.url.removesuffix('/api')}/{what}", timeout=60) as answer:
            return json.load(answer)


@contextmanager
def serve(programs: Path, *arguments: str) -> Iterator[Served]:
    """An endpoint on a free port of loopback, stopped at the end."""
    command = [str(programs / "python"), "-W", "ignore", "-m", "tests.integration.catalog_endpoint", "--token", TOKEN]
    with subprocess.Popen([*command, *arguments], cwd=REPOSITORY, text=True, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().strip()
            assert url, "the endpoint did not start"
            yield Served(url)
        finally:
            process.terminate()
