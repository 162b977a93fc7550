"""An exception is needed, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh.errors import MeshError
from mesh.lint.exceptions import LintException, read_exceptions, subtract_exceptions
from mesh.lint.finding import Finding

FINDING = Finding("no dead end", "orders_live", "nobody reads it")
EXCEPTION = LintException("no dead end", "orders_live", "people ask it")


def test_excepted_finding_is_gone_and_others_stay() -> None:
    other = Finding("no dead end", "waves_live", "nobody reads it")
    assert subtract_exceptions([FINDING, other], [EXCEPTION]) == [other]


@pytest.mark.parametrize(
    "unneeded",
    [
        LintException("no dead end", "waves_live", "people ask it"),
        LintException("primary key is tested", "orders_live", "people ask it"),
        LintException("no dead end", "*", "wildcards are no way out"),
        EXCEPTION,
    ],
    ids=["another subject", "another rule", "wildcard", "twice"],
)
def test_unneeded_exception_is_a_finding(unneeded: LintException) -> None:
    (finding,) = subtract_exceptions([FINDING], [EXCEPTION, unneeded])
    assert (finding.rule, finding.subject) == ("unneeded exception", f"{unneeded.rule} {unneeded.subject}")


def test_unexplained_exception_is_a_finding() -> None:
    (finding,) = subtract_exceptions([FINDING], [LintException("no dead end", "orders_live", "")])
    assert finding.rule == "unexplained exception"


def test_list_is_read(tmp_path: Path) -> None:
    path = tmp_path / "exceptions.csv"
    path.write_text('rule,subject,reason\nno dead end,orders_live,"people, and tests, ask it"\na,b, \n')
    assert read_exceptions(path) == [
        LintException("no dead end", "orders_live", "people, and tests, ask it"),
        LintException("a", "b", ""),
    ]


@pytest.mark.parametrize("text", ["rule,subject\n", "rule,subject,reason\na,b\n", "rule,subject,reason\na,b,c,d\n"])
def test_list_that_cannot_be_read_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "exceptions.csv"
    path.write_text(text)
    with pytest.raises(MeshError, match="every row has rule, subject, reason"):
        read_exceptions(path)
