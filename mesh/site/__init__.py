"""Static pages: one file each, no script, no other host; templates extend `page.html.jinja`."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

CONTENT_POLICY = (
    '<meta http-equiv="Content-Security-Policy"'
    """ content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">"""
)
"""For the head of a page: no script runs, and no other host is asked, whatever a value brings."""

_markdown = MarkdownIt("js-default")


def render_page(template: Path, **values: object) -> str:
    """HTML of a template; a value that it asks for and does not get is an error."""
    environment = Environment(
        loader=FileSystemLoader([template.parent, Path(__file__).parent]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["markdown"] = _inline
    return environment.get_template(template.name).render(content_policy=Markup(CONTENT_POLICY), **values)


def _inline(text: str) -> Markup:
    # the renderer escapes HTML in the text itself
    return Markup(_markdown.renderInline(text.strip()))
