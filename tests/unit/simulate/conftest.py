"""A small slice of the real baskets, and what the warehouse makes of it."""

from __future__ import annotations

from itertools import islice

import pytest

from mesh.simulate.baskets import Basket, Product, read_baskets, read_catalog
from mesh.simulate.changes import Change
from mesh.simulate.warehouse import generate_changes

SEED = 7


@pytest.fixture(scope="session")
def baskets() -> list[Basket]:
    """The first 2,500 baskets: about six days, so that tasks and orders get purged too."""
    return list(islice(read_baskets(), 2_500))


@pytest.fixture(scope="session")
def catalog() -> dict[int, Product]:
    return read_catalog()


@pytest.fixture(scope="session")
def changes(baskets: list[Basket], catalog: dict[int, Product]) -> list[Change]:
    """Every change until the last order has arrived."""
    return list(generate_changes(baskets, SEED, catalog))
