"""`mesh build`: merges what is new into silver and gold, once or again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from mesh.dbt import run_dbt
from mesh.errors import MeshError
from mesh.instance import Instance
from mesh.lock import exclusive
from mesh.quality.record import record_dbt

SELECTOR = "fresh"


def build(instance: Instance, say: Callable[[str], None], *, test: bool = False) -> None:
    """Bring every product up to date, and keep how it went; waits for whoever else writes the lake.

    Each model is one statement, so that an error leaves it as it was.

    Args:
        test: also run the tests of these models.

    Raises:
        MeshError: a model failed, or a test did.
    """
    with exclusive(instance, "mesh build", say):
        try:
            run_dbt(instance, "build" if test else "run", "--selector", SELECTOR, quiet=True)
        except MeshError as failed:
            try:
                record_dbt(instance)
            except MeshError as error:
                raise MeshError(f"{failed}; nor could its results be kept: {error}") from failed
            raise
        record_dbt(instance)


def build_every(
    instance: Instance,
    seconds: float,
    say: Callable[[str], None],
    *,
    test: bool = False,
    rounds: int | None = None,
) -> None:
    """Build, and again `seconds` after the last build began, or at once if it took longer.

    An error is said, and the next build tries again.

    Args:
        rounds: how many builds; None for as long as the process lives.
    """
    done = 0
    while rounds is None or done < rounds:
        began = time.monotonic()
        try:
            build(instance, say, test=test)
            outcome = "built"
        except MeshError as error:
            outcome = f"FAILED, the next build tries again: {error}"
        done += 1
        took = time.monotonic() - began
        say(f"{datetime.now(UTC):%H:%M:%S} {outcome}, {took:.0f} s")
        if rounds is None or done < rounds:
            time.sleep(max(0.0, seconds - took))
