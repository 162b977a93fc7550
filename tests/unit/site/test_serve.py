"""`mesh docs --serve` is one command, and nobody but this machine sees what it serves."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from dbt.cli.main import cli as dbt

from mesh.cli import main
from mesh.instance import Instance
from mesh.site import docs


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, ...]]:
    """The commands that dbt was given, on an instance of nothing."""
    commands: list[tuple[str, ...]] = []

    def run(_instance: Instance, *arguments: str, **_: object) -> None:
        commands.append(arguments)

    monkeypatch.setenv("MESH_HOME", str(tmp_path))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    monkeypatch.setattr(docs, "run_dbt", run)
    monkeypatch.setattr("mesh.cli.project.require", lambda *_: None)
    monkeypatch.setattr(
        docs, "read_manifest", lambda: {"nodes": {}, "sources": {}, "exposures": {}, "groups": {}, "parent_map": {}}
    )
    return commands


def test_generates_then_serves_on_loopback(ran: list[tuple[str, ...]], tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["docs", "--serve", "--port", "8123"])
    assert result.exit_code == 0, result.output
    assert ran == [
        ("docs", "generate"),
        ("docs", "serve", "--host", "127.0.0.1", "--port", "8123", "--no-browser"),
    ]
    serve = dbt.commands["docs"].commands["serve"]
    known = {option for parameter in serve.params for option in [*parameter.opts, *parameter.secondary_opts]}
    assert {word for word in ran[1] if word.startswith("--")} <= known
    for name in ("products.html", "CONTRIBUTING.html", "docs/architecture.html", "docs/how-to/add-a-metric.html"):
        assert (tmp_path / name).is_file(), name


def test_without_it_only_generates(ran: list[tuple[str, ...]]) -> None:
    assert "dbt docs serve shows it" in CliRunner().invoke(main, ["docs"]).output
    assert ran == [("docs", "generate")]
