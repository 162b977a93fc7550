"""An id is found as a word, however JSON writes it, and nothing that only begins with it."""

from __future__ import annotations

import json
import re

import pytest

from mesh.maintain.policy import Relation
from mesh.privacy.statements import TextTable, build_count_sql, build_erase_sql, build_pattern

TABLE = TextTable(
    Relation("bronze", "orders_raw"), {"after": "varchar", "value": "varbinary", "ids": "array(varchar)"}, True
)


@pytest.mark.parametrize(
    "text",
    [
        "CUST-1",
        '{"customer_id": "CUST-1"}',
        '{"customer_id":"CUST-1","status":"new"}',
        "value 'CUST-1' is not in the set",
        "CUST-1, CUST-10",
        "(CUST-1)",
    ],
)
def test_a_word_is_found(text: str) -> None:
    assert re.search(build_pattern("CUST-1"), text)


@pytest.mark.parametrize("text", ["CUST-10", "CUST-1-A", "XCUST-1", "A-CUST-1", "CUST_1", "CUST.1", "cust-1", ""])
def test_another_is_not(text: str) -> None:
    assert not re.search(build_pattern("CUST-1"), text)


@pytest.mark.parametrize("person", ['a "b" c', "Zoë", "x.y*", "back\\slash", "it's"])
def test_an_odd_id_is_found_as_it_is_and_in_json(person: str) -> None:
    for text in (person, json.dumps({"id": person}), json.dumps({"id": person}, ensure_ascii=False)):
        assert re.sub(build_pattern(person), "forgotten", text) in ("forgotten", '{"id": "forgotten"}')


def test_text_is_replaced_and_bytes_become_null() -> None:
    sql = build_erase_sql(TABLE, ["after", "value"], "it's")
    assert sql.startswith('update "bronze"."orders_raw" set "after" = regexp_replace("after", ')
    assert "'forgotten')" in sql and 'null, "value")' in sql and "it''s" in sql
    assert build_count_sql(TABLE, "x").count("count_if") == 3
