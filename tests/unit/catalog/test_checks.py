"""Where each check belongs, and what its outcome becomes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mesh.catalog.checks import Checks, latest
from mesh.catalog.inputs import Project
from mesh.errors import MeshError
from mesh.quality.results import CheckResult

RESULT = CheckResult(
    run_id="run-1",
    run_at=datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC),
    tool="great_expectations",
    check_name="orders.expect_it.status.abc",
    check_type="expect_it",
    product=None,
    table_name="gold.orders_daily",
    column_name="status",
    severity="warn",
    status="warned",
    failures=3,
    evaluated=10,
    message="three are odd",
)


def test_warning_is_a_failure_with_its_severity_at_its_time(project: Project) -> None:
    (result,) = Checks(project).results([RESULT])
    assert result.case == 'trino.iceberg.gold.orders_daily.status."orders.expect_it.status.abc"'
    assert (result.status, result.timestamp) == ("Failed", 1767323045678)
    assert result.text == "warned; severity warn; three are odd"
    definition, case = Checks(project).entities([RESULT])
    assert definition.body["entityType"] == "COLUMN"
    assert case.body["testDefinition"] == definition.body["name"] == "great_expectations_expect_it_of_column"
    assert case.body["tags"] == ["CheckSeverity.warn"]
    assert case.body["entityLink"] == "<#E::table::trino.iceberg.gold.orders_daily::columns::status>"


def test_one_type_on_a_table_and_on_a_column_is_two_definitions(project: Project) -> None:
    of_table = replace(RESULT, check_name="another", column_name=None)
    names = [entity.ref.fqn for entity in Checks(project).entities([RESULT, of_table])]
    assert names[:2] == ["great_expectations_expect_it_of_column", "great_expectations_expect_it_of_table"]


def test_column_that_the_table_does_not_have_makes_a_check_of_the_table(project: Project) -> None:
    expression = replace(RESULT, column_name="lower(status)")
    assert Checks(project).case(expression).fqn == 'trino.iceberg.gold.orders_daily."orders.expect_it.status.abc"'


def test_test_of_several_tables_belongs_to_the_first(project: Project) -> None:
    result = replace(RESULT, check_name="two_tables_agree", table_name=None, column_name=None)
    assert Checks(project).case(result).fqn == "trino.iceberg.gold.orders_daily.two_tables_agree"


def test_check_of_nothing_known_is_refused_by_name(project: Project) -> None:
    with pytest.raises(MeshError, match=r"check lost looks at gold\.gone"):
        list(Checks(project).results([replace(RESULT, check_name="lost", table_name="gold.gone")]))


def test_last_outcome_of_each_check_counts() -> None:
    later = replace(RESULT, run_id="run-2", run_at=RESULT.run_at + timedelta(hours=1), status="passed")
    other = replace(RESULT, check_name="another")
    assert latest([later, other, RESULT]) == [other, later]
