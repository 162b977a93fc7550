"""What dbt-bouncer says, and what its settings may not."""

from __future__ import annotations

from typing import Any

import pytest

from mesh.lint.bouncer import RULE, failures, softened_settings
from mesh.lint.finding import Finding

CHECK = {"name": "check_model_names", "description": "Names say the layer.", "include": "^models/"}


def outcome(**changes: Any) -> dict[str, Any]:
    return {
        "check_run_id": "check_model_names:0:orders",
        "failure_message": "`orders` is\nno name.",
        "outcome": "failed",
        "unique_id": "model.m.orders",
    } | changes


def test_failure_is_a_finding_in_one_line() -> None:
    assert list(failures([outcome()])) == [Finding("check_model_names", "orders", "`orders` is no name.")]


def test_success_is_none() -> None:
    assert not list(failures([outcome(outcome="success")]))


def test_warning_is_a_finding_too() -> None:
    assert len(list(failures([outcome(outcome="warning")]))) == 1


def test_source_is_named_with_its_table() -> None:
    assert [each.subject for each in failures([outcome(unique_id="source.m.bronze.orders")])] == ["bronze.orders"]


def test_check_of_the_whole_project() -> None:
    assert [each.subject for each in failures([outcome(unique_id=None)])] == ["project"]


def test_each_listed_column_is_a_finding_of_its_own() -> None:
    listed = outcome(check_run_id="check_model_column_names:0:orders", failure_message="these: ['day', 'time']")
    assert [each.subject for each in failures([listed])] == ["orders.day", "orders.time"]


def test_settings_with_reasons_are_sound() -> None:
    assert not list(softened_settings({"dbt_artifacts_dir": "target", "manifest_checks": [CHECK]}, [outcome()]))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"description": " "}, "has no description"),
        ({"exclude": "orders"}, "exclude lets things pass"),
        ({"severity": "warn"}, "severity lets things pass"),
    ],
)
def test_softened_check_is_a_finding(change: dict[str, str], what: str) -> None:
    (finding,) = softened_settings({"manifest_checks": [CHECK | change]}, [outcome()])
    assert (finding.rule, finding.subject) == (RULE, "check_model_names")
    assert finding.message.startswith(what)


def test_check_that_looks_at_nothing_is_a_finding() -> None:
    (finding,) = softened_settings({"manifest_checks": [CHECK, CHECK | {"include": "^modles/"}]}, [outcome()])
    assert "looks at nothing" in finding.message


def test_setting_beside_the_checks_is_a_finding() -> None:
    settings = {"manifest_checks": [CHECK], "exclude": "^models/gold"}
    assert [each.subject for each in softened_settings(settings, [outcome()])] == ["exclude"]
