"""A linter's finding may be silenced by name and with a reason, never just so."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Mapping

from mesh.lint.finding import Finding

RULE = "noqa with a reason"
_SILENCED = re.compile(r"noqa\b(?::\s*(?P<rules>[A-Z]+[0-9]+(?:\s*,\s*[A-Z]+[0-9]+)*))?(?P<rest>.*)", re.IGNORECASE)
_SETTING = re.compile(r"(sqlfluff:|ruff:\s*noqa|ruff:\s*ignore|flake8:\s*noqa|mypy:)", re.IGNORECASE)


def unexplained_noqa(files: Mapping[str, str]) -> Iterator[Finding]:
    """Comments that silence a linter without naming its rule and a reason: beside them, or in the line above.

    Args:
        files: path to text, of SQL and Python.
    """
    for path, text in files.items():
        mark, comments = ("--", _sql_comments(text)) if path.endswith(".sql") else ("#", _python_comments(text))
        lines = text.splitlines()
        for number, comment in comments:
            *before, last = [part.strip() for part in comment.split(mark)]
            if _SETTING.match(last):
                yield Finding(RULE, path, f"line {number} changes a linter's settings for a whole file: take it out")
            # ruff reads on after a second mark, sqlfluff wants its own words last
            silenced = next((match for part in (last, *before) if (match := _SILENCED.match(part))), None)
            if not silenced:
                continue
            reason = "".join(part for part in (silenced["rest"], *before, last) if not _SILENCED.match(part))
            explained_above = number > 1 and lines[number - 2].strip().startswith(mark)
            if not silenced["rules"]:
                yield Finding(RULE, path, f"line {number} silences every rule: name those that are meant")
            elif not reason.strip(" -") and not explained_above:
                yield Finding(RULE, path, f"line {number} silences {silenced['rules']}: say why in the line above")


def _sql_comments(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        _, mark, comment = line.partition("--")
        if mark:
            yield number, comment


def _python_comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
