"""What silver has and MongoDB has not, whatever the type of an id; and deletes that landing reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import bson
import pytest
from bson import json_util
from bson.int64 import Int64
from bson.objectid import ObjectId

from flink_jobs.changes import read_change
from mesh.reconcile.ghosts import build_deletes, compare

IDS = [
    "ORD-1",
    'Zo\u00eb "quoted" \U0001f600',
    7,
    Int64(8),
    12345678.0,
    ObjectId("0123456789abcdef01234567"),
    datetime(2017, 1, 2, 10, tzinfo=UTC),
    {"shop": 7, "number": Int64(8)},
]


def held(*ids: Any) -> list[bytes]:
    return [bson.encode({"_id": one}) for one in ids]


def spelled(one: Any) -> str:
    return json_util.dumps(one, json_options=json_util.CANONICAL_JSON_OPTIONS)


@pytest.mark.parametrize("one", IDS)
def test_an_id_of_any_type_is_found_and_missed(one: Any) -> None:
    there = compare("orders", [spelled(one), spelled("other")], held(one))
    assert (there.living, there.ghosts, there.missing) == (2, (spelled("other"),), 0)
    gone = compare("orders", [spelled(one)], held("new", "newer"))
    assert (gone.ghosts, gone.missing) == ((spelled(one),), 2)


def test_the_number_and_its_text_are_two_documents() -> None:
    assert compare("orders", ['"5"', "5"], held("5")).ghosts == ("5",)


def test_deletes_land_as_deletes_at_the_position() -> None:
    ((key, value),) = build_deletes([spelled(IDS[1])], (1_700_000_000, 3))
    change = read_change(key, value)
    assert (change.document_id, change.op, change.before, change.after) == (spelled(IDS[1]), "d", None, None)
    assert (change.source_at_ms, change.source_order) == (1_700_000_000_000, 3)
