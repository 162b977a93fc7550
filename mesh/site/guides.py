"""The repository's guides as pages of the docs site: CONTRIBUTING.md and `docs/`, at the paths they have here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from mesh.instance import REPOSITORY
from mesh.site import render_page

TEMPLATE = Path(__file__).parent / "guide.html.jinja"

_markdown = MarkdownIt("js-default")


def guides(root: Path = REPOSITORY) -> list[Path]:
    """Every guide, by its path in the repository."""
    return [Path("CONTRIBUTING.md"), *sorted(path.relative_to(root) for path in (root / "docs").rglob("*.md"))]


def write_guides(site: Path, root: Path = REPOSITORY) -> list[Path]:
    """Render every guide into the folder of the site. Returns the pages."""
    pages = []
    for guide in guides(root):
        page = site / guide.with_suffix(".html")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(build_guide(guide, root))
        pages.append(page)
    return pages


def build_guide(guide: Path, root: Path = REPOSITORY) -> str:
    """HTML of a guide; a link to another guide leads to its page, one to any other file becomes that file's path."""
    tokens = _markdown.parse((root / guide).read_text())
    for token in tokens:
        if token.children:
            token.children = list(_relinked(token.children, root / guide, root))
    title = next(tokens[place + 1].content for place, token in enumerate(tokens) if token.type == "heading_open")
    return render_page(
        TEMPLATE,
        title=title,
        home="../" * len(guide.parent.parts),
        body=Markup(_markdown.renderer.render(tokens, _markdown.options, {})),
    )


def _relinked(tokens: Iterable[Token], guide: Path, root: Path) -> Iterator[Token]:
    pages = set(guides(root))
    path, text = "", ""
    for token in tokens:
        if token.type == "link_open":
            href = str(token.attrGet("href"))
            target = None if ":" in href else (guide.parent / href).resolve().relative_to(root)
            if target in pages:
                token.attrSet("href", href.removesuffix(".md") + ".html")
            elif target:
                path, text = str(target), ""
                continue
        elif token.type == "link_close" and path:
            if text != path:
                yield Token("text", "", 0, content=" ")
                yield Token("code_inline", "code", 0, content=path, markup="`")
            path = ""
            continue
        elif path:
            text += token.content
        yield token
