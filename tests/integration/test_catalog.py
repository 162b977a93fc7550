"""Publication to the catalog: to the strict endpoint, which is no OpenMetadata server, and to a real one if given."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh.catalog.publish import publish
from mesh.catalog.server import TOKEN, URL
from mesh.environments import python_environment
from mesh.errors import MeshError
from mesh.instance import REPOSITORY
from mesh.quality.results import CheckResult
from tests.integration.catalog_endpoint.serve import TOKEN as ACCEPTED
from tests.integration.catalog_endpoint.serve import serve
from tests.integration.chain import Chain

# before the tests set their own
REAL_SERVER = {name: os.environ[name] for name in (URL, TOKEN) if os.environ.get(name)}
MONGODB = "mongodb.default.wms."
SINCE = {"version": 0, "updatedAt": 0}  # what a change moves in any case
LEAF = "order_events_live"  # a model that no other reads, and no product offers

_IN_SET = "orders_dp_quality.expect_column_values_to_be_in_set.status"
# kind of write that the endpoint loses: what its name has in it, and what is said of it
LOST = {
    "table": ("gold.wave_performance_daily", "table {} is missing"),
    "column": ("silver.orders_history.valid_to", "column {} is missing"),
    "testCase": (f"{_IN_SET}.5e6f7a8b", "testCase {} is missing"),
    "testCaseResult": (f"{_IN_SET}.1a2b3c4d", "result of test case {} is missing"),
    "dashboard": ("dashboards.fulfillment_dashboard", "dashboard {} is missing"),
    "dataProduct": ("packing-dp", "dataProduct {} is missing"),
    "asset": ("silver.inventory_current", "data product inventory-dp: table {} is not in it"),
    "edge": ('kafka."wms.labor.events" -> trino.iceberg.bronze.labor_events', "edge {} is missing"),
    "columnEdge": ("gold.labor_productivity_daily.busy_hours", "column edge to {} is missing"),
}


@dataclass(frozen=True)
class Published:
    """What an endpoint held that was published to three times, and what was published."""

    folder: Path
    results: list[CheckResult]
    refusal: str
    """What was said when the endpoint had lost some writes of the first publication."""
    with_losses: dict[str, Any]
    without_leaf: dict[str, Any]
    state: dict[str, Any]

    def artifact(self, name: str) -> dict[str, Any]:
        """One of dbt's artifacts."""
        content: dict[str, Any] = json.loads((self.folder / name).read_text())
        return content


@pytest.fixture(scope="module")
def programs(chain: Chain) -> Path:
    """The client's environment."""
    return python_environment(chain.instance, "catalog")


@pytest.fixture(scope="module")
def results(documented: Path) -> list[CheckResult]:
    """An outcome of every test of dbt, and two of one expectation type on one column, of which one failed."""
    manifest = json.loads((documented / "manifest.json").read_text())
    owner = {node["unique_id"]: node for node in manifest["nodes"].values()}
    at = datetime(2026, 11, 22, 10, 30, 0, 123000, tzinfo=UTC)
    outcomes = []
    for number, node in enumerate(node for node in owner.values() if node["resource_type"] == "test"):
        model = owner.get(node.get("attached_node") or "")
        is_model = model is not None and model["resource_type"] == "model"
        outcomes.append(
            CheckResult(
                "run-1",
                at,
                "dbt",
                node["name"],
                (node.get("test_metadata") or {}).get("name", "sql"),
                None,
                f"{model['schema']}.{model['name']}" if model is not None and is_model else None,
                node.get("column_name"),
                "warn" if number % 7 == 0 else "error",
                "warned" if number % 7 == 0 else "passed",
                number % 7 and 0,
                None,
                None,
            )
        )
    expected = replace(
        outcomes[0],
        tool="great_expectations",
        check_name="orders_dp_quality.expect_column_values_to_be_in_set.status.1a2b3c4d",
        check_type="expect_column_values_to_be_in_set",
        table_name="silver.orders_current",
        column_name="status",
        severity="error",
        status="failed",
        failures=3,
        evaluated=2000,
        message="3 rows with an unknown status",
    )
    passed = replace(expected, check_name=expected.check_name.replace("1a2b3c4d", "5e6f7a8b"), status="passed")
    return [*outcomes, expected, replace(passed, failures=0, message=None)]


@pytest.fixture(scope="module")
def published(
    chain: Chain, programs: Path, documented: Path, results: list[CheckResult], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Published]:
    """Everything published to an empty endpoint that loses some writes; again without one model; again whole."""
    without_leaf = tmp_path_factory.mktemp("without_leaf")
    shutil.copytree(documented, without_leaf, dirs_exist_ok=True)
    manifest = json.loads((documented / "manifest.json").read_text())
    gone = _leaf_and_its_tests(manifest)
    manifest["nodes"] = {key: node for key, node in manifest["nodes"].items() if key not in gone}
    (without_leaf / "manifest.json").write_text(json.dumps(manifest))
    others = [one for one in results if one.check_name not in gone.values()]
    drops = (f"--drop={kind}={fragment}" for kind, (fragment, _) in LOST.items())
    with serve(programs, *drops) as endpoint, pytest.MonkeyPatch.context() as environment:
        environment.setenv(URL, endpoint.url)
        environment.setenv(TOKEN, ACCEPTED)
        with pytest.raises(MeshError) as error:
            publish(chain.instance, results, print, documented)
        states = [endpoint.state()]
        endpoint.keep_all()
        for published, folder in ((others, without_leaf), (results, documented)):
            publish(chain.instance, published, print, folder)
            states.append(endpoint.state())
        yield Published(documented, results, str(error.value), *states)


def _leaf_and_its_tests(manifest: dict[str, Any]) -> dict[str, str]:
    """Ids and names."""
    nodes = manifest["nodes"]
    (leaf,) = [key for key, node in nodes.items() if node["name"] == LEAF]
    tests = [k for k, n in nodes.items() if n["resource_type"] == "test" and leaf in n["depends_on"]["nodes"]]
    return {key: nodes[key]["name"] for key in (leaf, *tests)}


def _alive(state: dict[str, Any], route: str) -> dict[str, Any]:
    return {fqn: entity for fqn, entity in state["entities"].get(route, {}).items() if not entity["deleted"]}


def _but(state: dict[str, Any], *places: str) -> dict[str, dict[str, Any]]:
    """The entities that do not stand under any of these places."""
    return {
        route: {fqn: entity for fqn, entity in entities.items() if not fqn.startswith(places)}
        for route, entities in state["entities"].items()
    }


def _edges(state: dict[str, Any], fqn: str, *, touching: bool) -> list[str]:
    """The edges from or to an entity, or all others, with their details."""
    return sorted(
        json.dumps(edge, sort_keys=True)
        for edge in state["edges"]
        if touching is (fqn in (edge["from"]["fullyQualifiedName"], edge["to"]["fullyQualifiedName"]))
    )


def _relations(published: Published) -> dict[str, dict[str, Any]]:
    nodes = published.artifact("manifest.json")["nodes"].values()
    kinds = ("model", "seed", "snapshot")
    return {f"trino.iceberg.{n['schema']}.{n['alias']}": n for n in nodes if n["resource_type"] in kinds}


def test_every_relation_of_dbt_is_there_with_its_columns(published: Published) -> None:
    catalog, tables = published.artifact("catalog.json")["nodes"], _alive(published.state, "/tables")
    relations = _relations(published)
    assert len(relations) > 40
    for fqn, node in relations.items():
        columns = {column["name"] for column in tables[fqn]["columns"]}
        assert columns == set(catalog[node["unique_id"]]["columns"]), fqn
        assert tables[fqn]["dataModel"]["modelType"] == "DBT"
        if node["description"]:
            assert tables[fqn]["description"] == node["description"], fqn
    bronze = {fqn for fqn in tables if fqn.startswith("trino.iceberg.bronze.")}
    assert len(bronze) == 15
    assert len([fqn for fqn in tables if fqn.startswith("mongodb.")]) == 7


def test_every_result_is_there_under_its_own_name_with_severity_at_its_time(published: Published) -> None:
    cases = _alive(published.state, "/dataQuality/testCases")
    by_name = {entity["name"]: (fqn, entity) for fqn, entity in cases.items()}
    assert len(by_name) == len(cases) == len(published.results)
    tests = [n for n in published.artifact("manifest.json")["nodes"].values() if n["resource_type"] == "test"]
    assert {test["name"] for test in tests} < set(by_name)
    statuses = {"passed": "Success", "warned": "Failed", "failed": "Failed"}
    for result in published.results:
        fqn, case = by_name[result.check_name]
        assert [tag["tagFQN"] for tag in case["tags"]] == [f"CheckSeverity.{result.severity}"]
        (kept,) = published.state["results"][fqn]
        assert kept["timestamp"] == int(result.run_at.timestamp() * 1000)
        assert kept["testCaseStatus"] == statuses[result.status]


def test_products_have_their_domain_owner_and_tables(published: Published) -> None:
    tables, products = _alive(published.state, "/tables"), _alive(published.state, "/dataProducts")
    contracts = [yaml.safe_load(path.read_text()) for path in (REPOSITORY / "products").glob("*.odcs.yaml")]
    assert set(products) == {contract["id"] for contract in contracts}
    for contract in contracts:
        outputs = {table["name"] for table in contract["schema"]}
        assets = {
            fqn.split(".")[-1]
            for fqn, table in tables.items()
            if contract["id"] in [product["name"] for product in table.get("dataProducts", [])]
        }
        assert assets == outputs
        assert [domain["name"] for domain in products[contract["id"]]["domains"]] == [contract["domain"]]
        assert products[contract["id"]]["owners"]
    assert [tag["tagFQN"] for tag in tables["trino.iceberg.gold.order_fulfillment_daily"]["tags"]] == ["Tier.Tier1"]
    names = {column["name"]: column for column in tables["trino.iceberg.silver.workers_current"]["columns"]}
    assert [tag["tagFQN"] for tag in names["full_name"]["tags"]] == ["PII.Sensitive"]
    terms = _alive(published.state, "/glossaryTerms")
    assert len(terms) == len(published.artifact("manifest.json")["metrics"])


def test_every_edge_of_the_project_is_there_and_no_other(published: Published) -> None:
    manifest = published.artifact("manifest.json")
    nodes = {**manifest["nodes"], **manifest["sources"]}
    wanted: Counter[tuple[str, str]] = Counter()
    for fqn, node in _relations(published).items():
        for parent in set(_reads(node)):
            wanted[_place(nodes[parent]), fqn] += 1
    for exposure in manifest["exposures"].values():
        for parent in exposure["depends_on"]["nodes"]:
            wanted[_place(nodes[parent]), _exposure(exposure)] += 1
    for line in (REPOSITORY / "models/bronze/_bronze__sources.yml").read_text().splitlines():
        name = line.strip().removeprefix("- name: ")
        collection = name.removesuffix("_raw")
        if name != collection:
            wanted[f"mongodb.default.wms.{collection}", f'kafka."cdc.wms.{collection}"'] += 1
            wanted[f'kafka."cdc.wms.{collection}"', f"trino.iceberg.bronze.{name}"] += 1
            wanted[f'kafka."cdc.wms.{collection}"', "trino.iceberg.bronze.dead_letters"] += 1
        elif line.strip().startswith("- name: ") and name.endswith("_events"):
            topic = f'kafka."wms.{name.removesuffix("_events")}.events"'
            wanted[topic, f"trino.iceberg.bronze.{name}"] += 1
            wanted[topic, "trino.iceberg.bronze.dead_letters"] += 1
    edges = Counter((e["from"]["fullyQualifiedName"], e["to"]["fullyQualifiedName"]) for e in published.state["edges"])
    assert edges == wanted


def test_columns_are_followed_into_nearly_every_column_of_the_models(published: Published) -> None:
    catalog = published.artifact("catalog.json")["nodes"]
    reached = {
        column["toColumn"] for edge in published.state["edges"] for column in edge["details"].get("columnsLineage", [])
    }
    models = {fqn: n for fqn, n in _relations(published).items() if n["resource_type"] == "model"}
    every = {f"{fqn}.{column}" for fqn, node in models.items() for column in catalog[node["unique_id"]]["columns"]}
    # the rest are counts of rows and constants
    assert len(every & reached) > 0.95 * len(every), sorted(every - reached)
    assert "trino.iceberg.gold.order_fulfillment_daily.completion_rate" in reached


def test_path_leads_from_the_collection_to_every_exposure(published: Published) -> None:
    steps: dict[str, set[str]] = {}
    for edge in published.state["edges"]:
        steps.setdefault(edge["from"]["fullyQualifiedName"], set()).add(edge["to"]["fullyQualifiedName"])
    reached, pending = set(), ["mongodb.default.wms.orders"]
    while pending:
        here = pending.pop()
        reached.add(here)
        pending.extend(steps.get(here, set()) - reached)
    exposures = [
        exposure
        for exposure in published.artifact("manifest.json")["exposures"].values()
        if any(parent.endswith(".order_fulfillment_daily") for parent in exposure["depends_on"]["nodes"])
    ]
    assert exposures
    assert {_exposure(exposure) for exposure in exposures} <= reached
    capture = next(e for e in published.state["edges"] if e["to"]["fullyQualifiedName"] == 'kafka."cdc.wms.orders"')
    assert capture["details"]["pipeline"]["fullyQualifiedName"].startswith("kafka_connect.")


def test_a_publication_changes_what_has_changed_in_dbt_and_nothing_else(published: Published) -> None:
    leaf, *tests = _leaf_and_its_tests(published.artifact("manifest.json")).values()
    fqn = f"trino.iceberg.federated.{leaf}"
    first, without, after = published.with_losses, published.without_leaf, published.state
    assert not first["entities"]["/tables"][fqn]["deleted"]

    gone = without["entities"]
    assert [name for name, table in gone["/tables"].items() if table["deleted"]] == [fqn]
    assert {case["name"] for case in gone["/dataQuality/testCases"].values() if case["deleted"]} == set(tests)

    changed = set(after["changes"][len(without["changes"]) :])
    assert fqn in changed
    # other tests write documents meanwhile, in which the client finds a column that it had not seen
    assert {name for name in changed if not name.startswith((fqn, MONGODB)) and not name.endswith(fqn)} == set()
    assert _but(after, fqn, MONGODB) == _but(without, fqn, MONGODB)
    assert _edges(after, fqn, touching=False) == _edges(without, fqn, touching=False)
    assert _edges(after, fqn, touching=True) == _edges(first, fqn, touching=True) != []
    came_back = after["entities"]["/tables"][fqn]
    assert {**came_back, **SINCE} == {**first["entities"]["/tables"][fqn], **SINCE}


def test_each_lost_write_is_named(published: Published) -> None:
    dropped = published.with_losses["dropped"]
    assert dropped.keys() == LOST.keys()
    for kind, (_, said) in LOST.items():
        line = said.format(dropped[kind])
        assert any(one.endswith(line) for one in published.refusal.splitlines()), line


def test_server_that_cannot_be_used_gets_one_line(
    chain: Chain, programs: Path, documented: Path, results: list[CheckResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(programs, "--version", "1.9.4") as old, serve(programs) as current:
        for url, token, said in (
            (old.url, ACCEPTED, f"OpenMetadata at {old.url} is 1.9.4"),
            (current.url, "another", "refuses the token"),
            ("http://127.0.0.1:9/api", ACCEPTED, "no answer from OpenMetadata at http://127.0.0.1:9/api"),
        ):
            monkeypatch.setenv(URL, url)
            monkeypatch.setenv(TOKEN, token)
            with pytest.raises(MeshError, match=said) as error:
                publish(chain.instance, results, print, documented)
            assert len(str(error.value).splitlines()) == 1
        assert not _alive(current.state(), "/tables")


@pytest.mark.live
@pytest.mark.skipif(not REAL_SERVER, reason=f"{URL} names no server")
def test_whole_publication_to_a_real_server(
    chain: Chain, documented: Path, results: list[CheckResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in REAL_SERVER.items():
        monkeypatch.setenv(name, value)
    said: list[str] = []
    publish(chain.instance, results, said.append, documented)
    publish(chain.instance, results, said.append, documented)
    assert said[-1].startswith("0 writes")


def _reads(node: dict[str, Any]) -> list[str]:
    parents: list[str] = node["depends_on"].get("nodes", [])
    return parents


def _place(node: dict[str, Any]) -> str:
    name = node.get("identifier") or node["alias"]
    if node["database"] == "kafka":
        return f'kafka."{name}"'
    service = "mongodb.default" if node["database"] == "mongodb" else "trino.iceberg"
    return f"{service}.{node['schema']}.{name}"


def _exposure(exposure: dict[str, Any]) -> str:
    if exposure["type"] == "application":
        return f"applications.{exposure['name']}.data"
    return f"dashboards.{exposure['name']}"
