"""Bring the servers of an instance up and down."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from mesh.access.apply import apply_access
from mesh.errors import MeshError
from mesh.instance import ENDPOINTS, Instance
from mesh.stack import keeper, preflight, provision
from mesh.stack.server import Process
from mesh.stack.servers import SERVERS
from mesh.stack.supervise import Supervisor

START_TIMEOUT_SECONDS = 600

Report = Callable[[str], None]


def own_servers(instance: Instance, profile: str) -> list[str]:
    """The servers of a profile that the user did not replace."""
    profiles = instance.config["profiles"]
    if profile not in profiles:
        raise MeshError(f"no profile {profile!r} in stack/stack.toml: there are {', '.join(profiles)}")
    return [name for name in profiles[profile] if not instance.is_external(name)]


def install(instance: Instance, profile: str) -> None:
    """Fetch whatever the profile's servers still lack; two at a time, since most of it is waiting and building."""
    preflight.check_prerequisites()
    with ThreadPoolExecutor(max_workers=2) as pool:
        # the slowest first: S3 is compiled
        names = sorted(own_servers(instance, profile), key=lambda name: name != "s3")
        for finished in [pool.submit(SERVERS[name].install, instance) for name in names]:
            finished.result()


def up(instance: Instance, profile: str, report: Report) -> None:
    """Install, start and provision the servers of a profile; a running stack is left as it is.

    Raises:
        MeshError: a prerequisite, a port or memory is missing, or a server does not come up.
    """
    servers = own_servers(instance, profile)
    supervisor = Supervisor(instance)
    if not supervisor.is_running():
        preflight.check_ports(instance, servers)
        preflight.check_memory(instance)
    install(instance, profile)
    for external in set(instance.config["profiles"][profile]) - set(servers):
        report(f"{external}: yours, at {ENDPOINTS[external][0]}")
    # certificates and passwords, which servers show and ask for
    apply_access(instance)
    supervisor.launch()
    _start_in_order(instance, servers, supervisor, report)
    provision.provision(instance, report)
    supervisor.start(keeper.process(instance))


def down(instance: Instance) -> bool:
    """Stop what this instance started, and only that. Returns whether anything ran."""
    supervisor = Supervisor(instance)
    if not supervisor.is_running():
        return False
    supervisor.shut_down()
    return True


def _start_in_order(instance: Instance, servers: list[str], supervisor: Supervisor, report: Report) -> None:
    """Start every server as soon as those that it comes after are ready."""
    started_at = time.monotonic()
    waiting = list(servers)
    starting: dict[str, list[Process]] = {}
    while waiting or starting:
        for name in [name for name in waiting if not set(SERVERS[name].after) & {*waiting, *starting}]:
            waiting.remove(name)
            starting[name] = SERVERS[name].prepare(instance)
            for process in starting[name]:
                supervisor.start(process)
        for name, processes in list(starting.items()):
            if all(process.is_ready() for process in processes):
                del starting[name]
                report(f"{name} is up after {time.monotonic() - started_at:.0f} s")
        given_up = [p.name for each in starting.values() for p in each if supervisor.has_given_up(p.name)]
        if given_up or time.monotonic() - started_at > START_TIMEOUT_SECONDS:
            names = given_up or list(starting)
            logs = ", ".join(f"{instance.home}/logs/{name}.log" for name in names)
            raise MeshError(f"{', '.join(names)} did not come up: see {logs}")
        time.sleep(0.3)
