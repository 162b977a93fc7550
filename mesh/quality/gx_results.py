"""What Great Expectations answered, as outcomes of checks: none is lost, and none passes by saying nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult

from mesh.quality.gx_suites import CHECK_NAME, Check, Suite
from mesh.quality.results import CheckResult, Status

MESSAGE_LENGTH = 300


@dataclass(frozen=True)
class _Outcome:
    status: Status
    failures: int | None = None
    evaluated: int | None = None
    message: str | None = None


def results_of(
    suite: Suite, answer: ExpectationSuiteValidationResult, run_id: str, run_at: datetime
) -> list[CheckResult]:
    """One result a check of the suite, in its order."""
    # Great Expectations gives its answers in an order of its own: those that raised come first
    by_name = {_name(said): said for said in answer.results}
    outcomes = [(check, _outcome(check, by_name.get(check.name))) for check in suite.checks]
    return [_result(suite, check, outcome, run_id, run_at) for check, outcome in outcomes]


def errored_results(suite: Suite, message: str, run_id: str, run_at: datetime) -> list[CheckResult]:
    """Every check of a suite that could not be run, for one reason."""
    return [_result(suite, check, _errored(message), run_id, run_at) for check in suite.checks]


def _name(said: ExpectationValidationResult) -> str | None:
    config = said.expectation_config
    return config.meta.get(CHECK_NAME) if config and config.meta else None


def _outcome(check: Check, said: ExpectationValidationResult | None) -> _Outcome:
    if said is None:
        return _errored("Great Expectations gave no answer")
    if raised := "; ".join(dict.fromkeys(_raised(said.exception_info or {}))):
        return _errored(raised)
    counts: Mapping[str, Any] = said.result or {}
    failures, evaluated = counts.get("unexpected_count"), counts.get("element_count")
    if evaluated == 0:
        # failures among no rows are null to Trino; a condition may have no rows, a product may not
        return _Outcome("passed", 0, 0) if check.is_conditional else _errored("the product has no rows")
    if failures is None or evaluated is None:
        return _errored("Great Expectations counted no rows")
    if said.success:
        return _Outcome("passed", failures, evaluated)
    examples = ", ".join(dict.fromkeys(_example(value) for value in counts.get("partial_unexpected_list") or []))
    message = _line(f"{failures} of {evaluated} rows, such as {examples}")
    return _Outcome("failed" if check.severity == "error" else "warned", failures, evaluated, message)


def _example(value: object) -> str:
    """One value, or those of several columns, for a person."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        return f"({', '.join(map(_example, value))})"
    return "null" if value is None else str(value)


def _raised(info: Mapping[str, Any]) -> Iterator[str]:
    """Messages of what was raised: `info` tells of one, or of one a metric, by the metric's id."""
    for one in [info] if "raised_exception" in info else info.values():
        if one["raised_exception"]:
            yield str(one["exception_message"])


def _errored(message: str) -> _Outcome:
    return _Outcome("errored", message=_line(message))


def _line(text: str) -> str:
    return " ".join(text.split())[:MESSAGE_LENGTH]


def _result(suite: Suite, check: Check, outcome: _Outcome, run_id: str, run_at: datetime) -> CheckResult:
    return CheckResult(
        run_id=run_id,
        run_at=run_at,
        tool="great_expectations",
        check_name=check.name,
        check_type=check.type,
        product=suite.product,
        table_name=suite.table_name,
        column_name="+".join(check.columns),
        severity=check.severity,
        status=outcome.status,
        failures=outcome.failures,
        evaluated=outcome.evaluated,
        message=outcome.message,
    )
