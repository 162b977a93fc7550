"""Images of documents as Debezium writes them, made JSON that every reader takes.

MongoDB's extended JSON in the form that Debezium writes is JSON but for one thing: a double that is no number stands
there as a bare word. A reader that meets it reads nothing behind it, in silence.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from flink_jobs.unreadable import Unreadable

LONGEST_NAME = 50_000
"""Characters of a field's name that Trino's JSON reader takes; it fails on more, and the build with it."""

# text first, so that a word in it is left alone
_TEXT_OR_WORD = re.compile(r'("(?:[^"\\]|\\.)*")|(-?Infinity|NaN)\b')


def strict_image(image: str) -> str:
    """The image as it is, or with NaN and the infinities as extended JSON's own `{"$numberDouble": "NaN"}`.

    Names beyond `LONGEST_NAME` are cut there.

    Raises:
        Unreadable: it is no JSON even so.
    """
    try:
        document = orjson.loads(image)
    except orjson.JSONDecodeError:
        image = _TEXT_OR_WORD.sub(lambda found: found[1] or f'{{"$numberDouble": "{found[2]}"}}', image)
        try:
            document = orjson.loads(image)
        except orjson.JSONDecodeError as error:
            raise Unreadable("an image of the document is not JSON") from error
    if len(image) > LONGEST_NAME and (short := _with_short_names(document)) != document:
        return orjson.dumps(short).decode()
    return image


def _with_short_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[:LONGEST_NAME]: _with_short_names(held) for name, held in value.items()}
    return [_with_short_names(held) for held in value] if isinstance(value, list) else value
