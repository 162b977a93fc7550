"""The docs site in a real browser: it opens, finds a model, and draws the lineage from source to gold."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.integration.chain import Chain

GOLD = "model.data_mesh.order_fulfillment_daily"
BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(chain: Chain) -> Iterator[str]:
    """Address of the generated site."""
    chain.dbt("docs", "generate")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(chain.target)))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page that fails its test on any error in the console."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "no browser: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        page = browser.new_page(viewport={"width": 1600, "height": 900})
        yield page
        browser.close()


def test_model_page_tells_columns_and_owner(site: str, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{site}/#!/model/{GOLD}")
    page.get_by_text("avg_fulfillment_time_hours").first.wait_for()
    text = page.inner_text("body")
    assert "Mean time from created_at to shipped_at" in text
    assert "completion_rate" in text
    assert not errors


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

    parents = json.loads((page.request.get(f"{site}/manifest.json")).text())["parent_map"]
    reached, todo = set(), [GOLD]
    while todo:
        node = todo.pop()
        reached.add(node)
        todo += [parent for parent in parents.get(node, []) if parent not in reached]
    assert "source.data_mesh.bronze.orders_raw" in reached
