"""The endpoint of the catalog's tests is strict: what a server would refuse, it refuses. Needs no stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mesh.environments import python_environment
from mesh.instance import Instance
from tests.integration.catalog_endpoint.serve import TOKEN, serve

COLUMNS = [{"name": "id", "dataType": "BIGINT"}, {"name": "day", "dataType": "DATE"}]
TABLE = {"name": "orders", "databaseSchema": "lake.iceberg.gold", "columns": COLUMNS}


class Client:
    """Asks the endpoint as a bot."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=f"{url}/v1", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)

    def refused(self, method: str, path: str, body: Any) -> tuple[int, str]:
        """Status and message of an answer."""
        answer = self.http.request(method, path, json=body)
        return answer.status_code, answer.json().get("message", "")

    def put(self, path: str, body: Any) -> dict[str, Any]:
        """What became of it."""
        answer = self.http.put(path, json=body)
        assert answer.status_code == 200, answer.text
        entity: dict[str, Any] = answer.json()
        return entity


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    programs = python_environment(Instance.from_environment(), "catalog")
    with serve(programs) as endpoint:
        client = Client(endpoint.url)
        client.put("/services/databaseServices", {"name": "lake", "serviceType": "Trino"})
        client.put("/databases", {"name": "iceberg", "service": "lake"})
        client.put("/databaseSchemas", {"name": "gold", "database": "lake.iceberg"})
        client.put("/tables", TABLE)
        client.put("/tables", {**TABLE, "name": "daily"})
        yield client


def test_requests_are_checked_against_the_schemas(client: Client) -> None:
    assert client.refused("PUT", "/tables", {**TABLE, "nonsense": 1})[0] == 400
    wrong = [{"name": "id", "dataType": "BIGINTEGER"}]
    assert client.refused("PUT", "/tables", {**TABLE, "columns": wrong})[0] == 400
    assert client.refused("PUT", "/tables", {"name": "x", "databaseSchema": "lake.iceberg.gold"})[0] == 400
    unknown = [{"name": "id", "dataType": "BIGINT", "comment": "of another API"}]
    assert client.refused("PUT", "/tables", {**TABLE, "columns": unknown})[0] == 400
    assert client.refused("PUT", "/nothing", {})[0] == 404


def test_entities_that_are_named_must_exist(client: Client) -> None:
    assert client.refused("PUT", "/tables", {**TABLE, "databaseSchema": "lake.iceberg.none"})[0] == 404
    assert client.refused("PUT", "/tables", {**TABLE, "domains": ["none"]})[0] == 404
    label = {"tagFQN": "PII.None.Such", "source": "Classification", "labelType": "Manual", "state": "Confirmed"}
    assert client.refused("PUT", "/tables", {**TABLE, "tags": [label]})[0] == 404


def test_token_is_needed_for_all_but_the_version(client: Client) -> None:
    stranger = {"Authorization": "Bearer stolen"}
    assert client.http.get("/tables", headers=stranger).status_code == 401
    assert client.http.get("/system/version", headers=stranger).json()["version"] == "2.0.6"


def test_lineage_speaks_of_columns_that_exist(client: Client) -> None:
    ends = [client.http.get(f"/tables/name/lake.iceberg.gold.{name}").json()["id"] for name in ("orders", "daily")]

    def edge(source: str, target: str, columns: list[dict[str, Any]]) -> dict[str, Any]:
        references = [{"id": end, "type": "table"} for end in (source, target)]
        details = {"source": "Manual", "columnsLineage": columns}
        return {"edge": {"fromEntity": references[0], "toEntity": references[1], "lineageDetails": details}}

    good = {"fromColumns": ["lake.iceberg.gold.orders.id"], "toColumn": "lake.iceberg.gold.daily.id"}
    bad = {**good, "fromColumns": ["lake.iceberg.gold.orders.gone"]}
    status, message = client.refused("PUT", "/lineage", edge(*ends, [good, bad]))
    assert (status, "lake.iceberg.gold.orders.gone" in message) == (400, True)
    gone = "00000000-0000-0000-0000-000000000000"
    assert client.refused("PUT", "/lineage", edge(gone, ends[1], [good]))[0] == 404
    client.put("/lineage", edge(*ends, [good]))


def test_version_rises_when_something_changed_and_then_only(client: Client) -> None:
    first = client.put("/tables", {**TABLE, "name": "versioned"})
    assert client.put("/tables", {**TABLE, "name": "versioned"})["version"] == first["version"]
    described = client.put("/tables", {**TABLE, "name": "versioned", "description": "Said once."})
    assert described["version"] > first["version"]
    again = client.put("/tables", {**TABLE, "name": "versioned", "description": "Said by a bot again."})
    assert (again["version"], again["description"]) == (described["version"], "Said once.")
    patch = [{"op": "add", "path": "/description", "value": "Patched."}]
    assert client.http.patch(f"/tables/{first['id']}", json=patch).json()["description"] == "Patched."


def test_what_is_marked_deleted_is_neither_found_nor_lost(client: Client) -> None:
    entity = client.put("/tables", {**TABLE, "name": "short_lived"})
    search = "/search/fieldQuery?fieldName=fullyQualifiedName&index=table_search_index&fieldValue=*.short_lived"
    assert len(client.http.get(search).json()["hits"]["hits"]) == 1
    assert client.http.delete(f"/tables/{entity['id']}?hardDelete=false&recursive=false").status_code == 200
    assert client.http.get(search).json()["hits"]["hits"] == []
    assert client.http.get("/tables/name/lake.iceberg.gold.short_lived").status_code == 404
    kept = client.http.get("/tables/name/lake.iceberg.gold.short_lived?include=all").json()
    assert kept["deleted"]


def test_fields_are_given_to_whoever_asks(client: Client) -> None:
    client.put("/teams", {"name": "platform", "teamType": "Group"})
    team = client.http.get("/teams/name/platform").json()["id"]
    client.put("/tables", {**TABLE, "name": "owned", "owners": [{"id": team, "type": "team"}]})
    assert "owners" not in client.http.get("/tables/name/lake.iceberg.gold.owned").json()
    assert client.http.get("/tables/name/lake.iceberg.gold.owned?fields=owners").json()["owners"][0]["id"] == team
    assert client.http.get("/tables/name/lake.iceberg.gold.owned?fields=nonsense").status_code == 400
