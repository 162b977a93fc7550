"""What building a model cost: seconds by dbt, bytes by Trino."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import httpx

from mesh.access.login import READER, Login
from mesh.instance import Instance
from mesh.review.sides import Result

_UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


@dataclass(frozen=True)
class Cost:
    """Wall-clock seconds, and bytes that Trino read from storage; None for what no query tells."""

    seconds: float
    bytes_read: int | None


def costs(instance: Instance, results: Iterable[Result]) -> dict[str, Cost]:
    """By name of the model, of those that are tables."""
    found = {}
    for result in results:
        kind, _, name = result["unique_id"].partition(".")
        if kind == "model" and result["status"] == "success":
            query_id = result["adapter_response"].get("query_id")
            read = _bytes_read(instance, query_id) if query_id else None
            found[name.rpartition(".")[2]] = Cost(result["execution_time"], read)
    return found


def _bytes_read(instance: Instance, query_id: str) -> int | None:
    answer = Login.of_program(instance, READER).get(f"/v1/query/{query_id}")
    if answer.status_code != httpx.codes.OK:  # Trino forgets queries after a while
        return None
    return parse_size(answer.json()["queryStats"]["physicalInputDataSize"])


def parse_size(text: str) -> int:
    """Bytes of a size as Trino writes it, such as `1.5MB`.

    Raises:
        ValueError: it is none.
    """
    if not (parts := re.fullmatch(r"([\d.]+)([kMGT]?B)", text)):
        raise ValueError(f"{text!r} is no size")
    return round(float(parts[1]) * _UNITS[parts[2]])
