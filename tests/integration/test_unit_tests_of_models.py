"""dbt's unit tests of the models: on rows of their own, in Trino."""

from __future__ import annotations

import json

from tests.integration.chain import Chain


def test_every_unit_test_of_a_model_passes(chain: Chain) -> None:
    chain.dbt("test", "--select", "resource_type:unit_test")
    ran = json.loads((chain.target / "run_results.json").read_text())["results"]
    manifest = json.loads((chain.target / "manifest.json").read_text())
    assert {one["unique_id"]: one["status"] for one in ran} == dict.fromkeys(manifest["unit_tests"], "pass")
    assert ran
