"""The DAG of the checks on a running chain: what is broken fails the run, and is on the page all the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mesh.quality.status_page import PAGE
from tests.airflow.running import run_dag
from tests.integration.chain import Chain, query

BROKEN = "not_null_carriers_carrier_name"


@pytest.fixture(autouse=True)
def _own_target(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt's artifacts where the chain has its own; nobody listens."""
    monkeypatch.setenv("DBT_TARGET_PATH", str(chain.target))
    monkeypatch.setenv("DBT_LOG_PATH", str(chain.target / "logs"))
    for name in ("MESH_OPENMETADATA_URL", "OPENLINEAGE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def _a_carrier_without_a_name(chain: Chain) -> Iterator[None]:
    query(chain, "insert into reference.carriers (carrier_code) values ('nameless')")
    yield
    query(chain, "delete from reference.carriers where carrier_code = 'nameless'")


@pytest.mark.usefixtures("_a_carrier_without_a_name")
def test_a_failed_check_fails_the_run_and_is_reported(chain: Chain) -> None:
    page = chain.target / PAGE
    page.unlink(missing_ok=True)
    ran = run_dag(chain.instance, "data_quality_checks", select="carriers", products=["waves-dp"])

    assert (ran.exit_code, ran.state) == (1, "failed")
    # what the other checks say is theirs: the chain has met other tests
    measured = {ran.tasks.pop(name) for name in ("mesh_quality_check", "mesh_quality_measure")}
    assert measured <= {"success", "failed"}
    assert ran.tasks == {
        "mesh_build": "success",
        "mesh_lineage_send": "skipped",
        "dbt_test": "failed",
        "mesh_quality_record": "success",
        "mesh_quality_page": "success",
        "verdict": "failed",
    }
    kept = query(chain, f"select status from quality.check_results where check_name = '{BROKEN}' order by run_at desc")
    assert kept[0] == ["failed"]
    assert BROKEN in page.read_text()
