"""The tables of the data products."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from metadata.ingestion.ometa.utils import quote

from mesh.catalog.client.api import PAGE, Api, Json, attempt
from mesh.catalog.client.plan import Ref


def publish_assets(api: Api, products: Mapping[str, Sequence[Ref]]) -> Iterator[str]:
    """Put the tables into their products that are not in them; yields what went wrong.

    A product's other tables are taken out: `products/` is where to add one.
    """
    for product, planned in products.items():
        there = {ref.fqn: ref for ref in assets(api, product)}
        wanted = {ref.fqn: ref for ref in planned}
        for verb, refs in (
            ("add", [ref for fqn, ref in wanted.items() if fqn not in there]),
            ("remove", [ref for fqn, ref in there.items() if fqn not in wanted]),
        ):
            references = [_reference(api, ref) for ref in refs if api.find(ref)]
            if references:
                path = f"/dataProducts/{quote(product)}/assets/{verb}"
                body = json.dumps({"assets": references})
                yield from attempt(f"data product {product}", partial(api.write, "put", path, body))


def assets(api: Api, product: str) -> Iterator[Ref]:
    """What the server has in a product."""
    offset = 0
    while True:
        page = api.get(f"/dataProducts/name/{quote(product)}/assets?limit={PAGE}&offset={offset}") or {}
        yield from (Ref(asset["type"], asset["fullyQualifiedName"]) for asset in page.get("data", []))
        offset += PAGE
        if offset >= page.get("paging", {}).get("total", 0):
            return


def _reference(api: Api, ref: Ref) -> Json:
    entity = api.find(ref)
    return {"id": entity["id"], "type": ref.kind} if entity else {}
