"""Configurations of the client's ingestion, and the manifest as it sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh.catalog.client.plan import Table
from mesh.catalog.inputs import Project
from mesh.catalog.names import lake_table
from mesh.catalog.publish import publish
from mesh.catalog.server import TOKEN, URL
from mesh.catalog.workflows import manifest_for_client, write_workflows
from mesh.clients.logins import login_at
from mesh.errors import MeshError
from mesh.instance import Instance


def test_client_sees_the_lake_without_tests_and_compiled_sql(project: Project) -> None:
    manifest = manifest_for_client(project)
    assert set(manifest["nodes"]) == {"model.m.stg_orders", "model.m.orders_daily"}
    assert set(manifest["sources"]) == {"source.m.bronze.orders_raw"}
    assert manifest["nodes"]["model.m.orders_daily"]["depends_on"]["nodes"] == ["model.m.stg_orders"]
    assert "compiled_code" not in manifest["nodes"]["model.m.stg_orders"]
    (exposure,) = manifest["exposures"].values()
    assert exposure["meta"]["open_metadata_fqn"] == "dashboards.the_dashboard"
    assert "compiled_code" in project.manifest["nodes"]["model.m.stg_orders"], "dbt's own manifest stays as it is"


def test_files_name_the_token_and_do_not_hold_it(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, "a-secret")
    tables = [Table(lake_table("gold", "orders_daily"), ("id",))]
    write_workflows(Instance(tmp_path, tmp_path, 20000), project, tables, tmp_path)
    texts = [path.read_text() for path in sorted(tmp_path.glob("*.yaml"))]
    assert len(texts) == 4
    assert all("a-secret" not in text and f"${TOKEN}" in text and f"${URL}" in text for text in texts)
    kafka = (tmp_path / "kafka.yaml").read_text()
    password = login_at(Instance(tmp_path, tmp_path, 20000), "kafka")
    assert password and password[1] in kafka
    assert (tmp_path / "kafka.yaml").stat().st_mode & 0o077 == 0
    assert r"^trino\.iceberg\.gold\.orders_daily$" in (tmp_path / "trino.yaml").read_text()


def test_publication_without_a_server_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, "http://127.0.0.1:1/api")
    monkeypatch.delenv(TOKEN, raising=False)
    with pytest.raises(MeshError, match=f"set {TOKEN}: "):
        publish(Instance(tmp_path, tmp_path, 20000), [], print)
