"""Runs `mesh maintain` by the clock, beside whatever else is done: it may take minutes."""

from __future__ import annotations

import os
import subprocess
import time

from mesh.instance import Instance
from mesh.stack.install import venv_binary


class Upkeep:
    """One instance's maintenance; when it began last is the time of the file `run/maintained`, across restarts."""

    def __init__(self, instance: Instance) -> None:
        clock = instance.config["maintenance"]
        self._every_seconds = clock["every_minutes"] * 60
        self._mark = instance.home / "run/maintained"
        self._log = instance.home / "logs/maintain.log"
        self._running: subprocess.Popen[bytes] | None = None
        if not self._mark.exists():
            self._began(time.time() - self._every_seconds + clock["first_after_minutes"] * 60)

    def look(self) -> list[str]:
        """Begin if it is due; returns what there is to tell of a run that has ended."""
        if self._running:
            code = self._running.poll()
            if code is None:
                return []
            self._running = None
            return [f"maintained: see {self._log}" if code == 0 else f"mesh maintain failed: see {self._log}"]
        if time.time() - self._mark.stat().st_mtime >= self._every_seconds:
            self._began(time.time())
            with self._log.open("wb") as log:
                self._running = subprocess.Popen([venv_binary("mesh"), "maintain"], stdout=log, stderr=log)
        return []

    def _began(self, at: float) -> None:
        self._mark.touch()
        os.utime(self._mark, (at, at))
