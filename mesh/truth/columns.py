"""The kinds of columns: how a document's field becomes a value to calculate with, and a value a cell to compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from mesh.truth.canonical import Canonical, content_of, from_bson
from mesh.truth.values import as_decimal, as_double, as_integer, as_milliseconds, as_text, spell_timestamp

# column: value, as Python calculates with it; timestamps are milliseconds since 1970
Row = dict[str, Any]


@dataclass(frozen=True)
class ColumnType:
    """How a field becomes a value, a value a cell; what to select from the lake, how that becomes a cell.

    Cells are what JSON can hold, so that a row has canonical bytes. Null is null throughout.
    """

    from_field: Callable[[Any], Any]
    to_cell: Callable[[Any], Canonical] = lambda value: value
    selection: str = '"{}"'
    from_lake: Callable[[Any], Canonical] = lambda value: value


def decimal_type(precision: int, scale: int) -> ColumnType:
    """A decimal number, as text in a cell, which keeps its scale."""
    return ColumnType(lambda field: as_decimal(field, precision, scale), to_cell=str, from_lake=str)


TEXT = ColumnType(as_text)
INTEGER = ColumnType(as_integer)
BIGINT = ColumnType(partial(as_integer, bits=64))
DOUBLE = ColumnType(as_double)
BOOLEAN = ColumnType(lambda field: field if isinstance(field, bool) else None)
AMOUNT = decimal_type(18, 2)
COST = decimal_type(18, 4)
MEASURE = decimal_type(12, 4)
# selected as text: beyond year 9999 there is no Python datetime
TIMESTAMP = ColumnType(
    as_milliseconds, to_cell=lambda millis: spell_timestamp(millis * 1000), selection='cast("{}" as varchar)'
)
# wrapped, so that a null in the document is not the null of a missing field
JSON = ColumnType(lambda field: {"json": from_bson(field)}, from_lake=lambda text: {"json": content_of(text)})
# names in any order
NAMES = ColumnType(list, to_cell=sorted, from_lake=sorted)


def cells_of(columns: Mapping[str, ColumnType], row: Row) -> dict[str, Canonical]:
    """The cells that a row of values must have."""
    return {name: None if (value := row[name]) is None else column.to_cell(value) for name, column in columns.items()}


def selections_of(columns: Mapping[str, ColumnType]) -> str:
    """What to select from the lake, in the order of the columns."""
    return ", ".join(column.selection.format(name) for name, column in columns.items())


def cells_of_lake(columns: Mapping[str, ColumnType], selected: list[Any]) -> dict[str, Canonical]:
    """The cells of a row that was selected so."""
    return {
        name: None if value is None else column.from_lake(value)
        for (name, column), value in zip(columns.items(), selected, strict=True)
    }
