"""What the handbook says is there: files that it links to, commands that it shows, lessons that it lists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from dbt.cli.main import cli as dbt
from dbt_metricflow.cli.main import cli as metricflow
from markdown_it import MarkdownIt

from mesh.cli import main as mesh
from mesh.instance import REPOSITORY
from mesh.site.guides import guides

PULL_REQUEST = ".github/pull_request_template.md"
LINKING = sorted({"README.md", PULL_REQUEST, *map(str, guides())})
INSTRUCTIONS = [name for name in LINKING if name.startswith(("CONTRIBUTING", ".github/", "docs/how-to/"))]
CLICK_PROGRAMS: dict[str, click.Command] = {"mesh": mesh, "dbt": dbt, "mf": metricflow}


def relative_links(file: Path) -> list[str]:
    tokens = MarkdownIt().parse(file.read_text())
    links = [
        str(child.attrGet("href"))
        for token in tokens
        for child in token.children or []
        if child.type == "link_open" and ":" not in str(child.attrGet("href"))
    ]
    assert not [link for link in links if "#" in link], "links to sections break unseen"
    return links


def commands(file: Path) -> Iterator[list[str]]:
    """Every command of the shell blocks, as words; one in quotes may go over several lines."""
    for block in MarkdownIt().parse(file.read_text()):
        if block.type != "fence" or block.info != "sh":
            continue
        command = ""
        for line in block.content.splitlines():
            command += line + "\n"
            try:
                words = shlex.split(command, comments=True)
            except ValueError:
                continue
            command = ""
            yield words
        assert not command, f"{command!r} has no end"


def missing_of(program: click.Command, words: list[str]) -> list[str]:
    """The words that name no command or option of a click program."""
    command = program
    while isinstance(command, click.Group) and words:
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            return words[:1]
        command, words = found, words[1:]
    known = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
    return [word for word in words if word.startswith("-") and word.partition("=")[0] not in known]


@pytest.mark.parametrize("name", LINKING)
def test_every_link_leads_to_a_file(name: str) -> None:
    file = REPOSITORY / name
    assert [link for link in relative_links(file) if not (file.parent / link).exists()] == []


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_every_command_exists(name: str) -> None:
    targets = set(re.findall(r"^([\w-]+):", (REPOSITORY / "Makefile").read_text(), flags=re.MULTILINE))
    found = list(commands(REPOSITORY / name))
    assert found, "no command was read"
    for program, *words in found:
        if program in CLICK_PROGRAMS:
            assert missing_of(CLICK_PROGRAMS[program], words) == [], f"{program} {' '.join(words)}"
        elif program == "make":
            assert set(words) <= targets, f"make {' '.join(words)}"
        elif program == "pytest":
            assert all((REPOSITORY / word).exists() for word in words), f"pytest {' '.join(words)}"


def test_a_command_that_is_not_there_is_found() -> None:
    assert missing_of(mesh, ["stack", "fly"]) == ["fly"]
    assert missing_of(mesh, ["simulate", "--orders", "5", "--horses", "2"]) == ["--horses"]
    assert missing_of(dbt, ["docs", "serve", "--no-browser"]) == []


def test_every_lesson_is_listed() -> None:
    folder = REPOSITORY / "docs/lessons"
    listed = relative_links(folder / "README.md")
    assert sorted(listed) == sorted(path.name for path in folder.glob("*.md") if path.name != "README.md")
