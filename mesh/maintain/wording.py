"""How maintenance tells what it did."""

from __future__ import annotations


def counted(number: int, thing: str) -> str:
    """A number and its noun: `1 day`, `2,000 days`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
