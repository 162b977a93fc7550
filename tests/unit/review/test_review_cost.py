"""Sizes are read as Trino writes them, and every model's query is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from mesh.instance import Instance
from mesh.review.cost import Cost, costs, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [("0B", 0), ("512B", 512), ("1.50kB", 1500), ("1.5MB", 1_500_000), ("2GB", 2 * 10**9), ("0.01TB", 10**10)],
)
def test_size_is_bytes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "12", "MB", "1.5 MB", "1.5XB", "-1B", "1.2.3MB"])
def test_anything_else_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no size|could not convert"):
        parse_size(text)


def result(unique_id: str, status: str = "success", **response: str) -> dict[str, Any]:
    return {"unique_id": unique_id, "status": status, "execution_time": 1.5, "adapter_response": response}


def test_cost_is_of_built_models_and_bytes_are_none_where_trino_forgot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MESH_TRINO_URL", "http://trino:8080")
    answers = {
        "http://trino:8080/v1/query/known": httpx.Response(200, json={"queryStats": {"physicalInputDataSize": "2kB"}}),
        "http://trino:8080/v1/query/forgotten": httpx.Response(410),
    }
    monkeypatch.setattr(httpx, "get", lambda address, **_: answers[address])
    found = costs(
        Instance(tmp_path, tmp_path, 42000),
        [
            result("model.data_mesh.a", query_id="known"),
            result("model.data_mesh.b", query_id="forgotten"),
            result("model.data_mesh.c"),
            result("model.data_mesh.d", status="error", query_id="known"),
            result("test.data_mesh.e.1", query_id="known"),
        ],
    )
    assert found == {"a": Cost(1.5, 2000), "b": Cost(1.5, None), "c": Cost(1.5, None)}
