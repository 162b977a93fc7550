"""The workflows call the repository's own commands, with pinned actions, the least permissions and no secrets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh.instance import REPOSITORY

WORKFLOWS = sorted((REPOSITORY / ".github/workflows").glob("*.yml"))


def steps_of(workflow: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(workflow.read_text())["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


def test_workflows_are_read() -> None:
    assert [workflow.stem for workflow in WORKFLOWS] == ["review", "test"]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit(workflow: Path) -> None:
    used = [step["uses"] for step in steps_of(workflow) if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_only_comments_are_written_and_no_secret_is_read(workflow: Path) -> None:
    content = yaml.safe_load(workflow.read_text())
    granted = [content["permissions"], *(job.get("permissions", {}) for job in content["jobs"].values())]
    allowed = {("contents", "read"), ("pull-requests", "write")}
    assert {item for permissions in granted for item in permissions.items()} <= allowed
    assert "secrets." not in workflow.read_text()
    # a job that may write runs no code of the branch
    for job in content["jobs"].values():
        if "pull-requests" in job.get("permissions", {}):
            assert not [step for step in job["steps"] if "checkout" in step.get("uses", "")]


def test_commands_are_those_of_a_person() -> None:
    run = {workflow.stem: "\n".join(step.get("run", "") for step in steps_of(workflow)) for workflow in WORKFLOWS}
    assert ".ci/run" in run["test"] and "make review" in run["review"]
    assert (REPOSITORY / ".ci/run").stat().st_mode & 0o111
