"""What a rule has found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One breach of a rule. `subject` is what an exception would name; the message says what to do."""

    rule: str
    subject: str
    message: str

    def line(self) -> str:
        """For a person, and for `grep`."""
        return f"{self.rule}: {self.subject}: {self.message}"
