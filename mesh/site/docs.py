"""The docs site: dbt's own, and beside its `index.html` a page of the data products, without script, and the guides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mesh.contracts.binding import exposures_of_product
from mesh.contracts.contract import Product, read_products
from mesh.dbt import Manifest, read_manifest, run_dbt, target_folder
from mesh.instance import Instance
from mesh.manifest import Node, models
from mesh.site import render_page
from mesh.site.guides import write_guides

PAGE = "products.html"
TEMPLATE = Path(__file__).parent / "products.html.jinja"


def generate_docs(instance: Instance) -> Path:
    """`dbt docs generate`, and beside it the guides and the page of the products. Returns that page.

    Raises:
        MeshError: dbt failed, or a contract is wrong.
    """
    products = read_products()
    run_dbt(instance, "docs", "generate", quiet=True)
    page = target_folder() / PAGE
    page.write_text(build_page(products, read_manifest()))
    write_guides(page.parent)
    return page


def built_at() -> datetime | None:
    """When the site that is there was built, in UTC; None without one."""
    page = target_folder() / PAGE
    return datetime.fromtimestamp(page.stat().st_mtime, UTC) if page.exists() else None


def serve_docs(instance: Instance, port: int) -> None:
    """Serve what is there on loopback, until interrupted.

    Raises:
        MeshError: dbt cannot listen on the port.
    """
    run_dbt(instance, "docs", "serve", "--host", "127.0.0.1", "--port", str(port), "--no-browser")


def build_page(products: Sequence[Product], manifest: Manifest) -> str:
    """HTML of the page; an output that dbt does not know yet is shown as such."""
    return render_page(TEMPLATE, products=[_shown(product, manifest) for product in products])


def _shown(product: Product, manifest: Manifest) -> dict[str, Any]:
    by_name = models(manifest)
    return {
        "contract": product,
        "outputs": [_output(table, by_name.get(table)) for table in product.outputs],
        "exposures": exposures_of_product(product, manifest),
    }


def _output(table: str, model: Node | None) -> dict[str, Any]:
    if model is None:
        return {"name": table, "model": None}
    description = model["description"].strip()
    return {
        "name": table,
        "model": model,
        "table": f"{model['database']}.{model['schema']}.{model['name']}",
        "grain": re.split(r"[;.](?:\s|$)", description)[0],
        "description": description,
        "columns": list(model["columns"].values()),
    }
