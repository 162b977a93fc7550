"""What commands print for a person."""

from __future__ import annotations

from collections.abc import Sequence

import click


def report_step(line: str) -> None:
    """Progress for a person who waits."""
    click.echo(f"  {line}")


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on the terminal."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*header, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console(highlight=False).print(table)
