"""Images of documents as Debezium writes them, made JSON that every reader takes.

MongoDB's extended JSON in the form that Debezium writes is JSON but for one thing: a double that is no number stands
there as a bare word. A reader that meets it reads nothing behind it, in silence.
"""

from __future__ import annotations

import re

import orjson

from flink_jobs.unreadable import Unreadable

# text first, so that a word in it is left alone
_TEXT_OR_WORD = re.compile(r'("(?:[^"\\]|\\.)*")|(-?Infinity|NaN)\b')


def strict_image(image: str) -> str:
    """The image as it is, or with NaN and the infinities as extended JSON's own `{"$numberDouble": "NaN"}`.

    Raises:
        Unreadable: it is no JSON even so.
    """
    if _is_json(image):
        return image
    repaired = _TEXT_OR_WORD.sub(lambda found: found[1] or f'{{"$numberDouble": "{found[2]}"}}', image)
    if not _is_json(repaired):
        raise Unreadable("an image of the document is not JSON")
    return repaired


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True
