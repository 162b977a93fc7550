"""`mesh run` on a terminal and into a file: what a person reads, and where the rest of it is."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("long_run.py")
COLUMNS = 80


@pytest.fixture(autouse=True)
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "xterm-256color")
    for variable in ("COLUMNS", "LINES", "NO_COLOR"):
        monkeypatch.delenv(variable, raising=False)


def on_a_terminal(*arguments: str) -> str:
    """What a terminal of 80 columns gets."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    with subprocess.Popen([sys.executable, PROGRAM, *arguments], stdout=its, stderr=its, stdin=its):
        os.close(its)
        said = b""
        while True:
            try:
                said += os.read(ours, 4096)
            except OSError:  # it has ended
                break
    os.close(ours)
    return said.decode().replace("\r\n", "\n")


def into_a_file(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, PROGRAM, *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


def test_a_terminal_shows_sixty_lines_at_most_and_one_that_moves(tmp_path: Path) -> None:
    said = on_a_terminal()
    lines = without_colours(said).split("\n")
    rows = sum(max(1, -(-len(line.rpartition("\r")[2]) // COLUMNS)) for line in lines)
    assert rows <= 60, said
    moving = {part for line in lines for part in line.split("\r") if re.search(r"\d+ of \d+", part)}
    assert any(part.startswith("1/7 servers (0 s) 5 of 5") for part in moving), moving
    assert max(map(len, moving)) <= COLUMNS
    log = (tmp_path / "logs/run.log").read_text()
    assert "583 of 583" in log
    assert log.count("equal   silver.table_") == 39


def test_a_file_gets_no_control_characters_and_a_line_every_so_often() -> None:
    ran = into_a_file()
    assert ran.returncode == 0, ran.stderr
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f]", ran.stdout + ran.stderr) == []
    assert "1/7 servers (0 s) 5 of 5\n" in ran.stdout
    assert "7/7 truth: 39 of 39 checks, 0 differences, 0 s\n" in ran.stdout
    assert "equal" not in ran.stdout and ran.stdout.count("of 583") < 5
    assert "truth" in ran.stdout.partition("the mesh runs")[2]


@pytest.mark.parametrize(
    ("failing", "shown", "error"),
    [
        ("dbt", "Failure in test not_null\n  Got 3 results\n", "dbt build failed: see above, and logs/dbt.log"),
        ("truth", "DIFFERS gold.sales: 10 rows in the source, 9", "1 of 39 truth checks failed: gold.sales"),
    ],
)
def test_a_failure_is_shown_and_the_log_is_named(tmp_path: Path, failing: str, shown: str, error: str) -> None:
    ran = into_a_file(failing)
    assert ran.returncode == 1
    assert shown in ran.stdout
    log = tmp_path / "logs/run.log"
    assert ran.stdout.startswith(f"all that is said: {log}\n")
    assert ran.stderr == f"mesh: {error}; all that was said is in {log}\n"
