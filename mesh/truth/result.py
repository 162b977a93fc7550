"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass

SAMPLES = 5


@dataclass(frozen=True)
class CheckResult:
    """One comparison of the source with the lake.

    `missing` rows are in the source only, `extra` ones in the lake only (or once too often), `different` ones
    in both with other contents; the digests are over all rows of a side, in whatever order they were read.
    `samples` are up to five of the differences as text. `error` says why there was nothing to compare.
    """

    name: str
    source_rows: int = 0
    lake_rows: int = 0
    missing: int = 0
    extra: int = 0
    different: int = 0
    source_digest: str = ""
    lake_digest: str = ""
    samples: tuple[str, ...] = ()
    error: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the two sides are the same."""
        return (
            self.error is None
            and self.missing == self.extra == self.different == 0
            and self.source_rows == self.lake_rows
            and self.source_digest == self.lake_digest
        )

    def line(self) -> str:
        """The result as one line for a person."""
        if self.error:
            return f"FAILED  {self.name}: {self.error}"
        counts = f"{self.source_rows:,} rows"
        if self.passed:
            return f"equal   {self.name}: {counts}, digest {self.source_digest[:12]}"
        return (
            f"DIFFERS {self.name}: {counts} in the source, {self.lake_rows:,} in the lake; {self.missing} missing,"
            f" {self.extra} extra, {self.different} different: {'; '.join(self.samples)}"
        )
