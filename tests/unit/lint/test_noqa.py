"""Silence needs a name and a reason."""

from __future__ import annotations

import pytest

from mesh.lint.noqa import unexplained_noqa


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.sql", "select a -- the source names it so -- noqa: RF04\n"),
        ("a.sql", "-- the source names it so\nselect a -- noqa: RF04,CP02\n"),
        ("a.sql", "select a -- nothing is silenced by a noqa that is only told of\n"),
        ("a.py", "# slow to load\nimport a  # noqa: PLC0415\n"),
        ("a.py", "import a  # noqa: PLC0415 - slow to load\n"),
        ("a.py", "import a  # noqa: PLC0415  # slow to load\n"),
        ("a.py", 'TEXT = "import a  # noqa"\n'),
    ],
)
def test_explained(path: str, text: str) -> None:
    assert not list(unexplained_noqa({path: text}))


@pytest.mark.parametrize(
    ("path", "text", "what"),
    [
        ("a.sql", "select a -- noqa\n", "line 1 silences every rule"),
        ("a.sql", "-- a reason\nselect a -- noqa\n", "line 2 silences every rule"),
        ("a.sql", "select a -- noqa: disable=all\n", "line 1 silences every rule"),
        ("a.sql", "select 1\nselect a --noqa:RF04\n", "line 2 silences RF04"),
        ("a.sql", "select a -- noqa: RF04, CP02\n", "line 1 silences RF04, CP02"),
        ("a.sql", "-- sqlfluff:exclude_rules:LT01\nselect a\n", "line 1 changes a linter's settings"),
        ("a.py", "import a\nimport b  # noqa: F401\n", "line 2 silences F401"),
        ("a.py", "import a  # NOQA\n", "line 1 silences every rule"),
        ("a.py", "# ruff: noqa: F401\nimport a\n", "line 1 changes a linter's settings"),
    ],
)
def test_unexplained(path: str, text: str, what: str) -> None:
    (finding,) = unexplained_noqa({path: text})
    assert finding.subject == path
    assert finding.message.startswith(what)
