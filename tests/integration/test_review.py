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
ORDERS = "models/gold/orders/order_fulfillment_daily.sql"
ORDERS_YML = "models/gold/orders/_gold_orders__models.yml"
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
def copy(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reviewed")
    copy_repository(folder, chain.target)
    return folder


@pytest.fixture(scope="module")
def review(chain: Chain, copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Edit], Reviewed]:
    """Apply an edit to the copy, review it against its branch `main`, and take the edit back."""

    def run(edit: Edit) -> Reviewed:
        tmp_path = tmp_path_factory.mktemp("review")
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


RENAMED = ("avg_orders_per_wave", "orders_per_wave")
NARROW = ("count(*) as total_orders", "cast(count(*) as integer) as total_orders")
DROPPED = "mod(crc32(to_utf8(document_id)), 33) = 0"
FILTER = ("select * from final", "select * from final\nwhere mod(crc32(to_utf8(document_id)), 33) > 0")


@pytest.fixture(scope="module")
def three_changes(review: Callable[[Edit], Reviewed]) -> Reviewed:
    """A renamed column, a narrower type and a filter, each of another model, in one change."""
    described = "description: \"{{ doc('total_orders') }}\"\n        data_type: "
    return review(
        all_of(
            *(replace(file, RENAMED) for file in (WAVES, WAVES_YML, WAVES_UNIT_TESTS)),
            replace(ORDERS, NARROW),
            replace(ORDERS_YML, (described + "bigint", described + "integer")),
            replace(PICKING, FILTER),
        )
    )


def test_a_rename_breaks_and_asks_for_a_new_version(three_changes: Reviewed) -> None:
    assert three_changes.exit_code == 1
    assert "avg_orders_per_wave is removed; waves-dp promises" in three_changes.findings()
    assert "raise its version 1.0.0 to 2.0.0" in three_changes.findings()
    assert "lost test" not in three_changes.findings(), "the tests went with their column"
    columns = three_changes.report.replace("\\", "")
    assert "| wave_performance_daily.avg_orders_per_wave | decimal(12,4) | none | **breaking** |" in columns
    assert "| wave_performance_daily.orders_per_wave | none | decimal(12,4) | compatible |" in columns
    assert "Wave dashboard | waves-dp |" in three_changes.report
    assert three_changes.row("wave_performance_daily")[3:6] == ["0", "0", "none"]


def test_a_narrower_type_breaks_and_changes_no_value(three_changes: Reviewed) -> None:
    assert "total_orders is integer, was bigint; fulfillment-dp promises" in three_changes.findings()
    change, before, after, *differences = three_changes.row("order_fulfillment_daily")
    assert change.startswith("changed: SQL") and int(before) > 0
    assert [after, *differences] == [before, "0", "0", "none"]
    assert any(NARROW[1] in diff for diff in three_changes.report.split("```diff"))
    assert '<span class="diff_' in three_changes.page


def test_a_filter_names_the_rows_that_it_drops(chain: Chain, three_changes: Reviewed) -> None:
    ((total, gone),) = query(chain, f"select count(*), count_if({DROPPED}) from silver.pick_tasks_enriched")
    assert 0.02 < gone / total < 0.04
    change, before, after, keys_gone, keys_new, values = three_changes.row("pick_tasks_enriched")
    assert (change, keys_new, values) == ("changed: SQL", "0", "none")
    assert before == f"{total:,}" and after.startswith(f"{total - gone:,} (-") and keys_gone == f"{gone:,}"
    samples = re.findall(r"keys gone .*, such as ([^ ]+)", three_changes.report)
    dropped = f"select {DROPPED} from silver.pick_tasks_enriched where document_id = '{{}}'"
    assert [query(chain, dropped.format(sample)) for sample in samples] == [[[True]]]
    assert "| pick_tasks_enriched: its rows | none | " in three_changes.report.replace("\\", "")
    assert "| picking-dp |" in three_changes.report
    assert "pick_task_knows_its_order_and_worker" in three_changes.findings(), "the unit test misses one of its rows"
    assert "breaking: pick_tasks_enriched" not in three_changes.findings()


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
