"""The page of the data products says what the contracts and the models say, and is valid without a script."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from mesh.contracts.contract import Product, read_products
from mesh.site.docs import build_page

VOID = {"link", "meta"}
CELLS = {"td", "th", "dt"}


class _Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    # the signature is HTMLParser's
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag in CELLS:
            self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data


def text_of(html: str) -> str:
    page = _Balance()
    page.feed(html)
    assert page.open == []
    return " ".join(page.text.split())


def test_page_shows_owner_promises_columns_and_exposures(product: Product, manifest: dict[str, Any]) -> None:
    html = build_page([product], manifest)
    text = text_of(html)
    for shown in (
        "Order Team (dbt group orders)",
        "freshness of orders_current, orders_daily: less than 5 minutes old",
        "completeness of orders_current: at least 99.9 % of the rows",
        "bronze.orders_raw",
        "orders_current One row per order.",
        "the latest state <of it>. iceberg.silver.orders_current",
        "order_id varchar Id of the order.",
        "Dashboard (dashboard, Operations): Orders a day.",
    ):
        assert shown in text, f"{shown!r} is not in {text}"
    assert "<code>state</code> &lt;of it&gt;" in html
    assert "<script" not in html


def test_output_that_is_not_built_is_said_so(product: Product, manifest: dict[str, Any]) -> None:
    assert "orders_live is not built yet" in text_of(build_page([replace(product, outputs=("orders_live",))], manifest))


def test_every_contract_has_its_section(manifest: dict[str, Any]) -> None:
    html = build_page(read_products(), manifest)
    for product in read_products():
        assert f'href="#{product.id}"' in html and f'id="{product.id}"' in html
