"""The guide "Add a Flink job", followed: a second job beside the landing job, stopped and resumed."""

from __future__ import annotations

import time

import pytest

from mesh import jobs
from tests.integration.chain import Chain, query
from tests.integration.guide import follow

JOB = "index-orders"
LANDING_SECONDS = 90
POSITIONS = """select json_extract_scalar(message_key, '$.id'), kafka_partition, kafka_offset
               from streams.order_positions order by 2, 3"""
LANDED = "select document_id, kafka_partition, kafka_offset from bronze.orders_raw order by 2, 3"


@pytest.fixture(scope="module")
def positions(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> list[list[object]]:
    """What the job has written when it has been stopped and resumed once, and bronze's changes have all come."""
    chain.land()
    found: list[list[object]] = []

    def before(block: str) -> None:
        if "as indexed" in block:
            deadline = time.monotonic() + LANDING_SECONDS
            landed = query(chain, LANDED)
            while len(query(chain, POSITIONS)) < len(landed) and time.monotonic() < deadline:
                time.sleep(1)
            found.extend(query(chain, POSITIONS))

    follow(chain, "add-a-flink-job.md", tmp_path_factory.mktemp("repository"), before=before)
    return found


def test_every_change_has_its_position_once(chain: Chain, positions: list[list[object]]) -> None:
    landed = query(chain, LANDED)
    assert positions and positions == landed


def test_nothing_is_left_of_the_example_and_the_landing_job_still_runs(
    chain: Chain, positions: list[list[object]]
) -> None:
    assert positions
    assert jobs.running_job(chain.instance, JOB) is None
    assert jobs.running_job(chain.instance)
    assert query(chain, "show schemas like 'streams'") == []
