"""Data Docs: the site that Great Expectations makes of suites and of what they found, readable without a network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

from mesh.quality.results import CheckResult
from mesh.site import CONTENT_POLICY, render_page

SITE = "data_docs"
HERE = Path(__file__).parent
# its pages ask seven other hosts for styles, scripts and pictures
REMOTE = re.compile(r"<script\s[^>]*https?:[^>]*></script>|<(?:link|img)\s[^>]*https?:[^>]*>")

# and its own scripts need theirs
INLINE_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)


def write_data_docs(context: EphemeralDataContext, results: Sequence[CheckResult], folder: Path) -> Path:
    """Write the site of what a context has run, in place of an earlier one; returns its first page."""
    context.add_data_docs_site(
        SITE,
        {
            "class_name": "SiteBuilder",
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder.resolve())},
        },
    )
    _escape_values(context)
    context.clean_data_docs(SITE)
    context.build_data_docs([SITE])
    index = folder / "index.html"
    # its own is made by a script of another host
    index.write_text(_index(results, folder))
    styles = f"<style>\n{(HERE / 'gx_docs.css').read_text()}</style>\n</head>"
    for page in folder.rglob("*.html"):
        text = INLINE_SCRIPT.sub("", REMOTE.sub("", page.read_text()))
        page.write_text(text.replace("<head>", f"<head>\n{CONTENT_POLICY}", 1).replace("</head>", styles, 1))
    return index


def _escape_values(context: EphemeralDataContext) -> None:
    """What was found in the data becomes text: Great Expectations puts it into its pages as if it were markup."""
    store = context.validation_results_store
    for key in store.list_keys():
        if found := store.get(key):
            for result in found.results:
                result.result = _escaped(result.result)
            store.set(key, found)


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, dict):
        return {name: _escaped(part) for name, part in value.items()}
    return [_escaped(part) for part in value] if isinstance(value, list | tuple) else value


def _index(results: Sequence[CheckResult], folder: Path) -> str:
    suites = []
    for name, group in groupby(results, key=lambda result: result.check_name.partition(".")[0]):
        of_suite = list(group)
        others = [result for result in of_suite if result.status != "passed"]
        found = [*folder.glob(f"validations/{name}/**/*.html")]
        pages = {"results": found[0], "expectations": folder / f"expectations/{name}.html"} if found else {}
        suites.append(
            {
                "product": of_suite[0].product,
                "table": of_suite[0].table_name,
                "passed": len(of_suite) - len(others),
                "total": len(of_suite),
                "others": others,
                "pages": {title: page.relative_to(folder).as_posix() for title, page in pages.items()},
            }
        )
    return render_page(HERE / "gx_docs.html.jinja", run_id=results[0].run_id, suites=suites)
