"""The guides as pages of the docs site: every link leads to a page that is there, and none to a file that is not."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mesh.instance import REPOSITORY
from mesh.site.guides import build_guide, guides, write_guides

SITE_PAGES = {"index.html", "products.html", "status.html", "expectations/index.html"}
"""What `mesh docs`, `mesh quality page` and `mesh quality check` write beside the guides."""


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.targets += [value or "" for name, value in attrs if tag == "a" and name == "href"]


def links_of(html: str) -> list[str]:
    page = _Links()
    page.feed(html)
    return [target for target in page.targets if ":" not in target]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site").resolve()
    write_guides(folder)
    return folder


@pytest.mark.parametrize("guide", guides(), ids=str)
def test_every_link_of_a_page_leads_to_a_page(site: Path, guide: Path) -> None:
    page = site / guide.with_suffix(".html")
    html = page.read_text()
    links = links_of(html)
    assert "products.html" in " ".join(links)
    for link in links:
        target = (page.parent / link).resolve()
        assert target.is_file() or str(target.relative_to(site)) in SITE_PAGES, link
    assert "<script" not in html


def test_overview_leads_to_the_guides(site: Path) -> None:
    links = re.findall(r"\]\((\S+?\.html)\)", (REPOSITORY / "models/_overview.md").read_text())
    assert "docs/how-to/add-a-metric.html" in links and "CONTRIBUTING.html" in links
    assert [link for link in links if link not in SITE_PAGES and not (site / link).is_file()] == []


def test_link_to_a_file_becomes_its_path(tmp_path: Path) -> None:
    (tmp_path / "docs/how-to").mkdir(parents=True)
    for guide in ("CONTRIBUTING.md", "docs/other.md"):
        (tmp_path / guide).write_text("# Other\n")
    (tmp_path / "docs/how-to/add.md").write_text(
        "# Add <it>\n\n[other](../other.md), [`a.py`](../../a.py), [the code](../../a.py), [web](https://example.com)\n"
    )
    html = build_guide(Path("docs/how-to/add.md"), tmp_path)
    assert "<title>Add &lt;it&gt;</title>" in html
    assert '<a href="../other.html">other</a>, <code>a.py</code>, the code <code>a.py</code>, <a href="https' in html
    assert '<a href="../../products.html">' in html
