from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from itertools import islice

from mesh.simulate.baskets import Basket, Product, read_baskets


def test_baskets_out_of_time_order_or_before_the_day_are_caught(baskets: list[Basket]) -> None:
    keys = [(basket.placed_at, basket.basket_id) for basket in baskets]
    assert keys == sorted(set(keys))
    assert keys[0][0] >= datetime(2017, 1, 2, tzinfo=UTC)
    assert keys[0][0] < datetime(2017, 1, 2, 1, tzinfo=UTC)


def test_a_basket_split_in_two_is_caught(baskets: list[Basket]) -> None:
    assert len({basket.basket_id for basket in baskets}) == len(baskets)


def test_lines_that_nobody_could_pick_are_caught(baskets: list[Basket], catalog: dict[int, Product]) -> None:
    for basket in baskets:
        assert basket.lines
        for line in basket.lines:
            assert 0 < line.quantity <= 500
            assert line.sales_value_cents >= 0
            assert catalog[line.product_id].department != "FUEL"


def test_a_day_window_that_leaks_into_the_next_day_is_caught() -> None:
    days = {basket.placed_at.date() for basket in read_baskets(date(2017, 1, 5), date(2017, 1, 6))}
    assert days == {date(2017, 1, 5)}


def test_a_known_basket_read_wrongly_is_caught() -> None:
    basket = next(islice(read_baskets(date(2017, 1, 1)), 1))
    assert (basket.basket_id, basket.household_id, basket.store_id) == (31198570044, 900, 330)
    assert basket.placed_at == datetime(2017, 1, 1, 11, 53, 26, tzinfo=UTC)
    assert basket.lines == ((1095275, 1, 50),)


def test_a_cent_lost_in_binary_fractions_is_caught() -> None:
    """8.12 dollars times 100 is 811.99 in floating point."""
    basket = next(islice(read_baskets(date(2017, 1, 1)), 26, None))
    assert basket.basket_id == 31198795316
    assert (916122, 3, 812) in basket.lines


def test_pandas_sneaking_in_is_caught() -> None:
    code = (
        "import sys; from mesh.simulate.baskets import read_baskets, read_catalog; "
        "next(read_baskets()); read_catalog(); sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
