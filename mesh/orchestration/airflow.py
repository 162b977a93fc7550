"""Runs Airflow in its own environment, on the DAGs in `dags/`, for one instance of the mesh."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mesh.environments import python_environment
from mesh.errors import MeshError
from mesh.instance import REPOSITORY, Instance

DAGS = REPOSITORY / "dags"
API_PORT_OFFSET = 80
# not `standalone`: its log servers listen on every address, and nothing here needs them or its triggerer
SERVICES = (("api-server",), ("scheduler", "--skip-serve-logs"), ("dag-processor",))


def run_airflow(instance: Instance, *arguments: str, dags: Path = DAGS) -> int:
    """Run one `airflow` command, e.g. `dags test data_quality_checks`; its output goes to the terminal.

    Airflow's database is made, or brought up to date, first. Returns the command's exit code.

    Args:
        dags: the folder of DAGs.

    Raises:
        MeshError: Airflow could not be installed, or its database could not be made.
    """
    airflow, environment = _prepare(instance, dags)
    return subprocess.run([airflow, *arguments], cwd=REPOSITORY, env=environment, check=False).returncode


def serve_airflow(instance: Instance, say: Callable[[str], None]) -> None:
    """Run the DAGs by the clock, and show them in the browser, until interrupted.

    Raises:
        MeshError: as `run_airflow`; or a process ended by itself.
    """
    airflow, environment = _prepare(instance, DAGS)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it ends its processes too
    processes = {
        " ".join(command): subprocess.Popen([airflow, *command], cwd=REPOSITORY, env=environment)
        for command in SERVICES
    }
    say(f"{environment['AIRFLOW__API__BASE_URL']}; ctrl-c stops it")
    try:
        while all(process.poll() is None for process in processes.values()):
            time.sleep(1)
    except KeyboardInterrupt:
        return
    finally:
        ended = [name for name, process in processes.items() if process.poll() is not None]
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.wait()
    raise MeshError(f"airflow {ended[0]} ended: see above")


def _prepare(instance: Instance, dags: Path) -> tuple[Path, dict[str, str]]:
    """The program and its environment, with a database in place."""
    programs = python_environment(instance, "airflow")
    airflow = programs / "airflow"
    environment = {**os.environ, **airflow_environment(instance, programs, dags)}
    migrated = subprocess.run(
        [airflow, "db", "migrate"],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if migrated.returncode:
        raise MeshError(
            f"Airflow's database in {environment['AIRFLOW_HOME']} cannot be made:\n" + migrated.stdout[-2000:]
        )
    return airflow, environment


def airflow_environment(instance: Instance, programs: Path, dags: Path = DAGS) -> dict[str, str]:
    """What Airflow, and the commands that its tasks start, need to know of the instance. Makes Airflow's home.

    Args:
        programs: the folder of programs of Airflow's environment.
        dags: the folder of DAGs.
    """
    home = instance.home / "airflow"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)  # Airflow keeps generated keys in it
    port = instance.port_base + API_PORT_OFFSET
    return {
        **instance.environment(),
        # `mesh` and `dbt` are the main environment's, whatever else is on the way
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(programs), os.environ["PATH"]]),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "2",  # a DAG is a chain, and two at a time are enough
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__COSMOS__CACHE_DIR": str(home / "cosmos"),
        # nothing is reported to anybody
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
    }
