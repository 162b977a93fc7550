"""One shape for the outcome of every check, whichever tool ran it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Tool = Literal["dbt", "great_expectations"]
Severity = Literal["error", "warn"]
Status = Literal["passed", "warned", "failed", "errored", "skipped"]


@dataclass(frozen=True)
class CheckResult:
    """What one check said in one run; (`run_id`, `check_name`) is its identity.

    Attributes:
        run_id: dbt's invocation, or the run of the checkpoints.
        run_at: when the check ended, UTC.
        check_name: unique in the project, the same in every run: dbt's own name of the test, or
            `<suite>.<expectation type>.<column>.<hash of its arguments>`.
        check_type: `unique`, `relationships`, `expect_column_values_to_be_in_set` ...
        product: the data product whose table is checked; None for a table of no product.
        table_name: `schema.table` as the project names it; None if the check is of no single table.
        status: `warned` is a failure of a check whose severity is `warn`; `errored` says that it could not be run.
        failures: rows that break the rule; None if it could not be run.
        evaluated: rows looked at, where the tool tells.
        message: for a person, one line; None if there is nothing to say.
    """

    run_id: str
    run_at: datetime
    tool: Tool
    check_name: str
    check_type: str
    product: str | None
    table_name: str | None
    column_name: str | None
    severity: Severity
    status: Status
    failures: int | None
    evaluated: int | None
    message: str | None

    @property
    def is_failing(self) -> bool:
        """Whether it failed, warned, or could not be run."""
        return self.status in ("failed", "warned", "errored")
