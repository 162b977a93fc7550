"""Rows and values of a table on both sides, compared by its key inside Trino."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mesh.lake import Lake
from mesh.review.rewind import WATERMARK
from mesh.review.schemas import Columns

SAMPLES = 3
SAMPLED_COLUMNS = 4
_WHOLE = ("tinyint", "smallint", "integer", "bigint")
_FRACTIONS = ("decimal", "real", "double")
_NUMBERS = (*_WHOLE, *_FRACTIONS, "boolean")
_MOMENTS = ("date", "timestamp")
_TEXT = ("varchar", "char")
_NESTED = ("map", "array", "row", "varbinary")


@dataclass(frozen=True)
class ColumnDifference:
    """Rows of one key whose values differ; samples are (key, before, after).

    `summary` names what `before` and `after` are over the column: the sum of whole numbers, the mean of others, which
    may be rates; it is empty, and they are None, where the column is no number.
    """

    column: str
    rows: int
    summary: str
    before: Any
    after: Any
    samples: tuple[tuple[Any, Any, Any], ...]


@dataclass(frozen=True)
class DataDifference:
    """One table on both sides. Without a key whole rows are compared, and `columns` is empty.

    `left_out` are columns whose new type cannot be compared with the old one.
    """

    model: str
    key: tuple[str, ...]
    compared: tuple[str, ...]
    rows_before: int
    rows_after: int
    gone: int
    new: int
    doubled: int
    columns: tuple[ColumnDifference, ...]
    gone_samples: tuple[Any, ...]
    new_samples: tuple[Any, ...]
    left_out: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether both sides hold the same rows with the same values in every compared column."""
        return not (self.gone or self.new or self.doubled or self.columns or self.rows_before != self.rows_after)


def compare_tables(
    lake: Lake, model: str, tables: tuple[str, str], columns: tuple[Columns, Columns], key: Sequence[str]
) -> DataDifference | None:
    """Count what differs between (base, change), and fetch samples of it; None if no column is on both sides.

    Columns of both sides are compared, the watermark apart. Where a type changed, the old value is cast to the new
    one; what has no such cast is left out. A key that is not one is none: whole rows are compared then.
    """
    before, after = columns
    both = [name for name in after if name in before and name != WATERMARK]
    shared = [name for name in both if _is_comparable(before[name], after[name])]
    if not shared:
        return None
    key = tuple(key) if key and all(name in shared for name in key) else ()
    if key:
        ((doubled,),) = lake.query(f"select count_if(on_base > 1) from ({build_pairs_sql(tables, columns, key, ())})")
        key = () if doubled else key
    values = [name for name in shared if name not in key] if key else []
    pairs = build_pairs_sql(tables, columns, key or shared, values)
    rows_before, rows_after, gone, new, doubled, *rest = lake.query(
        build_counts_sql(pairs, values, after, by_key=bool(key))
    )[0]
    return DataDifference(
        model=model,
        key=key,
        compared=tuple(shared),
        rows_before=rows_before,
        rows_after=rows_after,
        gone=gone,
        new=new,
        doubled=doubled,
        columns=_of_columns(lake, pairs, key, {name: after[name] for name in values}, rest),
        gone_samples=_row_samples(lake, pairs, key or shared, "on_base > on_change") if gone else (),
        new_samples=_row_samples(lake, pairs, key or shared, "on_change > on_base") if new else (),
        left_out=tuple(name for name in both if name not in shared),
    )


def _is_comparable(before: str, after: str) -> bool:
    if before == after:
        return True
    scalar = not (before.startswith(_NESTED) or after.startswith(_NESTED))
    if scalar and (before.startswith(_TEXT) or after.startswith(_TEXT)):
        return True
    # Trino has no cast between the families: not even try_cast takes one
    return any(before.startswith(family) and after.startswith(family) for family in (_NUMBERS, _MOMENTS))


def _of_columns(
    lake: Lake, pairs: str, key: Sequence[str], values: Columns, counted: Sequence[Any]
) -> tuple[ColumnDifference, ...]:
    """Columns with differences, the most of them first; the first few with samples."""
    found = zip(values, counted[0::3], counted[1::3], counted[2::3], strict=True)
    differences: list[ColumnDifference] = []
    for name, rows, summary_before, summary_after in sorted(found, key=lambda one: -one[1]):
        if rows:
            wanted = len(differences) < SAMPLED_COLUMNS
            samples = lake.query(build_value_samples_sql(pairs, key, name)) if wanted else []
            told = tuple((_key_text(row[:-2]), row[-2], row[-1]) for row in samples)
            summary = _summary(name, values[name])[0]
            differences.append(ColumnDifference(name, rows, summary, summary_before, summary_after, told))
    return tuple(differences)


def build_pairs_sql(
    tables: tuple[str, str], columns: tuple[Columns, Columns], key: Sequence[str], values: Sequence[str]
) -> str:
    """One row a key: how often it is on each side, and each value of both; nulls are equal, in keys too."""
    sides = []
    for side, table, kinds in zip(("base", "change"), tables, columns, strict=True):
        selected = (
            name if kinds[name] == columns[1][name] else f"try_cast({name} as {columns[1][name]}) as {name}"
            for name in [*key, *values]
        )
        sides.append(f"select '{side}' as review_side, {', '.join(selected)} from {table}")
    pairs = [
        f"any_value({name}) filter (where review_side = '{side}') as {side}_{name}"
        for name in values
        for side in ("base", "change")
    ]
    counts = ["count_if(review_side = 'base') as on_base", "count_if(review_side = 'change') as on_change"]
    return f"select {', '.join([*key, *counts, *pairs])} from ({' union all '.join(sides)}) group by {', '.join(key)}"


def build_counts_sql(pairs: str, values: Sequence[str], kinds: Columns, *, by_key: bool) -> str:
    """One row: rows of each side, keys gone, new and doubled; and by column how many differ, and both summaries."""
    counts = ["coalesce(sum(on_base), 0)", "coalesce(sum(on_change), 0)"]
    if by_key:
        counts += ["count_if(on_change = 0)", "count_if(on_base = 0)", "count_if(on_change > 1)"]
    else:
        counts += [
            "coalesce(sum(greatest(on_base - on_change, 0)), 0)",
            "coalesce(sum(greatest(on_change - on_base, 0)), 0)",
            "0",
        ]
    for name in values:
        counts.append(f"count_if(on_base > 0 and on_change > 0 and base_{name} is distinct from change_{name})")
        counts += [_summary(f"{side}_{name}", kinds[name])[1] for side in ("base", "change")]
    return f"select {', '.join(counts)} from ({pairs})"


def _summary(column: str, kind: str) -> tuple[str, str]:
    """What one number says of a column, and its SQL."""
    if kind in _WHOLE:
        # wide enough that no sum overflows
        return "sum", f"sum(cast({column} as decimal(38, 0)))"
    if kind.startswith(_FRACTIONS):
        # a sum of rates would mean nothing
        return "mean", f"round(avg(cast({column} as double)), 4)"
    return "", "null"


def build_value_samples_sql(pairs: str, key: Sequence[str], name: str) -> str:
    """The first keys whose value of a column differs, with both values."""
    return (
        f"select {', '.join(key)}, base_{name}, change_{name} from ({pairs})"
        f" where on_base > 0 and on_change > 0 and base_{name} is distinct from change_{name}"
        f" order by {', '.join(key)} limit {SAMPLES}"
    )


def _row_samples(lake: Lake, pairs: str, key: Sequence[str], condition: str) -> tuple[Any, ...]:
    rows = lake.query(f"select {', '.join(key)} from ({pairs}) where {condition} limit {SAMPLES}")
    return tuple(_key_text(row) for row in rows)


def _key_text(values: Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values)
