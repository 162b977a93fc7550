"""`mesh build`: again and again, one at a time; a crash leaves every model as it was, and the next build goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from mesh.access.login import READER, Login
from mesh.build import build, build_every
from mesh.errors import MeshError
from mesh.lake import LakeError
from tests.integration.chain import Chain, query
from tests.integration.dbt_in_process import dbt_into

ATTEMPTS = 4


@pytest.fixture(autouse=True)
def target(chain: Chain) -> Iterator[None]:
    with dbt_into(chain.target):
        yield


def is_merging(chain: Chain) -> bool:
    """Whether Trino is in the middle of the merge into `waves_current`."""
    running = Login.of_program(chain.instance, READER).get("/v1/query?state=running").json()
    return any("merge into" in one["query"] and "waves_current" in one["query"] for one in running)


def kill_trino_in_the_merge(chain: Chain, building: Future[None]) -> bool:
    """Whether the merge was met; the build has ended then, with an error."""
    while not building.done():
        if is_merging(chain):
            chain.kill("trino")
            with pytest.raises(MeshError, match="dbt run"):
                building.result()
            return True
        time.sleep(0.01)
    building.result()
    return False


def table(chain: Chain) -> list[list[object]]:
    """What the model's table holds, and its number of commits."""
    return query(
        chain,
        """select count(*), max(source_at), max(kafka_offset), (select count(*) from silver."waves_current$snapshots")
           from silver.waves_current""",
    )


def wait_for_trino(chain: Chain) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            query(chain, "select count(*) from silver.waves_current")
        except LakeError:
            time.sleep(1)
        else:
            return
    pytest.fail("Trino does not come back")


def test_a_crash_in_a_merge_leaves_no_half_model_and_the_next_build_goes_on(chain: Chain) -> None:
    for _ in range(ATTEMPTS):
        chain.build()
        before = table(chain)
        chain.replay(100)
        chain.land()
        with ThreadPoolExecutor() as pool:
            met = kill_trino_in_the_merge(chain, pool.submit(build, chain.instance, print))
        said: list[str] = []
        build_every(chain.instance, 0.0, said.append, rounds=1)
        wait_for_trino(chain)
        # the kill may have come after the commit
        if met and table(chain) == before:
            break
    else:
        pytest.fail("Trino was never met in the middle of the merge")

    assert "FAILED" in said[0], "a Trino that is not there ends no series of builds"
    build_every(chain.instance, 0.0, said.append, rounds=1)
    assert "built" in said[-1]
    assert table(chain) != before
    chain.assert_true("silver", "gold")


def test_builds_do_not_overlap(chain: Chain) -> None:
    said: list[str] = []
    with ThreadPoolExecutor() as pool:
        builds = [pool.submit(build, chain.instance, said.append) for _ in range(2)]
        for finished in builds:
            finished.result()
    assert len(said) == 1 and said[0].startswith("waiting for"), said


def test_what_everybody_reads_is_not_emptied(chain: Chain) -> None:
    (before,) = query(chain, "select count(*) from staging.stg_wms__waves")
    with pytest.raises(MeshError):
        chain.dbt("run", "--empty", "--select", "stg_wms__waves")
    assert query(chain, "select count(*) from staging.stg_wms__waves") == [before] and before[0]
