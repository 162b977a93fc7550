from __future__ import annotations

import json
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastavro import schemaless_reader
from fastavro.validation import validate

from mesh.simulate.changes import TOPICS, Change
from mesh.simulate.wire import SchemaFileError, WireEncoder, read_schemas


def test_an_event_that_breaks_or_bends_its_schema_is_caught(changes: list[Change]) -> None:
    schemas = read_schemas()
    ids = {topic: number for number, topic in enumerate(TOPICS, start=300)}
    encoder = WireEncoder(schemas, ids)
    types: dict[str, set[str]] = {topic: set() for topic in TOPICS}
    for change in changes:
        event = change.event
        if event is None:
            continue
        record = event.record()
        schema = schemas[event.topic].parsed
        assert validate(record, schema)
        value = encoder.encode(event)
        assert value[:1] == b"\0"
        assert struct.unpack(">I", value[1:5]) == (ids[event.topic],)
        decoded: Any = schemaless_reader(BytesIO(value[5:]), schema, None)
        assert {name: v for name, v in decoded.items() if v is not None} == record
        assert event.key in record.values()
        types[event.topic].add(event.event_type)
    documented = {topic: _documented_types(schemas[topic].text) for topic in TOPICS}
    assert types == documented


@pytest.mark.parametrize("topic", TOPICS)
def test_a_field_without_words_or_an_optional_without_default_is_caught(topic: str) -> None:
    schema = json.loads(read_schemas()[topic].text)
    assert schema["namespace"] == "wms"
    assert schema["doc"]
    for field in schema["fields"]:
        assert field["doc"], field
        if isinstance(field["type"], list):
            assert field["type"][0] == "null"
            assert field["default"] is None


def test_two_records_of_the_same_name_are_caught() -> None:
    names = {json.loads(schema.text)["name"] for schema in read_schemas().values()}
    assert len(names) == len(TOPICS)


def test_a_missing_schema_file_that_is_passed_over_is_caught(tmp_path: Path) -> None:
    with pytest.raises(SchemaFileError, match=r"wms\.orders\.events.*missing"):
        read_schemas(tmp_path)


def test_a_malformed_schema_file_that_is_passed_over_is_caught(tmp_path: Path) -> None:
    (tmp_path / f"{TOPICS[0]}.avsc").write_text('{"type": "recor"}')
    with pytest.raises(SchemaFileError, match="not an Avro schema"):
        read_schemas(tmp_path)


def _documented_types(text: str) -> set[str]:
    docs = {field["name"]: field["doc"] for field in json.loads(text)["fields"]}
    words = docs["event_type"].replace(",", " ").replace("(", " ").split()
    return {word.rstrip(".") for word in words if "." in word.rstrip(".")}
