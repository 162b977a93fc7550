"""The data products as one page of the docs site: no script, one file, beside dbt's own `index.html`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from mesh.dbt import Manifest, read_manifest, run_dbt, target_folder
from mesh.instance import Instance
from mesh.products.binding import exposures_of_product
from mesh.products.contract import Product, read_products
from mesh.products.manifest import Node, models

PAGE = "products.html"

_markdown = MarkdownIt("js-default")


def generate_docs(instance: Instance) -> Path:
    """`dbt docs generate`, and the page of the products beside it. Returns the page.

    Raises:
        MeshError: dbt failed, or a contract is wrong.
    """
    products = read_products()
    run_dbt(instance, "docs", "generate", quiet=True)
    page = target_folder() / PAGE
    page.write_text(build_page(products, read_manifest()))
    return page


def build_page(products: Sequence[Product], manifest: Manifest) -> str:
    """HTML of the page; an output that dbt does not know yet is shown as such."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["markdown"] = _inline
    return environment.get_template("products.html.jinja").render(
        products=[_shown(product, manifest) for product in products]
    )


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


def _inline(text: str) -> Markup:
    # the renderer escapes HTML in the text itself
    return Markup(_markdown.renderInline(text.strip()))
