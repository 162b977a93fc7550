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
Rows = list[list[object]]


@pytest.fixture(scope="module")
def positions(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> tuple[Rows, Rows]:
    """What had landed when the job had been stopped and resumed once, and what the job has written of that."""
    landed: Rows = []
    written: Rows = []

    def before(block: str) -> None:
        if "as indexed" in block:
            landed.extend(query(chain, LANDED))
            deadline = time.monotonic() + LANDING_SECONDS
            while written[:] != landed and time.monotonic() < deadline:
                time.sleep(1)
                known = {(partition, offset) for _, partition, offset in landed}
                written[:] = [row for row in query(chain, POSITIONS) if (row[1], row[2]) in known]

    follow(chain, "add-a-flink-job.md", tmp_path_factory.mktemp("repository"), before=before)
    return landed, written


def test_every_change_has_its_position_once(positions: tuple[Rows, Rows]) -> None:
    landed, written = positions
    assert landed and written == landed


def test_nothing_is_left_of_the_example_and_the_landing_job_still_runs(
    chain: Chain, positions: tuple[Rows, Rows]
) -> None:
    assert all(positions)
    assert jobs.running_job(chain.instance, JOB) is None
    assert jobs.running_job(chain.instance)
    assert query(chain, "show schemas like 'streams'") == []
