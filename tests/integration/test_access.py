"""Who gets what: every user against every product, by counts that share nothing with the rules."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pymongo
import pytest

from mesh.access.login import MAINTENANCE, READER, Login
from mesh.access.passwords import password_of
from mesh.access.role_table import Cell, role_table
from mesh.clients.mongodb import python_uri
from mesh.instance import REPOSITORY, Instance
from mesh.lake import Lake, LakeError
from mesh.stack.install import venv_binary
from mesh.stack.servers import SERVERS
from tests.integration.chain import Chain, query

STORE = "STORE-367"
ORDERS = ("federated.orders_live", "silver.orders_current", "silver.orders_history")
OF_STORES = ORDERS
LABOR = ("gold.labor_productivity_daily", "silver.workers_current", "silver.workers_history")
SHIPPING = ("federated.shipments_live_with_orders", "gold.shipping_performance_daily", "silver.shipments_current")
# a row of these belongs to the product or the table that a column names
OF_PRODUCTS = {
    "orders_analyst": ("orders-dp",),
    "labor_analyst": ("labor-dp",),
    "labor_owner": ("labor-dp",),
    "shipping_analyst": ("shipping-dp",),
}
OF_TABLES = {
    "orders_analyst": ("orders_current",),
    "labor_analyst": ("workers_current",),
    "labor_owner": ("workers_current",),
    "shipping_analyst": ("shipments_current",),
}
SHARED = ("silver.rejected_rows", "gold.quality_results", "gold.data_product_slo_daily")
READ_WHOLE = {
    "orders_analyst": (*ORDERS, "federated.orders_live_with_history", "federated.order_events_live"),
    "labor_analyst": LABOR,
    "labor_owner": LABOR,
    "shipping_analyst": SHIPPING,
    "store_analyst": (),
}
SEE_EVERYBODY = ("labor_owner", "operator")
PERSONAL = {
    "federated.order_events_live": {"message_value"},
    "federated.orders_live": {"customer_id"},
    "federated.shipments_live_with_orders": {"customer_id"},
    "gold.labor_productivity_daily": {"worker_id"},
    "gold.quality_results": {"message"},
    "silver.orders_current": {"customer_id"},
    "silver.orders_history": {"customer_id"},
    "silver.pack_tasks_current": {"worker_id"},
    "silver.pick_tasks_enriched": {"customer_id", "worker_id", "worker_name"},
    "silver.rejected_rows": {"document_id", "entity_id"},
    "silver.shipments_current": {"worker_id"},
    "silver.workers_current": {"document_id", "worker_id", "full_name", "hourly_rate"},
    "silver.workers_history": {"document_id", "worker_id", "full_name", "hourly_rate"},
}


def as_user(instance: Instance, user: str) -> Lake:
    return Lake(instance, Login.of_person(instance, user, password_of(instance, user)))


def refusal(lake: Lake, sql: str) -> str:
    """The name of the error that a statement ends with."""
    with pytest.raises(LakeError) as refused:
        lake.query(sql)
    return refused.value.name


@pytest.fixture(scope="module", autouse=True)
def _results_of_two_products(chain: Chain) -> Iterator[None]:
    """So that a filter by product has something to let through and something to keep."""
    probes = "(check_name, product) values ('probe of access', 'orders-dp'), ('probe of access', 'labor-dp')"
    query(chain, f"insert into quality.check_results {probes}")
    yield
    query(chain, "delete from quality.check_results where check_name = 'probe of access'")


@pytest.fixture(scope="module")
def all_rows(chain: Chain) -> dict[str, list[dict[str, Any]]]:
    """Every table's rows, read without a filter."""
    with Lake(chain.instance) as lake:
        tables = lake.query(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_schema in ('silver', 'gold', 'federated')"
        )
        found = {}
        for (table,) in tables:
            names, rows = lake.named(f"select * from {table}")
            found[table] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


@pytest.fixture(scope="module")
def cells(chain: Chain) -> dict[tuple[str, str], Cell]:
    return {(cell.user, cell.table): cell for cell in role_table(chain.instance)}


def expected_rows(user: str, table: str, rows: list[dict[str, Any]]) -> int | None:
    if user in ("engineer", "operator") or table in READ_WHOLE[user]:
        return len(rows)
    if user == "store_analyst" and table in OF_STORES:
        return sum(row["store_id"] == STORE for row in rows)
    if user in OF_PRODUCTS and table in SHARED:
        if table.startswith("gold."):
            return sum(row["product"] in OF_PRODUCTS[user] for row in rows)
        return sum(row["table_name"] in OF_TABLES[user] for row in rows)
    return None


def test_every_user_gets_what_is_theirs_and_nothing_else(
    cells: dict[tuple[str, str], Cell], all_rows: dict[str, list[dict[str, Any]]]
) -> None:
    assert {table for _, table in cells} <= set(all_rows)
    assert len(cells) == 7 * 24
    wrong = {
        key: (cell.rows, expected)
        for key, cell in cells.items()
        if cell.rows != (expected := expected_rows(*key, all_rows[key[1]]))
    }
    assert not wrong
    partly = [key for key, cell in cells.items() if cell.rows and cell.rows < len(all_rows[key[1]])]
    assert {"store_analyst", "orders_analyst", "labor_owner"} <= {user for user, _ in partly}, "no filter was tried"


def test_personal_data_is_hidden_from_all_but_owners_and_operators(
    chain: Chain, cells: dict[tuple[str, str], Cell]
) -> None:
    for (user, table), cell in cells.items():
        expected = PERSONAL.get(table, set()) if user not in SEE_EVERYBODY and cell.rows is not None else set()
        assert set(cell.hidden) == expected, (user, table)
        assert not cell.shown
    with as_user(chain.instance, "labor_owner") as owner, as_user(chain.instance, "labor_analyst") as analyst:
        workers = "select count(*) from silver.workers_current where hourly_rate > 0"
        assert owner.query(workers) != [[0]]
        assert analyst.query(workers) == [[0]], "a condition sees what the user sees"


def test_a_store_sees_its_own_orders(chain: Chain) -> None:
    with pymongo.MongoClient[dict[str, Any]](python_uri(chain.instance)) as client:
        theirs = {order["order_id"] for order in client.wms.orders.find({"store_id": STORE}, {"order_id": True})}
        others = client.wms.orders.count_documents({"store_id": {"$ne": STORE}})
    assert theirs and others
    with as_user(chain.instance, "store_analyst") as lake:
        assert {order for (order,) in lake.query("select order_id from federated.orders_live")} == theirs
        at = "for timestamp as of current_timestamp - interval '5' second"
        seen = {order for (order,) in lake.query(f"select order_id from silver.orders_current {at}")}
        assert seen <= theirs


@pytest.mark.parametrize(
    "sql",
    [
        "select * from bronze.orders_raw",
        "select * from silver.orders_versions",
        'select * from silver."orders_current$files"',
        'select * from silver."orders_current$history"',
        "select * from mongodb.wms.orders",
        'select * from kafka.default."wms.orders.events"',
        "select * from table(mongodb.system.query(database => 'wms', collection => 'orders', filter => '{}'))",
        "delete from silver.orders_current",
        "update silver.orders_current set status = 'lost'",
        "drop table silver.orders_current",
        "create table silver.mine (a integer)",
        "create view silver.mine as select 1 as a",
        "create schema mine",
        "alter table silver.orders_current execute optimize",
        "alter table reference.order_statuses execute rollback_to_snapshot(1)",
        "call system.runtime.kill_query(query_id => 'x', message => 'y')",
        "set session authorization dbt",
        "explain (type validate) delete from mongodb.wms.orders",
        "explain (type validate) update silver.orders_current set status = 'lost'",
        "explain select * from bronze.orders_raw",
    ],
)
def test_an_analyst_reads_no_other_way_and_writes_nothing(sql: str, chain: Chain) -> None:
    with as_user(chain.instance, "orders_analyst") as lake:
        assert refusal(lake, sql) in ("PERMISSION_DENIED", "NOT_SUPPORTED")


@pytest.mark.parametrize("user", ["operator", "engineer", "labor_owner"])
def test_no_person_writes(user: str, chain: Chain) -> None:
    with as_user(chain.instance, user) as lake:
        for sql in (
            "delete from silver.workers_current",
            "delete from mongodb.wms.workers",
            "drop schema gold cascade",
        ):
            assert refusal(lake, sql) == "PERMISSION_DENIED"


def test_nobody_sees_what_others_ask(chain: Chain) -> None:
    with Lake(chain.instance) as lake, as_user(chain.instance, "engineer") as engineer:
        lake.query("select 'a secret in a query'")
        users = {user for (user,) in engineer.query('select distinct "user" from system.runtime.queries')}
        assert users == {"engineer"}
        assert len(lake.query('select distinct "user" from system.runtime.queries')) > 1


@pytest.fixture
def door(chain: Chain) -> Iterator[httpx.Client]:
    """Trino over HTTPS, to somebody without a certificate."""
    authority = ssl.create_default_context(cafile=chain.instance.certificates / "ca.crt")
    # Trino ends the connection of whom it refuses
    alone = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=chain.instance.endpoint("trino"), verify=authority, limits=alone) as client:
        yield client


def test_a_name_is_no_proof(chain: Chain, door: httpx.Client) -> None:
    instance, ask = chain.instance, {"content": "select 1"}
    named = {"X-Trino-User": "reader"}
    assert door.post("/v1/statement", headers=named, **ask).status_code == httpx.codes.UNAUTHORIZED
    assert door.post("/v1/statement", auth=("reader", ""), **ask).status_code == httpx.codes.UNAUTHORIZED
    assert door.post("/v1/statement", auth=("engineer", "guessed"), **ask).status_code == httpx.codes.UNAUTHORIZED
    right = ("engineer", password_of(instance, "engineer"))
    assert door.post("/v1/statement", auth=right, **ask).status_code == httpx.codes.OK
    # nor is a proof of one a proof of another
    borrowed = {"auth": right, "headers": {"X-Trino-User": "operator"}}
    answer = door.post("/v1/statement", **borrowed, **ask).json()
    while "nextUri" in answer:
        answer = door.get(answer["nextUri"], **borrowed).json()
    assert answer["error"]["message"] == "Access Denied: User engineer cannot impersonate user operator"
    inner = f"http://127.0.0.1:{instance.port('trino', 'internal')}/v1/statement"
    assert httpx.post(inner, headers=named, **ask).status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


@pytest.mark.parametrize(
    ("program", "sql"),
    [
        (READER, "create schema mine"),
        (READER, "delete from silver.orders_current"),
        (READER, "alter table bronze.waves_events execute optimize"),
        ("dbt", "delete from bronze.orders_raw"),
        ("dbt", "drop table bronze.orders_raw"),
        ("dbt", "alter table bronze.orders_raw execute optimize"),
        ("dbt", "delete from mongodb.wms.orders"),
        ("dbt", "create table mongodb.wms.mine (a integer)"),
        (MAINTENANCE, "drop table mongodb.wms.orders"),
    ],
)
def test_a_program_writes_nothing_but_its_own(program: str, sql: str, chain: Chain) -> None:
    with Lake(chain.instance, program) as lake:
        assert refusal(lake, sql) in ("PERMISSION_DENIED", "NOT_SUPPORTED")


def test_dbt_needs_no_flag(chain: Chain, tmp_path: Path) -> None:
    """As it is typed in a shell that has `mesh stack env`."""
    environment = {
        **os.environ,
        **chain.instance.environment(),
        "DBT_TARGET_PATH": str(tmp_path),
        "DBT_LOG_PATH": str(tmp_path),
    }
    done = subprocess.run(
        [venv_binary("dbt"), "debug", "--connection"],
        check=False,
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert "Connection test: [OK connection ok]" in re.sub(r"\x1b\[\d*m", "", done.stdout), done.stdout
    assert done.returncode == 0


def test_without_its_rules_trino_does_not_start(chain: Chain, tmp_path: Path) -> None:
    """The same command and configuration, with ports of its own and the rules gone."""
    (process,) = SERVERS["trino"].prepare(chain.instance)
    home, configuration = str(chain.instance.home / "conf/trino"), tmp_path / "trino"
    shutil.copytree(home, configuration)
    (configuration / "rules.json").unlink()
    for file in configuration.rglob("*.properties"):
        text = file.read_text().replace(home, str(configuration))
        for name in ("https", "internal"):
            text = text.replace(f"port={chain.instance.port('trino', name)}", "port=0")
        file.write_text(text)
    command = [
        part.replace(home, str(configuration)).replace(str(process.directory), str(tmp_path))
        for part in process.command
    ]
    ended = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=180)
    assert ended.returncode not in (0, None)
    assert re.search(r"Config file does not exist.*FileBasedAccessControlConfig", ended.stdout + ended.stderr)
