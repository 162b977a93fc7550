"""Reads the contracts: the Open Data Contract Standard, and what this repository asks beyond it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft201909Validator
from open_data_contract_standard.model import OpenDataContractStandard, ServiceLevelAgreementProperty

from mesh.errors import MeshError
from mesh.instance import REPOSITORY

CONTRACTS = REPOSITORY / "products"
SUFFIX = ".odcs.yaml"

# the standard's name of a service level: (our objective, its unit)
OBJECTIVES = {
    "latency": ("freshness", "minutes"),
    "completeness": ("completeness", "percent"),
    "accuracy": ("accuracy", "percent"),
}


@dataclass(frozen=True)
class Objective:
    """What a product promises of some of its tables: at most so many minutes, or at least so many percent."""

    name: str
    threshold: Decimal
    unit: str
    tables: tuple[str, ...]

    def text(self) -> str:
        """For a person: a bound in minutes, or a share of rows."""
        if self.unit == "minutes":
            return f"< {self.threshold} min"
        return f"{self.threshold} % {self.name}"


@dataclass(frozen=True)
class Product:
    """One data product. `inputs` are `schema.table`, `outputs` names of dbt models in one of `schemas`."""

    id: str
    version: str
    name: str
    domain: str
    owner: str
    group: str
    purpose: str
    usage: str | None
    sources: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    schemas: tuple[str, ...]
    objectives: tuple[Objective, ...]

    def freshness(self) -> str:
        """The freshness objective for a person: the first, if tables differ."""
        return next(objective.text() for objective in self.objectives if objective.name == "freshness")

    def quality(self) -> str:
        """The quality objectives for a person; n/a without one."""
        return ", ".join(objective.text() for objective in self.objectives if objective.name != "freshness") or "n/a"


def read_products(folder: Path = CONTRACTS) -> list[Product]:
    """Every contract of a folder, sorted by id.

    Raises:
        MeshError: a contract is wrong; one line a fault, each with its file.
    """
    products, faults = [], []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            products.append(read_product(path))
        except MeshError as error:
            faults.append(str(error))
    if faults:
        raise MeshError("\n".join(faults))
    if not products:
        raise MeshError(f"no contract *{SUFFIX} in {folder}")
    return products


def read_product(path: Path) -> Product:
    """One contract.

    Raises:
        MeshError: the file breaks the standard, or lacks what we ask; one line a fault.
    """
    try:
        content = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise MeshError(f"{path.name}: no YAML: {' '.join(str(error).split())}") from error
    if not (faults := list(_faults_of_the_standard(content))):
        contract = OpenDataContractStandard(**content)
        faults = list(_faults_of_a_product(contract, path.name.removesuffix(SUFFIX)))
    if faults:
        raise MeshError("\n".join(f"{path.name}: {fault}" for fault in faults))
    return _product(contract)


def _faults_of_the_standard(content: object) -> Iterator[str]:
    schema = resources.files("open_data_contract_standard").joinpath("schema.json").read_text()
    validator = Draft201909Validator(json.loads(schema))
    for error in sorted(validator.iter_errors(content), key=lambda error: error.json_path):
        yield f"{error.json_path}: {error.message}"


def _faults_of_a_product(contract: OpenDataContractStandard, file_id: str) -> Iterator[str]:
    if contract.id != file_id:
        yield f"id is {contract.id}, the file is named {file_id}"
    outputs, custom = _outputs(contract), _custom(contract)
    wanted = {
        "name": contract.name,
        "domain": contract.domain,
        "description.purpose": contract.description and contract.description.purpose,
        "team.name": _owner(contract),
        "servers": contract.servers,
        "schema": outputs,
        "customProperties dbtGroup": custom.get("dbtGroup"),
        "customProperties sources": custom.get("sources"),
        "customProperties inputTables": custom.get("inputTables"),
    }
    for path, value in wanted.items():
        if not value:
            yield f"has no {path}"
        elif path.endswith(("sources", "inputTables")) and not isinstance(value, list):
            yield f"{path} is no list"
    if not re.fullmatch(r"\d+\.\d+\.\d+", contract.version or ""):
        yield f"version is {contract.version}, not like 1.0.0"
    for table in sorted({table for table in outputs if outputs.count(table) > 1}):
        yield f"schema names {table} more than once"
    levels = contract.slaProperties or []
    if not any(level.property == "latency" for level in levels):
        yield "slaProperties promise no latency"
    promised = [(level.property, table) for level in levels for table in _elements(level) or outputs]
    for name, table in sorted({each for each in promised if promised.count(each) > 1}):
        yield f"slaProperties promise two {name} of {table}"
    for level in levels:
        yield from _faults_of_a_service_level(level, outputs)


def _faults_of_a_service_level(level: ServiceLevelAgreementProperty, outputs: list[str]) -> Iterator[str]:
    if level.property not in OBJECTIVES:
        yield f"slaProperties {level.property}: there are {', '.join(OBJECTIVES)}"
        return
    name, unit = OBJECTIVES[level.property]
    if level.unit != unit:
        yield f"slaProperties {level.property} is in {level.unit}: give it in {unit}"
    if isinstance(level.value, bool) or not isinstance(level.value, int | float) or level.value <= 0:
        yield f"slaProperties {level.property} is {level.value}: give a number above 0"
    elif unit == "percent" and level.value > 100:
        yield f"slaProperties {level.property} is {level.value} percent"
    if name != "freshness" and not level.element:
        yield f"slaProperties {level.property} has no element: name the tables that it is measured on"
    for table in _elements(level):
        if table not in outputs:
            yield f"slaProperties {level.property} is of {table}, which is no table of the product"


def _product(contract: OpenDataContractStandard) -> Product:
    custom, outputs = _custom(contract), tuple(_outputs(contract))
    assert contract.id and contract.name and contract.description and contract.description.purpose
    return Product(
        id=contract.id,
        version=contract.version or "",
        name=contract.name,
        domain=contract.domain or "",
        owner=_owner(contract),
        group=custom["dbtGroup"],
        purpose=contract.description.purpose,
        usage=contract.description.usage,
        sources=tuple(custom["sources"]),
        inputs=tuple(custom["inputTables"]),
        outputs=outputs,
        schemas=tuple(server.schema_ for server in contract.servers or [] if server.schema_),
        objectives=tuple(
            # the text of a float is what the file says; its exact value is not
            Objective(*_named(level), tables=tuple(_elements(level)) or outputs)
            for level in contract.slaProperties or []
        ),
    )


def _named(level: ServiceLevelAgreementProperty) -> tuple[str, Decimal, str]:
    name, unit = OBJECTIVES[str(level.property)]
    return name, Decimal(str(level.value)), unit


def _owner(contract: OpenDataContractStandard) -> str:
    return "" if contract.team is None or isinstance(contract.team, list) else contract.team.name or ""


def _outputs(contract: OpenDataContractStandard) -> list[str]:
    return [str(table.name) for table in contract.schema_ or []]


def _custom(contract: OpenDataContractStandard) -> dict[str, Any]:
    return {str(entry.property): entry.value for entry in contract.customProperties or []}


def _elements(level: ServiceLevelAgreementProperty) -> list[str]:
    return [table.strip() for table in (level.element or "").split(",") if table.strip()]
