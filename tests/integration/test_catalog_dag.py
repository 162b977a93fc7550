"""The DAG of the catalog beside a running chain."""

from __future__ import annotations

import pytest

from tests.airflow.running import run_dag
from tests.integration.chain import Chain


def test_a_catalog_that_is_not_there_fails_the_run(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBT_TARGET_PATH", str(chain.target))
    monkeypatch.setenv("DBT_LOG_PATH", str(chain.target / "logs"))
    monkeypatch.delenv("MESH_OPENMETADATA_URL", raising=False)
    ran = run_dag(chain.instance, "catalog_refresh")
    assert (ran.exit_code, ran.state) == (1, "failed")
    assert ran.tasks == {"mesh_docs": "success", "mesh_catalog_publish": "failed"}
