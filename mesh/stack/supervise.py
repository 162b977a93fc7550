"""Supervision by supervisord: it restarts what dies, keeps the logs, and stops only what it started."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

import psutil
from supervisor.xmlrpc import SupervisorTransport

from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.stack.server import Process

SUPERVISORD = """\
[unix_http_server]
file={socket}
chmod=0700

[supervisord]
directory={home}
logfile={home}/logs/supervisord.log
logfile_maxbytes=0
pidfile={home}/run/supervisord.pid
childlogdir={home}/logs
umask=077
identifier=mesh

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[include]
files={home}/run/programs/*.conf
"""

PROGRAM = """\
[program:{name}]
command=/bin/bash {script}
directory={directory}
autostart=false
autorestart=true
startsecs=3
startretries=20
stopwaitsecs=40
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={home}/logs/{name}.log
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=1
"""


@dataclass(frozen=True)
class ProcessState:
    """One line of `mesh stack status`; `restarts` counts deaths that nobody asked for since the stack came up."""

    name: str
    state: str
    pid: int
    uptime_seconds: int
    restarts: int


class Supervisor:
    """The supervisord of one instance."""

    def __init__(self, instance: Instance) -> None:
        self._home = instance.home
        # a unix socket's path is limited to about 100 characters, an instance's home is not
        digest = hashlib.sha256(str(instance.home).encode()).hexdigest()[:16]
        self._socket = Path(tempfile.gettempdir()) / f"mesh-{os.getuid()}-{digest}.sock"

    @property
    def _rpc(self) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        return ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def is_running(self) -> bool:
        """Whether this instance's supervisord answers."""
        try:
            return bool(self._rpc.getState()["statename"] == "RUNNING")
        except (OSError, Fault):
            return False

    def launch(self) -> None:
        """Start supervisord in the background, unless it runs."""
        if self.is_running():
            return
        for folder in ("logs", "run/programs"):
            (self._home / folder).mkdir(parents=True, exist_ok=True)
        # everything that the servers hold is beneath
        self._home.chmod(0o700)
        configuration = self._home / "run/supervisord.conf"
        configuration.write_text(SUPERVISORD.format(home=self._home, socket=self._socket))
        (self._home / "logs/supervisord.log").unlink(missing_ok=True)
        subprocess.run([sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)], check=True)
        deadline = time.monotonic() + 20
        while not self.is_running():
            if time.monotonic() > deadline:
                raise MeshError(f"the supervisor did not come up: see {self._home}/logs/supervisord.log")
            time.sleep(0.1)

    def start(self, process: Process) -> None:
        """Start a process, or leave it alone if it runs with the same definition."""
        self._define(process)
        added, changed, _removed = self._rpc.reloadConfig()[0]
        for name in changed:
            self._rpc.stopProcessGroup(name)
            self._rpc.removeProcessGroup(name)
        for name in [*added, *changed]:
            self._rpc.addProcessGroup(name)
        if self._rpc.getProcessInfo(process.name)["statename"] not in ("RUNNING", "STARTING", "BACKOFF"):
            self._rpc.startProcess(process.name, False)

    def has_given_up(self, name: str) -> bool:
        """Whether a process died so often that it is not restarted any more."""
        return bool(self._rpc.getProcessInfo(name)["statename"] in ("FATAL", "EXITED"))

    def states(self) -> list[ProcessState]:
        """The state of every process of this instance."""
        log = self._home / "logs/supervisord.log"
        deaths = re.findall(r" exited: (\S+) ", log.read_text()) if log.exists() else []
        return [
            ProcessState(
                name=info["name"],
                state=info["statename"],
                pid=info["pid"],
                uptime_seconds=info["now"] - info["start"] if info["pid"] else 0,
                restarts=deaths.count(info["name"]),
            )
            for info in self._rpc.getAllProcessInfo()
        ]

    def shut_down(self) -> None:
        """Stop every process of this instance, and supervisord itself; return when all of them are gone."""
        pid = self._rpc.getPID()
        self._rpc.shutdown()
        deadline = time.monotonic() + 90
        while psutil.pid_exists(pid):
            if time.monotonic() > deadline:
                raise MeshError(f"supervisord (pid {pid}) has not stopped: see {self._home}/logs")
            time.sleep(0.2)
        self._end_orphans()

    def processes(self) -> list[psutil.Process]:
        """What was started, and what that started, though its parent be gone."""
        # supervisord tells every child how to reach it, and a child's children inherit that
        return [
            process
            for process in psutil.process_iter(["environ"])
            if (process.info["environ"] or {}).get("SUPERVISOR_SERVER_URL") == f"unix://{self._socket}"
        ]

    def _end_orphans(self) -> None:
        """End what a server left behind when it was killed, as Flink's TaskManager does with its Python workers."""
        orphans = self.processes()
        for process in orphans:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        for process in psutil.wait_procs(orphans, timeout=5)[1]:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def _define(self, process: Process) -> None:
        run = self._home / "run"
        script = run / f"{process.name}.sh"
        exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in process.environment.items())
        # touch first: the script can carry credentials
        script.touch(mode=0o600)
        script.write_text(f"{exports}exec {shlex.join(process.command)}\n")
        program = PROGRAM.format(name=process.name, script=script, directory=process.directory, home=self._home)
        # a changed script, or configuration, must look like a changed program
        definition = hashlib.sha256(b"".join(file.read_bytes() for file in (script, *process.reads)))
        program += f'environment=MESH_DEFINITION="{definition.hexdigest()[:12]}"\n'
        (run / "programs" / f"{process.name}.conf").write_text(program)
