"""`.github/CODEOWNERS`: who reviews what, from the owners in the contracts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from mesh.contracts.binding import OWN_GROUP
from mesh.contracts.contract import SUFFIX, Product, read_products
from mesh.instance import REPOSITORY

FILE = ".github/CODEOWNERS"
ORGANIZATION = "data-mesh"
"""Stands for the organization on GitHub whose teams bear the names of dbt's groups."""

HEADER = "# Written by `mesh products codeowners` from products/*.odcs.yaml; a later line wins over an earlier one.\n"


def write_codeowners(root: Path = REPOSITORY) -> Path:
    """Write the file. Returns it.

    Raises:
        MeshError: a contract is wrong.
    """
    file = root / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(build_codeowners(read_products(root / "products"), root))
    return file


def build_codeowners(products: Sequence[Product], root: Path = REPOSITORY) -> str:
    """The platform team owns everything; a product's team its contract, expectations, events, models and metrics."""
    owners: dict[str, set[str]] = defaultdict(set)
    for product in products:
        for path in _paths(product, products, root):
            owners[path].add(product.group)
    rules = [f"{path} {' '.join(map(_handle, sorted(groups)))}" for path, groups in sorted(owners.items())]
    return HEADER + "\n".join([f"* {_handle(OWN_GROUP)}", *rules]) + "\n"


def _paths(product: Product, products: Sequence[Product], root: Path) -> Iterator[str]:
    yield f"/products/{product.id}{SUFFIX}"
    yield f"/expectations/{product.id.replace('-', '_')}.json"
    for source in product.sources:
        if (root / f"schemas/{source}.avsc").exists():
            yield f"/schemas/{source}.avsc"
    folders = _folders(product, root)
    taken = {folder for other in products for folder in _folders(other, root)}
    # views of a domain that its product does not offer
    folders |= set((root / "models").glob(f"*/{product.id.removesuffix('-dp')}")) - taken
    for folder in folders:
        yield f"/{folder.relative_to(root)}/"
    for file in (root / "models/semantic").glob("*.yml"):
        if set(re.findall(r"ref\('(\w+)'\)", file.read_text())) & set(product.outputs):
            yield f"/{file.relative_to(root)}"


def _folders(product: Product, root: Path) -> set[Path]:
    return {file.parent for table in product.outputs for file in (root / "models").rglob(f"{table}.sql")}


def _handle(group: str) -> str:
    return f"@{ORGANIZATION}/{group}"
