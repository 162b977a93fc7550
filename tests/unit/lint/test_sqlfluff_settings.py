"""What may stand in `.sqlfluff`."""

from __future__ import annotations

import pytest

from mesh.lint.sqlfluff_settings import RULE, WORDS, weakened_sqlfluff

SOUND = "[sqlfluff]\ndialect = trino\nmax_line_length = 80\n"


def test_every_rule_for_every_file() -> None:
    assert not list(weakened_sqlfluff(SOUND, ["models/orders.sql", "models/_orders__models.yml"]))


@pytest.mark.parametrize(
    "line",
    [
        "exclude_rules = LT01",
        "rules = LT01, LT02",
        "warnings = LT01",
        "ignore = parsing",
        "[sqlfluff:rules:references.keywords]\nignore_words_regex = .*",
    ],
)
def test_setting_that_takes_something_out(line: str) -> None:
    (finding,) = weakened_sqlfluff(SOUND + line, [])
    assert (finding.rule, finding.subject) == (RULE, ".sqlfluff")


def test_another_dialect() -> None:
    (finding,) = weakened_sqlfluff("[sqlfluff]\ndialect = ansi\n", [])
    assert finding.rule == RULE


def test_each_ignored_word_is_a_finding_of_its_own() -> None:
    settings = SOUND + "[sqlfluff:rules:references.keywords]\nignore_words = date, time\n"
    assert [(each.rule, each.subject) for each in weakened_sqlfluff(settings, [])] == [(WORDS, "date"), (WORDS, "time")]


@pytest.mark.parametrize("path", ["models/silver/.sqlfluff", ".sqlfluffignore"])
def test_settings_that_hide_in_a_folder(path: str) -> None:
    (finding,) = weakened_sqlfluff(SOUND, [path])
    assert (finding.rule, finding.subject) == (RULE, path)
