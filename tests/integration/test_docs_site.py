"""The docs site in a real browser: finds a model, draws the lineage, opens the guides, and no error in the console."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from mesh.site.guides import guides

GOLD = "model.data_mesh.order_fulfillment_daily"
BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DBTS_OWN = ("/$%7Brequire(", "/%7B%7B%20getIcon(")
"""Addresses in dbt's own page that nobody has filled in: an icon, and two pictures before Angular sets theirs."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(documented: Path) -> Iterator[str]:
    """Address of the generated site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(documented)))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of a headless browser."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "no browser: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        page = browser.new_page(viewport={"width": 1600, "height": 900})
        yield page
        browser.close()


@pytest.fixture(autouse=True)
def no_error_in_the_console(page: Page) -> Iterator[None]:
    """Fails a test during which the page raised or logged an error."""
    errors: list[str] = []

    def raised(error: Exception) -> None:
        errors.append(str(error))

    def logged(message: ConsoleMessage) -> None:
        address = message.location["url"]
        if message.type == "error" and not any(own in address for own in DBTS_OWN):
            errors.append(f"{message.text} {address}")

    # dbt's page keeps its state, an open graph for one, as long as only what follows the # changes
    page.goto("about:blank")
    page.on("pageerror", raised)
    page.on("console", logged)
    yield
    page.remove_listener("pageerror", raised)
    page.remove_listener("console", logged)
    assert not errors


def test_model_page_tells_columns_and_owner(site: str, page: Page) -> None:
    page.goto(f"{site}/#!/model/{GOLD}")
    page.get_by_text("avg_fulfillment_time_hours").first.wait_for()
    text = page.inner_text("body")
    assert "Mean time from created_at to shipped_at" in text
    assert "completion_rate" in text


def test_search_finds_the_model(site: str, page: Page) -> None:
    page.goto(f"{site}/#!/overview")
    page.get_by_placeholder("Search for models...").fill("order_fulfillment")
    page.locator(".result", has_text="order_fulfillment_daily").first.wait_for()


def test_lineage_runs_from_the_bronze_source_to_gold(site: str, page: Page, tmp_path: Path) -> None:
    page.goto(f"{site}/#!/model/{GOLD}")
    page.locator("[ng-click='onLauncherClick()']").first.click()
    page.locator("[ng-click*=xpand]").first.click()
    canvas = page.locator("canvas[data-id=layer2-node]").first
    canvas.wait_for()
    page.wait_for_timeout(3_000)
    drawn = canvas.evaluate(
        """canvas => {
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let painted = 0;
            for (let i = 3; i < pixels.length; i += 4) if (pixels[i]) painted++;
            return painted;
        }"""
    )
    page.screenshot(path=tmp_path / "lineage.png")
    assert drawn > 1_000, "the lineage graph is blank"

    edges = canvas.evaluate(
        """canvas => canvas.closest('.__________cytoscape_container')._cyreg.cy.edges(':visible').map(
            edge => [edge.source().id(), edge.target().id()])"""
    )
    reached, todo = set(), [GOLD]
    while todo:
        node = todo.pop()
        reached.add(node)
        todo += [parent for parent, child in edges if child == node and parent not in reached]
    assert "source.data_mesh.bronze.orders_raw" in reached


def test_overview_leads_to_the_guides(site: str, page: Page) -> None:
    page.goto(f"{site}/#!/overview")
    page.get_by_role("link", name="a metric", exact=True).click()
    page.get_by_role("heading", name="Add a metric in ten minutes").wait_for()
    page.get_by_role("link", name="CONTRIBUTING.md").click()
    page.get_by_role("heading", name="Contributing", exact=True).wait_for()


@pytest.mark.parametrize("guide", guides(), ids=str)
def test_guide_opens(site: str, page: Page, guide: Path) -> None:
    answer = page.goto(f"{site}/{guide.with_suffix('.html')}")
    assert answer and answer.ok
    assert page.locator("h1").count() == 1
