"""The guide "Add a metric in ten minutes", followed block by block in a copy of the repository."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from mesh.instance import REPOSITORY
from mesh.stack.install import venv_binary
from tests.integration.chain import Chain, query
from tests.integration.copies import copy_repository

GUIDE = "docs/how-to/add-a-metric.md"
METRIC = "units_per_wave"


def follow(guide: str, folder: Path, environment: dict[str, str]) -> dict[str, str]:
    """Write the files that a guide shows and run its commands, in its order. Returns what each command block said."""
    said = {}
    for block in MarkdownIt().parse(guide):
        if block.type != "fence":
            continue
        language, _, file = block.info.partition(" ")
        if file:
            (folder / file).write_text(block.content)
            continue
        assert language == "sh", f"a block of {language!r} names no file"
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.content],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{block.content}\n{ran.stdout}"
        said[block.content] = ran.stdout
    return said


@pytest.fixture(scope="module")
def said(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the guide's command blocks said."""
    folder = tmp_path_factory.mktemp("repository")
    copy_repository(folder)
    environment = {
        **os.environ,
        **chain.instance.environment(),
        "PATH": f"{Path(venv_binary('dbt')).parent}:{os.environ['PATH']}",
    }
    for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH", "DBT_PROJECT_DIR", "DBT_PROFILES_DIR"):
        environment.pop(name, None)
    return follow((REPOSITORY / GUIDE).read_text(), folder, environment)


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
