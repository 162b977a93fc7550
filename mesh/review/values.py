"""Rows and values of a table on both sides, compared by its key inside Trino."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mesh.review.lake import Columns, Lake

SAMPLES = 3
SAMPLED_COLUMNS = 4
_NUMERIC = ("tinyint", "smallint", "integer", "bigint", "real", "double", "decimal")


@dataclass(frozen=True)
class ColumnDifference:
    """Rows of one key whose values differ; sums where the column is a number; samples are (key, before, after)."""

    column: str
    rows: int
    sum_before: Any
    sum_after: Any
    samples: tuple[tuple[Any, Any, Any], ...]


@dataclass(frozen=True)
class DataDifference:
    """One table on both sides. Without a key whole rows are compared, and `columns` is empty."""

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

    @property
    def is_empty(self) -> bool:
        """Whether both sides hold the same rows with the same values in every compared column."""
        return not (self.gone or self.new or self.doubled or self.columns or self.rows_before != self.rows_after)


def compare_tables(
    lake: Lake, model: str, tables: tuple[str, str], columns: tuple[Columns, Columns], key: Sequence[str]
) -> DataDifference:
    """Count what differs between (base, change), and fetch samples of it.

    Columns of both sides are compared; where the type changed, the old value is cast to the new type.
    """
    before, after = columns
    shared = [name for name in after if name in before]
    key = tuple(key) if key and all(name in shared for name in key) else ()
    values = [name for name in shared if name not in key]
    pairs = build_pairs_sql(tables, columns, key or shared, values if key else ())
    counted = lake.query(build_counts_sql(pairs, values if key else (), after))[0]
    rows_before, rows_after, gone, new, doubled, *rest = counted
    differences = []
    if key:
        changed = sorted(zip(values, rest[0::3], rest[1::3], rest[2::3], strict=True), key=lambda one: -one[1])
        for place, (name, rows, sum_before, sum_after) in enumerate(changed):
            if rows:
                wanted = place < SAMPLED_COLUMNS
                samples = lake.query(build_value_samples_sql(pairs, key, name)) if wanted else []
                told = tuple((_key_text(row[:-2]), row[-2], row[-1]) for row in samples)
                differences.append(ColumnDifference(name, rows, sum_before, sum_after, told))
    return DataDifference(
        model=model,
        key=key,
        compared=tuple(values if key else shared),
        rows_before=rows_before,
        rows_after=rows_after,
        gone=gone,
        new=new,
        doubled=doubled,
        columns=tuple(differences),
        gone_samples=_row_samples(lake, pairs, key or shared, "on_base > on_change") if gone else (),
        new_samples=_row_samples(lake, pairs, key or shared, "on_change > on_base") if new else (),
    )


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


def build_counts_sql(pairs: str, values: Sequence[str], kinds: Columns) -> str:
    """One row: rows of each side, keys gone, new and doubled; and by column how many differ, and both sums."""
    counts = [
        "coalesce(sum(on_base), 0)",
        "coalesce(sum(on_change), 0)",
        "coalesce(sum(greatest(on_base - on_change, 0)), 0)" if not values else "count_if(on_change = 0)",
        "coalesce(sum(greatest(on_change - on_base, 0)), 0)" if not values else "count_if(on_base = 0)",
        "0" if not values else "count_if(on_change > 1 and on_change <> on_base)",
    ]
    for name in values:
        counts.append(f"count_if(on_base > 0 and on_change > 0 and base_{name} is distinct from change_{name})")
        counts += [f"sum({side}_{name})" if kinds[name].startswith(_NUMERIC) else "null" for side in ("base", "change")]
    return f"select {', '.join(counts)} from ({pairs})"


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
