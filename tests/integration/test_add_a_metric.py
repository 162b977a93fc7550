"""The guide "Add a metric in ten minutes", followed."""

from __future__ import annotations

import re

import pytest

from tests.integration.chain import Chain, query
from tests.integration.guide import follow

METRIC = "units_per_wave"


@pytest.fixture(scope="module")
def said(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the guide's command blocks said."""
    return follow(chain, "add-a-metric.md", tmp_path_factory.mktemp("repository"))


def said_by(said: dict[str, str], command: str) -> list[str]:
    """The output of the blocks that run a command, in their order."""
    return [output for block, output in said.items() if command in block]


def test_metric_answers_what_plain_sql_answers(chain: Chain, said: dict[str, str]) -> None:
    counted = query(
        chain,
        "select sum(unit_count), count(*) from iceberg.silver.waves_current where released_at is not null"
        " and not is_deleted",
    )
    ((units, waves),) = counted
    assert waves > 1 and units > waves
    for command in ("mf query", "mesh sql"):
        (output,) = said_by(said, command)
        (number,) = re.findall(r"\d+\.\d{4}\b", output)
        assert float(number) == pytest.approx(units / waves, abs=0.00006), output


def test_metric_is_there_and_then_is_not(said: dict[str, str]) -> None:
    added, removed = said_by(said, "mf list metrics")
    assert METRIC in added
    assert METRIC not in removed and "avg_orders_per_wave" in removed
