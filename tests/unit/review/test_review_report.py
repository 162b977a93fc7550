"""The report is short where little changed, says whether data differ, and no value can break it or its page."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from mesh.review.contracts import ColumnChange
from mesh.review.cost import Cost
from mesh.review.differences import ColumnDifference, DataDifference
from mesh.review.impact import Reached
from mesh.review.nodes import DefinitionChange, ModelChange, TestChange
from mesh.review.report import (
    bytes_text,
    cell,
    costly,
    fence,
    render_html,
    render_markdown,
    share,
    unified_sql,
    write_reports,
)
from mesh.review.review import ModelReview, Review

NOTHING = Review("0123456789abcdef", (), (), (), (), (), 0, 0, ())
SAME = DataDifference("orders", ("id",), ("id", "state"), 1200, 1200, 0, 0, 0, (), (), ())
DIFFERENT = replace(
    SAME,
    rows_after=1260,
    gone=3,
    new=63,
    doubled=2,
    columns=(ColumnDifference("state", 4, "", None, None, (("7", "open", None),)),),
    gone_samples=("8",),
    new_samples=("9",),
)
UNTOUCHED = ModelReview(ModelChange("orders", "downstream"), (), (), SAME, (None, None), ("select 1", "select 1"))
CHANGED = replace(
    UNTOUCHED,
    change=ModelChange("orders", "changed", ("SQL", "contract")),
    columns=(ColumnChange("state", "type", "bigint", "integer"), ColumnChange("new", "added", None, "date")),
    breaking=("state is integer, was bigint",),
    data=DIFFERENT,
    costs=(Cost(2.0, 1_000_000), Cost(9.0, 3_500_000)),
    sql=("select a\nfrom t\nwhere x < 1", "select b\nfrom t\nwhere x < 1"),
)
FULL = replace(
    NOTHING,
    models=(CHANGED,),
    tests=(TestChange("lost", "id: unique()", "orders"),),
    definitions=(DefinitionChange("removed", "metric", "total"),),
    reached=(
        Reached("orders", "", ("daily",), ("Dashboard",), ("orders-dp",)),
        Reached("orders", "state", ("daily.state",), ("Dashboard",), ("orders-dp",)),
    ),
    landed_meanwhile=1_200,
    findings=("breaking: orders: state is integer", "lost test of orders: id: unique()"),
    passed=12,
    failed=1,
    merged_again=("orders",),
)
NASTY = [
    "a|b",
    "a||b|",
    "`code` ``",
    "<script>alert(1)</script>",
    "</td></table><b>",
    "ends with \\",
    "\\|",
    "*_~~x~~_*",
    "[x](javascript:alert(1))",
    "![x](http://x)",
    "two\nlines\r\n\n# heading",
    "&lt;b&gt; &amp; &#124;",
    "{{ jinja }} {% raw %}",
]


class Page(HTMLParser):
    """Rows of cells, items of lists, and all tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.items: list[str] = []
        self.tags: set[str] = set()
        self._into: list[str] | None = None
        self.feed(html)

    # the signature is HTMLParser's
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self._into = self.rows[-1]
            self._into.append("")
        elif tag == "li":
            self._into = self.items
            self._into.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "li"):
            self._into = None

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into[-1] += data


def page_of(review: Review) -> Page:
    return Page(MarkdownIt("js-default").render(render_markdown(review, with_sql=False)))


def test_report_of_nothing_is_a_heading_a_sentence_and_the_tests() -> None:
    lines = render_markdown(replace(NOTHING, passed=4)).splitlines()
    assert lines[0] == "# Review against 0123456789ab: no findings"
    assert lines[-1] == "4 tests passed on the change."
    assert len(lines) <= 4


def test_report_of_a_rebuilt_model_without_difference_stays_short() -> None:
    markdown = render_markdown(replace(NOTHING, models=(UNTOUCHED,)))
    assert len(markdown.splitlines()) <= 12
    assert "| orders | downstream | 1,200 | 1,200 | 0 | 0 | none |" in markdown.splitlines()
    assert markdown.count("##") == 1


def test_verdict_says_how_much_was_compared_where_nothing_differs() -> None:
    markdown = render_markdown(replace(NOTHING, models=(UNTOUCHED, UNTOUCHED)))
    assert "No difference in data: 2,400 rows of 2 models compared, every column." in markdown


def test_verdict_names_the_models_that_differ() -> None:
    other = replace(CHANGED, data=replace(DIFFERENT, model="daily"))
    markdown = render_markdown(replace(NOTHING, models=(UNTOUCHED, other)))
    assert "Data differs in 1 of 2 models: daily." in markdown
    assert "No difference" not in markdown


def test_verdict_where_nothing_was_compared_promises_nothing() -> None:
    added = replace(UNTOUCHED, change=ModelChange("orders", "added"), data=None, sql=("", "select 1"))
    markdown = render_markdown(replace(NOTHING, models=(added,)))
    assert "No data to compare" in markdown
    assert "| orders | added | | | | | |" in markdown.splitlines()


def test_verdict_where_no_model_is_touched_does_not_deny_that_models_stand_on_both_sides() -> None:
    assert "no model stands on both sides" not in render_markdown(NOTHING)


def test_heading_counts_findings_and_every_finding_is_an_item() -> None:
    assert render_markdown(FULL).startswith("# Review against 0123456789ab: 2 findings\n")
    assert render_markdown(replace(FULL, findings=("one",))).startswith("# Review against 0123456789ab: 1 finding\n")
    assert page_of(FULL).items[:2] == list(FULL.findings)


def test_report_shows_every_part_of_a_change() -> None:
    page = page_of(FULL)
    for row in (
        ["orders", "changed: SQL, contract", "1,200", "1,260 (+5.0%)", "3", "63", "state"],
        ["orders.state", "bigint", "integer", "breaking"],
        ["orders.new", "none", "date", "compatible"],
        ["state", "4", "", "", "", "7: open → null"],
        ["orders.state", "daily.state", "Dashboard", "orders-dp"],
        ["orders: its rows", "daily", "Dashboard", "orders-dp"],
        ["orders", "2.0", "9.0", "1.0 MB", "3.5 MB"],
    ):
        assert row in page.rows
    for item in (
        "Breaking in orders: state is integer, was bigint.",
        "3 keys gone (-3 of 1,200), such as 8",
        "63 keys new, such as 9",
        "2 keys stand in it more than once",
        "lost test of orders: id: unique()",
        "removed metric: total",
    ):
        assert item in page.items
    markdown = render_markdown(FULL)
    assert "12 tests passed on the change, 1 failed." in markdown
    assert "**1,200 messages landed while it ran**" in markdown
    assert "landed while it ran" not in render_markdown(replace(FULL, landed_meanwhile=0))
    assert "Compared by id, 2 columns." in markdown
    assert "A tenth of orders was taken out again" in markdown


def test_rows_without_a_key_are_called_rows() -> None:
    whole = replace(CHANGED, data=replace(DIFFERENT, key=(), columns=(), doubled=0))
    review = replace(NOTHING, models=(whole,))
    page = page_of(review)
    assert "Compared as whole rows of 2 columns" in render_markdown(review)
    assert "63 rows new, such as 9" in page.items
    assert page.rows[1][-1] == "whole rows compared, no key"


@pytest.mark.parametrize("value", NASTY)
def test_value_stays_one_cell_of_plain_text(value: str) -> None:
    text = " ".join(value.split())
    column = ColumnDifference(value, 1, "sum", value, value, ((value, value, value),))
    data = replace(DIFFERENT, columns=(column,), gone_samples=(value,), new_samples=(value,))
    review = replace(
        NOTHING,
        models=(replace(CHANGED, data=data),),
        reached=(Reached("orders", "state", (), (value,), ()),),
        findings=(f"fault: {value}",),
    )
    page = page_of(review)
    assert [text, "1", "sum", text, text, f"{text}: {text} → {text}"] in page.rows
    assert ["orders.state", "none", text, "none"] in page.rows
    assert page.items[0] == f"fault: {text}"
    assert not page.tags & {"script", "b", "code", "em", "s", "a", "img"}


@pytest.mark.parametrize("value", NASTY)
def test_page_holds_no_script_whatever_the_values_and_the_sql_are(value: str) -> None:
    data = replace(DIFFERENT, gone_samples=(value,))
    review = replace(FULL, models=(replace(CHANGED, data=data, sql=(value, f"{value} 2")),), findings=(value,))
    html = render_html(review)
    assert not Page(html).tags & {"script", "img"}
    assert "javascript:" not in html.replace("[x](javascript:alert(1))", "")


def test_cell_is_cut_before_it_is_escaped() -> None:
    assert cell("|" * 9, 3) == "\\|\\|\\|..."
    assert (cell(None), cell(0), cell(" a\n b ")) == ("null", "0", "a b")


def test_markdown_shows_the_lines_of_sql_that_changed() -> None:
    markdown = render_markdown(FULL)
    assert "\n```diff\n--- base\n+++ change\n" in markdown
    assert "\n-select a\n+select b\n from t\n" in markdown
    assert "```" not in render_markdown(replace(NOTHING, models=(UNTOUCHED,)))


@pytest.mark.parametrize("inner", ["`", "```", "````", "``````", "```sql\n```", "` `` ````` ```"])
def test_fence_of_sql_is_longer_than_any_row_of_backticks_in_it(inner: str) -> None:
    sql = (f"select 1\n{inner}", f"select 2\n{inner}")
    markdown = render_markdown(replace(NOTHING, models=(replace(CHANGED, data=None, sql=sql),)))
    (block,) = [token for token in MarkdownIt().parse(markdown) if token.type == "fence"]
    assert block.content == unified_sql(sql) + "\n"
    assert len(block.markup) == max(3, 1 + max(map(len, re.findall("`+", inner))))


@pytest.mark.parametrize(("text", "marks"), [("", 3), ("a ` b", 3), ("``", 3), ("```", 4), ("` ````` ``", 6)])
def test_fence_has_three_backticks_at_least(text: str, marks: int) -> None:
    assert fence(text) == "`" * marks


def test_fence_of_sql_holds_against_a_fence_in_the_sql() -> None:
    sql = ("select 1\n````\n<script>", "select 2\n````\n<script>")
    html = MarkdownIt().render(render_markdown(replace(NOTHING, models=(replace(CHANGED, data=None, sql=sql),))))
    assert "script" not in Page(html).tags


def test_page_has_the_sql_side_by_side_and_escaped() -> None:
    html = render_html(replace(FULL, models=(CHANGED, replace(UNTOUCHED, change=ModelChange("same", "downstream")))))
    page = Page(html)
    assert html.count("<details") == 1
    assert "x &lt; 1" in html
    sides = [[text.replace("\xa0", " ") for text in row] for row in page.rows if len(row) == 6]
    assert any(row[2] == "select a" and row[5] == "select b" for row in sides)
    assert any(row[2] == row[5] == "where x < 1" for row in sides)
    assert "diff\n" not in html
    assert "script" not in page.tags


def test_both_files_are_written_into_a_new_folder(tmp_path: Path) -> None:
    markdown, page = write_reports(FULL, tmp_path / "new")
    assert markdown.read_text() == render_markdown(FULL)
    assert page.read_text().lower().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("before", "after", "is_costly"),
    [
        (Cost(2, 10**6), Cost(2, 10**6), False),
        (Cost(2, 10**6), Cost(2, 12 * 10**5), True),
        (Cost(2, 12 * 10**5), Cost(2, 10**6), True),
        (Cost(2, 1000), Cost(2, 9000), False),  # a few kB are noise
        (Cost(2, 10**6), Cost(3.9, 10**6), False),
        (Cost(2, 10**6), Cost(4.5, 10**6), True),
        (Cost(2, 10**6), Cost(2, None), False),  # unknown is not zero
        (Cost(2, None), Cost(2, 10**6), False),
        (None, Cost(99, 10**9), False),
    ],
)
def test_cost_is_shown_where_it_moved(before: Cost | None, after: Cost | None, is_costly: bool) -> None:
    assert bool(costly(replace(NOTHING, models=(replace(UNTOUCHED, costs=(before, after)),)))) is is_costly


def test_sizes_and_shares_are_for_a_person() -> None:
    assert [bytes_text(size) for size in (None, 0, 999, 1500, 2_500_000, 10**13)] == [
        "?",
        "0 B",
        "999 B",
        "1.5 kB",
        "2.5 MB",
        "10000.0 GB",
    ]
    assert [share(4, 5), share(4, 3), share(0, 3)] == ["+25.0%", "-25.0%", "new"]
