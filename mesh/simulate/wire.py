"""Business events as bytes: Avro in the Confluent wire format.

A message is the byte 0, the schema's id as 4 bytes big-endian, and the Avro record without header.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from struct import pack
from typing import Any

from fastavro import parse_schema, schemaless_writer

from mesh.simulate.changes import TOPICS, BusinessEvent

SCHEMAS_FOLDER = Path(__file__).resolve().parents[2] / "schemas"


class SchemaFileError(RuntimeError):
    """A topic's schema file is missing or is not an Avro schema."""


@dataclass(frozen=True)
class TopicSchema:
    """A topic's schema: `text` as in its file, `parsed` as fastavro wants it."""

    topic: str
    text: str
    parsed: Any


def read_schemas(folder: Path = SCHEMAS_FOLDER) -> dict[str, TopicSchema]:
    """Read `<topic>.avsc` for every topic of the simulator.

    Raises:
        SchemaFileError: with the path of the file that is missing or malformed.
    """
    schemas = {}
    for topic in TOPICS:
        path = folder / f"{topic}.avsc"
        try:
            text = path.read_text(encoding="utf-8")
            parsed = parse_schema(json.loads(text))
        except FileNotFoundError as error:
            raise SchemaFileError(f"the schema of topic {topic} is missing: {path}") from error
        except Exception as error:
            raise SchemaFileError(f"{path} is not an Avro schema: {error}") from error
        schemas[topic] = TopicSchema(topic, text, parsed)
    return schemas


class WireEncoder:
    """Encodes events once the schemas' registry ids are known."""

    def __init__(self, schemas: Mapping[str, TopicSchema], ids: Mapping[str, int]) -> None:
        self._formats = {topic: (pack(">bI", 0, ids[topic]), schema.parsed) for topic, schema in schemas.items()}

    def encode(self, event: BusinessEvent) -> bytes:
        """Return the message's value."""
        prefix, schema = self._formats[event.topic]
        buffer = BytesIO()
        buffer.write(prefix)
        schemaless_writer(buffer, schema, event.record())
        return buffer.getvalue()
