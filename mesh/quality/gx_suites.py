"""Reads the suites of `expectations/`: Great Expectations' own JSON, bound to a product and to what it promises."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    ColumnPairMapExpectation,
    Expectation,
    MulticolumnMapExpectation,
)
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from mesh.contracts.contract import Product
from mesh.errors import MeshError
from mesh.instance import REPOSITORY
from mesh.quality.results import Severity

SUITES = REPOSITORY / "expectations"
ROW_LEVEL = (ColumnMapExpectation, ColumnPairMapExpectation, MulticolumnMapExpectation)
CHECK_NAME = "check_name"
"""Key of an expectation's `meta` that carries its name through Great Expectations."""


@dataclass(frozen=True)
class Check:
    """One expectation; `name` is unique in the project and the same as long as the expectation asks the same."""

    name: str
    type: str
    columns: tuple[str, ...]
    severity: Severity
    is_conditional: bool
    expectation: Expectation


@dataclass(frozen=True)
class Suite:
    """What a consumer relies on in one table of a product. `batch_parameters` choose the rows that a consumer reads."""

    name: str
    product: str
    schema: str
    table: str
    batch_parameters: dict[str, bool | str | int]
    checks: tuple[Check, ...]

    @property
    def table_name(self) -> str:
        """`schema.table` as the project names it."""
        return f"{self.schema}.{self.table}"

    @property
    def checkpoint_name(self) -> str:
        """The checkpoint that runs this suite."""
        return f"{self.product.replace('-', '_')}_checkpoint"


def read_suites(products: Sequence[Product], folder: Path = SUITES) -> list[Suite]:
    """Every suite of a folder, sorted by name.

    Raises:
        MeshError: a suite is wrong, two checks have one name, or there is no suite; one line a fault, with its file.
    """
    suites, faults = [], []
    for path in sorted(folder.glob("*.json")):
        try:
            suites.append(read_suite(path, products))
        except MeshError as error:
            faults.append(str(error))
    if faults:
        raise MeshError("\n".join(faults))
    if not suites:
        raise MeshError(f"no suite *.json in {folder}")
    return suites


def read_suite(path: Path, products: Sequence[Product]) -> Suite:
    """One suite. An expectation that names no `mostly` gets the share of rows that the product promises.

    Raises:
        MeshError: the file is no suite, or of no product; one line a fault.
    """
    try:
        content = json.loads(path.read_text())
    except ValueError as error:
        raise MeshError(f"{path.name}: no JSON: {error}") from error
    faults = list(_faults(content, path, products))
    checks: list[Check] = []
    if not faults:
        promise = _promise(content, products)
        for place, raw in enumerate(content["expectations"], start=1):
            try:
                checks.append(_check(content["name"], raw, promise))
            except MeshError as error:
                faults.append(f"expectation {place}: {error}")
        names = Counter(check.name for check in checks)
        faults += [f"states {name} {count} times" for name, count in names.items() if count > 1]
    if faults:
        raise MeshError("\n".join(f"{path.name}: {fault}" for fault in faults))
    meta = content["meta"]
    schema, table = meta["table"].split(".")
    return Suite(content["name"], meta["product"], schema, table, meta.get("batch_parameters", {}), tuple(checks))


def choose_suites(suites: Sequence[Suite], products: Sequence[str] | None) -> list[Suite]:
    """The suites of these products; all of them for None.

    Raises:
        MeshError: a product has no suite.
    """
    if products is None:
        return list(suites)
    known = {suite.product for suite in suites}
    if unknown := [product for product in products if product not in known]:
        raise MeshError(f"no suite of {', '.join(unknown)}: there are {', '.join(sorted(known))}")
    return [suite for suite in suites if suite.product in products]


def _faults(content: object, path: Path, products: Sequence[Product]) -> Iterator[str]:
    meta = content.get("meta") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(meta, dict):
        yield "is no suite: it has no meta"
        return
    if content.get("name") != f"{path.stem}_quality":
        yield f"name is {content.get('name')}: the file's is {path.stem}_quality"
    if not isinstance(content.get("expectations"), list) or not content["expectations"]:
        yield "has no expectations"
    by_id = {product.id: product for product in products}
    product = by_id.get(str(meta.get("product")))
    if product is None:
        yield f"meta.product is {meta.get('product')}: there are {', '.join(by_id)}"
        return
    schema, _, table = str(meta.get("table")).partition(".")
    if schema not in product.schemas or table not in product.outputs:
        offered = f"{', '.join(product.outputs)} in {', '.join(product.schemas)}"
        yield f"meta.table is {meta.get('table')}: {product.id} offers {offered}"


def _promise(content: dict[str, Any], products: Sequence[Product]) -> float:
    """Share of rows, from 0 to 1, that the product promises to be right; all of them if it names none."""
    meta = content["meta"]
    (product,) = [product for product in products if product.id == meta["product"]]
    table = meta["table"].split(".")[1]
    shares = [one.threshold for one in product.objectives if one.unit == "percent" and table in one.tables]
    return float(max(shares) / 100) if shares else 1.0


def _check(suite: str, raw: dict[str, Any], promise: float) -> Check:
    # a suite built from the file by Great Expectations itself would drop, with a line of log, what it does not know
    try:
        expectation = ExpectationConfiguration(**raw).to_domain_obj()
    except Exception as error:
        raise MeshError(f"{raw.get('type')}: {' '.join(str(error).split())}") from error
    if not isinstance(expectation, ROW_LEVEL):
        raise MeshError(f"{raw['type']} counts no rows: a product promises a share of rows, so state it of rows")
    if not expectation.notes:
        raise MeshError(f"{raw['type']} has no notes: say what a consumer relies on")
    arguments = dict(raw["kwargs"])
    if "mostly" not in arguments:
        expectation = expectation.copy(update={"mostly": promise})
    # the promise may change without making it another check
    arguments.pop("mostly", None)
    columns = _columns(arguments)
    digest = hashlib.sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest()[:8]
    name = f"{suite}.{raw['type']}.{'+'.join(columns)}.{digest}"
    return Check(
        name=name,
        type=raw["type"],
        columns=columns,
        severity="error" if expectation.severity == "critical" else "warn",
        is_conditional="row_condition" in arguments,
        expectation=expectation.copy(update={"meta": {**(expectation.meta or {}), CHECK_NAME: name}}),
    )


def _columns(arguments: dict[str, Any]) -> tuple[str, ...]:
    if "column_list" in arguments:
        return tuple(arguments["column_list"])
    return tuple(arguments[key] for key in ("column", "column_A", "column_B") if key in arguments)
