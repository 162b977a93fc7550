"""`mesh review` of five changes, each in a copy of the repository: what a reviewer is told, and the exit code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.chain import Chain, query
from tests.integration.copies import copy_repository

WAVES = "models/gold/waves/wave_performance_daily.sql"
WAVES_YML = "models/gold/waves/_gold_waves__models.yml"
WAVES_UNIT_TESTS = "models/gold/waves/_gold_waves__unit_tests.yml"
PICKING = "models/silver/picking/pick_tasks_enriched.sql"
METRICS = "models/semantic/_semantic__waves.yml"


@dataclass(frozen=True)
class Reviewed:
    """What the command answered."""

    exit_code: int
    report: str
    page: str

    def row(self, model: str) -> list[str]:
        """A model's cells in the table of the models."""
        escaped = re.escape(model.replace("_", "\\_"))
        (line,) = re.findall(rf"^\| {escaped} \|(.*)\|$", self.report.split("\n## Models")[1], re.MULTILINE)[:1]
        return [cell.strip() for cell in line.split("|")]

    def findings(self) -> str:
        """The list of what is to be done; empty if there is none."""
        _, _, todo = self.report.partition("## To do before this goes in")
        return todo.partition("\n## ")[0].replace("\\", "")


Edit = Callable[[Path], None]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reviewed")
    copy_repository(folder)
    return folder


@pytest.fixture
def review(chain: Chain, copy: Path, tmp_path: Path) -> Callable[[Edit], Reviewed]:
    """Apply an edit to the copy, review it against its branch `main`, and take the edit back."""

    def run(edit: Edit) -> Reviewed:
        environment = {**os.environ, **chain.instance.environment(), "PYTHONPATH": str(copy)}
        for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH"):
            environment.pop(name, None)
        edit(copy)
        try:
            ran = subprocess.run(
                [sys.executable, "-c", "from mesh.cli import main; main()", "review", "--out", str(tmp_path)],
                cwd=copy,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            subprocess.run(["git", "checkout", "--quiet", "."], cwd=copy, check=True)
        assert ran.returncode in (0, 1), ran.stderr
        report = (tmp_path / "review.md").read_text()
        print(report)
        assert report.strip() in ran.stdout
        assert query(chain, "show schemas like 'review%'") == [], "the schemas of the review are gone"
        return Reviewed(ran.returncode, report, (tmp_path / "review.html").read_text())

    return run


def replace(file: str, *pairs: tuple[str, str]) -> Edit:
    """An edit that replaces texts which must be there."""

    def edit(folder: Path) -> None:
        text = (folder / file).read_text()
        for old, new in pairs:
            assert old in text, f"{file} has no {old!r} any more"
            text = text.replace(old, new)
        (folder / file).write_text(text)

    return edit


def all_of(*edits: Edit) -> Edit:
    def edit(folder: Path) -> None:
        for one in edits:
            one(folder)

    return edit


def test_a_rename_breaks_and_asks_for_a_new_version(review: Callable[[Edit], Reviewed]) -> None:
    renamed = ("avg_orders_per_wave", "orders_per_wave")
    reviewed = review(all_of(*(replace(file, renamed) for file in (WAVES, WAVES_YML, WAVES_UNIT_TESTS))))
    assert reviewed.exit_code == 1
    assert "avg_orders_per_wave is removed; waves-dp promises" in reviewed.findings()
    assert "raise its version 1.0.0 to 2.0.0" in reviewed.findings()
    assert "lost test" not in reviewed.findings(), "the tests went with their column"
    columns = reviewed.report.replace("\\", "")
    assert "| wave_performance_daily.avg_orders_per_wave | decimal(12,4) | none | **breaking** |" in columns
    assert "| wave_performance_daily.orders_per_wave | none | decimal(12,4) | compatible |" in columns
    assert "Wave dashboard | waves-dp |" in reviewed.report
    assert reviewed.row("wave_performance_daily")[3:6] == ["0", "0", "none"]


def test_a_narrower_type_breaks_and_changes_no_value(review: Callable[[Edit], Reviewed]) -> None:
    narrow = "cast(sum(unit_count) as integer) as total_units"
    reviewed = review(
        all_of(
            replace(WAVES, ("sum(unit_count) as total_units", narrow)),
            replace(
                WAVES_YML,
                (
                    "description: Units to be picked.\n        data_type: bigint",
                    "description: Units to be picked.\n        data_type: integer",
                ),
            ),
        )
    )
    assert reviewed.exit_code == 1
    assert "total_units is integer, was bigint; waves-dp promises" in reviewed.findings()
    assert "No difference in data" in reviewed.report
    assert narrow in reviewed.report.split("```diff")[1]
    assert '<span class="diff_' in reviewed.page


def test_a_filter_names_the_rows_that_it_drops(chain: Chain, review: Callable[[Edit], Reviewed]) -> None:
    dropped = "mod(crc32(to_utf8(document_id)), 33) = 0"
    ((total, gone),) = query(chain, f"select count(*), count_if({dropped}) from silver.pick_tasks_enriched")
    assert 0.02 < gone / total < 0.04
    filtered = ("select * from final", "select * from final\nwhere mod(crc32(to_utf8(document_id)), 33) > 0")
    reviewed = review(replace(PICKING, filtered))
    change, before, after, keys_gone, keys_new, values = reviewed.row("pick_tasks_enriched")
    assert (change, keys_new, values) == ("changed: SQL", "0", "none")
    assert before == f"{total:,}" and after.startswith(f"{total - gone:,} (-3") and keys_gone == f"{gone:,}"
    (sample,) = re.findall(r"keys gone .*, such as ([^ ]+)", reviewed.report)
    assert query(chain, f"select {dropped} from silver.pick_tasks_enriched where document_id = '{sample}'") == [[True]]
    assert "| pick_tasks_enriched: its rows | none | " in reviewed.report.replace("\\", "")
    assert "| picking-dp |" in reviewed.report
    assert reviewed.exit_code == 1, "the model's unit test misses one of its rows"
    assert "pick_task_knows_its_order_and_worker" in reviewed.findings() and "breaking" not in reviewed.findings()


def test_a_new_metric_builds_nothing_and_is_told(review: Callable[[Edit], Reviewed]) -> None:
    metric = """metrics:
  - name: open_wave_share
    label: Share of open waves
    description: 1 - completed waves / total waves.
    type: derived
    type_params:
      expr: 1 - completed_waves / total_waves
      metrics: [completed_waves, total_waves]
"""
    reviewed = review(replace(METRICS, ("metrics:\n", metric)))
    assert reviewed.exit_code == 0
    assert "added metric: open\\_wave\\_share" in reviewed.report
    assert "## Models" not in reviewed.report and "No data to compare" in reviewed.report
    assert len(reviewed.report.splitlines()) < 12, "short when little changed"


def test_a_refactoring_has_no_difference_and_has_compared(chain: Chain, review: Callable[[Edit], Reviewed]) -> None:
    reviewed = review(replace(WAVES, ("waves_measured", "measured_waves")))
    ((rows,),) = query(chain, "select count(*) from gold.wave_performance_daily")
    assert reviewed.exit_code == 0 and reviewed.findings() == ""
    assert f"No difference in data: {rows:,} rows of 1 models compared" in reviewed.report
    assert reviewed.row("wave_performance_daily")[1:] == [f"{rows:,}", f"{rows:,}", "0", "0", "none"]
    assert "wave\\_performance\\_daily was taken out again and merged by a second run" in reviewed.report
