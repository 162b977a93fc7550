"""Compares rows of the source with rows of the lake, by id and content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable

from mesh.truth.canonical import Canonical
from mesh.truth.result import SAMPLES, CheckResult

_SHOWN = 100
_FIELDS_SHOWN = 3
_ABSENT = object()


def compare(
    name: str,
    source_ids: Collection[str],
    source_content: Callable[[str], bytes],
    lake_rows: Iterable[tuple[str, bytes]],
) -> CheckResult:
    """Compare every row once; of each row only a digest is kept.

    Args:
        name: of the result.
        source_ids: ids of the source's rows, each once, with a fast `in`.
        source_content: canonical bytes of the source's row with an id.
        lake_rows: (id, canonical bytes) in any order.
    """
    missing = extra = different = 0
    samples: list[str] = []
    source_digests: dict[str, bytes] = {}
    lake_digests: list[tuple[str, bytes]] = []
    for row_id, content in lake_rows:
        lake_digest = hashlib.sha256(content).digest()
        lake_digests.append((row_id, lake_digest))
        sample = None
        if row_id in source_digests:
            extra += 1
            sample = f"extra: {row_id} is in the lake more than once"
        elif row_id not in source_ids:
            extra += 1
            sample = f"extra: {row_id} is not in the source"
        else:
            expected = source_content(row_id)
            source_digests[row_id] = hashlib.sha256(expected).digest()
            if expected != content:
                different += 1
                sample = f"different: {row_id}: {describe_difference(expected, content)}"
        if sample and len(samples) < SAMPLES:
            samples.append(sample)
    for row_id in source_ids:
        if row_id not in source_digests:
            missing += 1
            source_digests[row_id] = hashlib.sha256(source_content(row_id)).digest()
            if len(samples) < SAMPLES:
                samples.append(f"missing: {row_id} is not in the lake")
    return CheckResult(
        name=name,
        source_rows=len(source_digests),
        lake_rows=len(lake_digests),
        missing=missing,
        extra=extra,
        different=different,
        source_digest=digest_of(source_digests.items()),
        lake_digest=digest_of(lake_digests),
        samples=tuple(samples),
    )


def digest_of(rows: Iterable[tuple[str, bytes]]) -> str:
    """SHA-256 over sorted (id, digest of the content) pairs, in hexadecimal."""
    total = hashlib.sha256()
    for row_id, content_digest in sorted(rows):
        total.update(row_id.encode("utf-8", "surrogatepass") + b"\0" + content_digest)
    return total.hexdigest()


def describe_difference(source: bytes, lake: bytes) -> str:
    """The first fields that differ, by their path, with both values."""
    differences = list(_differences("", json.loads(source), json.loads(lake)))
    shown = [
        f"{path or 'the row'} is {_show(expected)} in the source, {_show(found)} in the lake"
        for path, expected, found in differences[:_FIELDS_SHOWN]
    ]
    if len(differences) > _FIELDS_SHOWN:
        shown.append(f"and {len(differences) - _FIELDS_SHOWN} more")
    return "; ".join(shown)


def _differences(path: str, source: Canonical, lake: Canonical) -> Iterable[tuple[str, Canonical, Canonical]]:
    if isinstance(source, dict) and isinstance(lake, dict):
        for name in dict.fromkeys([*source, *lake]):
            inner = f"{path}.{name}" if path else name
            yield from _differences(inner, source.get(name, _ABSENT), lake.get(name, _ABSENT))
    elif isinstance(source, list) and isinstance(lake, list) and len(source) == len(lake):
        for index, (expected, found) in enumerate(zip(source, lake, strict=True)):
            yield from _differences(f"{path}[{index}]", expected, found)
    elif _show(source, None) != _show(lake, None):
        # spelled, because 5 == 5.0 and nan != nan
        yield path, source, lake


def _show(value: object, length: int | None = _SHOWN) -> str:
    return "absent" if value is _ABSENT else json.dumps(value, ensure_ascii=False, sort_keys=True)[:length]
