"""dbt's unit tests of the models: on rows of their own, in Trino."""

from __future__ import annotations

import json

from tests.integration.chain import Chain, query

LEFT_BEHIND = "silver.broken_rules_of_every_table_are_listed__dbt_tmp"
"""What dbt names the table of a unit test, if nobody minds; a killed run leaves it."""


def test_every_unit_test_of_a_model_passes(chain: Chain) -> None:
    query(chain, f"create table {LEFT_BEHIND} (of_another_run integer)")
    try:
        chain.dbt("test", "--select", "resource_type:unit_test")
    finally:
        query(chain, f"drop table {LEFT_BEHIND}")
    ran = json.loads((chain.target / "run_results.json").read_text())["results"]
    manifest = json.loads((chain.target / "manifest.json").read_text())
    assert {one["unique_id"]: one["status"] for one in ran} == dict.fromkeys(manifest["unit_tests"], "pass")
    assert ran
