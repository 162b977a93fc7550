"""`mesh build`: again and again, one at a time; an error leaves every model as it was, and the next build goes on."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from mesh.build import build, build_every
from mesh.errors import MeshError
from tests.integration.chain import Chain, query


@pytest.fixture(autouse=True)
def target(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBT_TARGET_PATH", str(chain.target))
    monkeypatch.setenv("DBT_LOG_PATH", str(chain.target / "logs"))


def test_an_error_leaves_no_half_model_and_the_next_build_goes_on(chain: Chain) -> None:
    chain.build()
    before = query(chain, "select count(*), max(source_at) from silver.waves_current")
    chain.replay(150)
    chain.land()
    query(chain, "alter table silver.waves_current add column surprise varchar")
    with pytest.raises(MeshError, match="dbt run"):
        build(chain.instance, print)
    assert query(chain, "select count(*), max(source_at) from silver.waves_current") == before
    chain.assert_true("bronze", "positions")

    said: list[str] = []
    with ThreadPoolExecutor() as pool:
        rounds = pool.submit(build_every, chain.instance, 5.0, said.append, rounds=2)
        while not said:  # the first round fails too
            time.sleep(0.1)
        query(chain, "alter table silver.waves_current drop column surprise")
        rounds.result()
    assert "FAILED" in said[0] and "built" in said[-1]
    chain.assert_true()


def test_builds_do_not_overlap(chain: Chain) -> None:
    said: list[str] = []
    with ThreadPoolExecutor() as pool:
        builds = [pool.submit(build, chain.instance, said.append) for _ in range(2)]
        for finished in builds:
            finished.result()
    assert len(said) == 1 and said[0].startswith("waiting for"), said
    chain.assert_true("silver")
