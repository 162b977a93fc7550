"""One writer of silver and gold at a time, of those that this instance starts: builds and maintenance."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mesh.instance import Instance


@contextmanager
def exclusive(instance: Instance, task: str, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lake for `task`; waits while another process does, and says for whom. A dead holder holds nothing."""
    path = instance.home / "run/lake.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for {path.read_text() or 'another task'}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write(task)
        lock.flush()
        yield
