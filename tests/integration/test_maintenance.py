"""Housekeeping beside a running landing job, with the TaskManager killed meanwhile."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from mesh.maintain.maintain import declared_tables
from tests.integration.chain import Chain, maintained_at, query
from tests.integration.test_retention import NOW, run

KILLED_AFTER_SECONDS = 5


def test_housekeeping_beside_landing_loses_and_doubles_nothing(chain: Chain) -> None:
    bronze = [table for table in declared_tables(chain.instance) if table.is_bronze]
    # all but what the landing job needs is old enough then, and no row is
    in_ten_days = NOW + timedelta(days=10)
    with ThreadPoolExecutor() as pool:
        written = pool.submit(chain.replay, 900)
        maintained = pool.submit(run, chain, bronze, in_ten_days)
        time.sleep(KILLED_AFTER_SECONDS)
        # restored, its sinks ask the history which checkpoint they have committed last
        chain.kill("flink-taskmanager")
        lines = maintained.result()
        written.result()
    assert any("compacted" in line for line in lines)
    chain.land()
    # the newest landing stays, and what is less than a minute older
    lines += run(chain, bronze, in_ten_days)
    assert any("expired" in line for line in lines)
    assert {files for (files,) in query(chain, 'select file_count from bronze."orders_raw$partitions"')} == {1}
    landings = """count_if(element_at(summary, 'flink.job-id') is not null)"""
    assert query(chain, f'select {landings} from bronze."orders_raw$snapshots"') != [[0]]
    chain.assert_true("bronze", "positions")


def test_the_keeper_maintains_by_the_clock(chain: Chain) -> None:
    log = chain.instance.home / "logs/maintain.log"
    log.unlink(missing_ok=True)
    keeper = chain.instance.home / "logs/keeper.log"
    said_before = len(keeper.read_text())
    maintained_at(chain.instance, 0)
    deadline = time.monotonic() + 600
    while "maintained: " not in (said := keeper.read_text()[said_before:]):
        assert time.monotonic() < deadline, said[-2000:]
        time.sleep(1)
    told = log.read_text()
    assert all(f"{table.relation}: " in told for table in declared_tables(chain.instance))


def test_an_idle_stream_commits_nothing(chain: Chain) -> None:
    chain.land()
    tables = [table.relation for table in declared_tables(chain.instance) if table.is_bronze]
    before = {table: query(chain, f"select count(*) from {table.sql('metadata_log_entries')}") for table in tables}
    # Flink's own default is a commit after every ten without rows
    time.sleep(12 * chain.instance.commit_seconds)
    assert {
        table: query(chain, f"select count(*) from {table.sql('metadata_log_entries')}") for table in tables
    } == before
    assert all(count <= 12 for ((count,),) in before.values()), "the old lists of snapshots go with the commit"
