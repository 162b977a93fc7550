"""Processes are killed while the chain is busy; nothing may be lost or doubled on the way to the lake."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mesh import jobs
from tests.integration.chain import Chain, query

ORDERS_UNDER_LOAD = 500


@contextmanager
def load(chain: Chain) -> Iterator[None]:
    """Orders are written all the while; the block may only end before the load does."""
    failures: list[BaseException] = []

    def write() -> None:
        try:
            chain.replay(ORDERS_UNDER_LOAD)
        except BaseException as error:
            failures.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(3)
    yield
    assert writer.is_alive(), "the load was over before the fault"
    writer.join()
    if failures:
        raise failures[0]


@pytest.mark.parametrize("victim", ["flink-taskmanager", "connect"])
def test_kill_loses_and_doubles_nothing(chain: Chain, victim: str) -> None:
    landed_before = query(chain, "select count(*) from bronze.orders_raw")[0][0]
    with load(chain):
        deaths = chain.kill(victim)
    chain.land()
    assert chain.deaths(victim) == deaths + 1
    assert query(chain, "select count(*) from bronze.orders_raw")[0][0] > landed_before
    chain.assert_true("bronze", "positions")


def test_landing_job_survives_its_jobmanager(chain: Chain) -> None:
    job = jobs.running_job(chain.instance)
    assert job
    with load(chain):
        chain.kill("flink-jobmanager")
    chain.land()
    resumed = jobs.running_job(chain.instance)
    assert resumed and resumed.id != job.id, "the keeper submitted it again"
    chain.assert_true("bronze", "positions")


def test_stop_and_resume_changes_nothing_and_loses_nothing(chain: Chain) -> None:
    before = query(chain, "select count(*) from bronze.orders_raw")
    savepoint = jobs.stop(chain.instance)
    assert (savepoint / "_metadata").exists()
    chain.replay(50)
    assert query(chain, "select count(*) from bronze.orders_raw") == before, "nothing lands without the job"
    job, resumed = jobs.submit(chain.instance)
    assert resumed == f"resumed from {savepoint.name}"
    chain.land()
    assert jobs.submit(chain.instance)[0].id == job.id, "a second submit finds the first"
    chain.assert_true("bronze", "positions")
