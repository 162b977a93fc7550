"""The report: Markdown for the pull request's comment, and the same as a page with the SQL side by side."""

from __future__ import annotations

import difflib
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from mesh.review.cost import Cost
from mesh.review.review import ModelReview, Review
from mesh.site import render_page

MARKDOWN, PAGE = "review.md", "review.html"
_FOLDER = Path(__file__).parent


def write_reports(review: Review, folder: Path) -> tuple[Path, Path]:
    """Write both files, and return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    markdown, page = folder / MARKDOWN, folder / PAGE
    markdown.write_text(render_markdown(review))
    page.write_text(render_html(review))
    return markdown, page


def render_markdown(review: Review, *, with_sql: bool = True) -> str:
    """What belongs into the pull request: short where little changed."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        cell=cell, fence=fence, unified=unified_sql, share=share, bytes=bytes_text, signed=signed
    )
    return environment.get_template("report.md.jinja").render(
        review=review, costly=costly(review), data=verdict_on_data(review), with_sql=with_sql
    )


def render_html(review: Review) -> str:
    """A page of our own frame, without scripts."""
    body = MarkdownIt("js-default").render(render_markdown(review, with_sql=False))
    changed = [
        (one.change.name, Markup(_side_by_side(one)))  # difflib escapes the SQL
        for one in review.models
        if one.sql[0] != one.sql[1]
    ]
    return render_page(_FOLDER / "report.html.jinja", body=Markup(body), sql=changed)


def verdict_on_data(review: Review) -> str:
    """One sentence: whether rows and values are the same on both sides, of how much that was compared."""
    if not review.models:
        return "No data to compare: no model is touched."
    compared = [one.data for one in review.models if one.data]
    if not compared:
        return "No data to compare: no model was built on both sides."
    rows = sum(difference.rows_after for difference in compared)
    different = [difference.model for difference in compared if not difference.is_empty]
    if different:
        return f"Data differs in {len(different)} of {len(compared)} models: {', '.join(different)}."
    left_out = [f"{one.model}.{name}" for one in compared for name in one.left_out]
    columns = f"all columns but {', '.join(left_out)}" if left_out else "every column"
    return f"No difference in data: {rows:,} rows of {len(compared)} models compared, {columns}."


def costly(review: Review) -> list[ModelReview]:
    """Models that read a tenth more or less than before, or take a second and a half of the time or two thirds."""

    def moved(before: Cost | None, after: Cost | None) -> bool:
        if before is None or after is None:
            return False
        slower = abs(after.seconds - before.seconds) > max(2.0, 0.5 * before.seconds)
        if before.bytes_read is None or after.bytes_read is None:
            return slower
        return slower or abs(after.bytes_read - before.bytes_read) > max(10_000, 0.1 * before.bytes_read)

    return [one for one in review.models if moved(*one.costs)]


def cell(value: Any, limit: int = 600) -> str:
    """A value in a cell of a Markdown table: one line, nothing that Markdown or HTML takes for its own."""
    if value is None:
        return "null"
    if isinstance(value, Decimal):
        value = f"{value.normalize():f}"
    text = " ".join(str(value).split())
    text = text if len(text) <= limit else f"{text[:limit]}..."
    for sign in "\\`*_{}[]<>|~&":
        text = text.replace(sign, "\\" + sign)
    return text


def unified_sql(sql: tuple[str, str]) -> str:
    """The lines of compiled SQL that changed, with two lines around them."""
    before, after = (side.splitlines() for side in sql)
    return "\n".join(difflib.unified_diff(before, after, "base", "change", lineterm="", n=2))


def fence(text: str) -> str:
    """More backticks than stand in a row anywhere in the text."""
    return "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))


def share(before: int, after: int) -> str:
    """How much more or less, in percent of before."""
    return f"{(after - before) / before:+.1%}" if before else "new"


def signed(number: int) -> str:
    """With its sign and thousands apart."""
    return f"{number:+,}"


def bytes_text(size: int | None) -> str:
    """Bytes for a person."""
    if size is None:
        return "?"
    amount, unit = float(size), "B"
    for bigger in ("kB", "MB", "GB"):
        if amount >= 1000:
            amount, unit = amount / 1000, bigger
    return f"{amount:.1f} {unit}" if unit != "B" else f"{size} B"


def _side_by_side(one: ModelReview) -> str:
    table = difflib.HtmlDiff(wrapcolumn=80).make_table(
        one.sql[0].splitlines(), one.sql[1].splitlines(), "base", "change", context=True, numlines=3
    )
    return table.replace("&nbsp;", " ")
