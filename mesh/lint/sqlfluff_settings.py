"""sqlfluff checks everything, everywhere: its settings may not take a rule or a file out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from configparser import ConfigParser

from mesh.lint.finding import Finding

RULE = "sqlfluff without ignores"
WORDS = "sqlfluff ignored word"
DIALECT = "trino"
# what takes rules, errors or files out of the check
_WEAKENING = ("exclude_rules", "ignore", "ignore_words_regex", "ignore_templated_areas", "noqa", "rules", "warnings")


def weakened_sqlfluff(settings: str, paths: Iterable[str]) -> Iterator[Finding]:
    """Settings that take something out of the check, and each word that is ignored by itself.

    Args:
        settings: text of `.sqlfluff`.
        paths: every file of the dbt project, among which a second `.sqlfluff` or a list of ignored files would hide.
    """
    parser = ConfigParser(interpolation=None)
    parser.read_string(settings)
    if parser.get("sqlfluff", "dialect", fallback="") != DIALECT:
        yield Finding(RULE, ".sqlfluff", f"the dialect is not {DIALECT}, which runs the models")
    for section in parser.sections():
        for key, value in parser.items(section):
            words = [word.strip() for word in value.split(",") if word.strip()]
            if key == "ignore_words":
                for word in words:
                    yield Finding(WORDS, word, "do without, or say in tests/lint_exceptions.csv why not")
            elif key in _WEAKENING and words:
                yield Finding(RULE, ".sqlfluff", f"{key} in [{section}] takes something out of the check: delete it")
    for path in paths:
        if path.rsplit("/", 1)[-1] in (".sqlfluff", ".sqlfluffignore"):
            yield Finding(RULE, path, "the settings at the top hold for every file: delete it")
