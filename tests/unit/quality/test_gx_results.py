"""Answers of Great Expectations as outcomes: what raised, was lost or counted nothing is never a success."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult

from mesh.contracts.contract import read_products
from mesh.quality.gx_results import errored_results, results_of
from mesh.quality.gx_suites import SUITES, Check, read_suite

SUITE = read_suite(SUITES / "orders_dp.json", read_products())
CRITICAL = SUITE.checks[0]
WARNING = next(check for check in SUITE.checks if check.severity == "warn" and not check.is_conditional)
CONDITIONAL = next(check for check in SUITE.checks if check.is_conditional)
AT = datetime(2026, 1, 1, tzinfo=UTC)
FINE = {"raised_exception": False, "exception_traceback": None, "exception_message": None}
RAISED = {"raised_exception": True, "exception_traceback": "...", "exception_message": "no\n such column"}


def answer(
    check: Check, success: bool, counts: dict[str, Any], info: dict[str, Any]
) -> ExpectationSuiteValidationResult:
    said = ExpectationValidationResult(
        success=success, expectation_config=check.expectation.configuration, result=counts, exception_info=info
    )
    return ExpectationSuiteValidationResult(success=success, results=[said], suite_name=SUITE.name)


@pytest.mark.parametrize(
    ("check", "success", "counts", "info", "outcome"),
    [
        (CRITICAL, True, {"unexpected_count": 1, "element_count": 9}, FINE, ("passed", 1, 9, None)),
        (
            CRITICAL,
            False,
            {"unexpected_count": 3, "element_count": 9, "partial_unexpected_list": ["a", "b", "a"]},
            FINE,
            ("failed", 3, 9, "3 of 9 rows, such as a, b"),
        ),
        (
            WARNING,
            False,
            {"unexpected_count": 1, "element_count": 9, "partial_unexpected_list": [(1, None), {"sku": "A"}]},
            FINE,
            ("warned", 1, 9, "1 of 9 rows, such as (1, null), (A)"),
        ),
        (CRITICAL, False, {}, RAISED, ("errored", None, None, "no such column")),
        (CRITICAL, False, {}, {"one metric": RAISED, "another": RAISED}, ("errored", None, None, "no such column")),
        (CRITICAL, True, {}, FINE, ("errored", None, None, "Great Expectations counted no rows")),
        (
            CRITICAL,
            True,
            {"unexpected_count": 0, "element_count": 0},
            FINE,
            ("errored", None, None, "the product has no rows"),
        ),
        (CONDITIONAL, False, {"unexpected_count": None, "element_count": 0}, FINE, ("passed", 0, 0, None)),
    ],
)
def test_an_answer_is_an_outcome(
    check: Check, success: bool, counts: dict[str, Any], info: dict[str, Any], outcome: tuple[Any, ...]
) -> None:
    results = results_of(SUITE, answer(check, success, counts, info), "run", AT)
    (result,) = [result for result in results if result.check_name == check.name]
    assert (result.status, result.failures, result.evaluated, result.message) == outcome
    assert (result.product, result.table_name, result.run_id, result.run_at) == (
        "orders-dp",
        "silver.orders_current",
        "run",
        AT,
    )
    assert (result.check_type, result.column_name) == (check.type, "+".join(check.columns))


def test_what_was_not_answered_is_an_error_in_its_place() -> None:
    results = results_of(SUITE, answer(WARNING, True, {"unexpected_count": 0, "element_count": 9}, FINE), "run", AT)
    assert [result.check_name for result in results] == [check.name for check in SUITE.checks]
    others = {(one.status, one.message) for one in results if one.check_name != WARNING.name}
    assert others == {("errored", "Great Expectations gave no answer")}


def test_a_suite_that_cannot_be_run_is_an_error_of_each_check() -> None:
    results = errored_results(SUITE, "no such\n table", "run", AT)
    assert len(results) == len(SUITE.checks)
    assert {(one.status, one.message, one.failures) for one in results} == {("errored", "no such table", None)}
