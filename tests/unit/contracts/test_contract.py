"""The contracts: what the document promises, and one line for each fault of a file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from mesh.contracts.contract import CONTRACTS, read_product, read_products
from mesh.contracts.objectives import build_replace_sql, objective_rows
from mesh.errors import MeshError


def test_products_are_those_of_the_document() -> None:
    promises = {product.id: (product.owner, product.freshness(), product.quality()) for product in read_products()}
    assert promises == {
        "orders-dp": ("Order Team", "< 5 min", "99.9 % completeness"),
        "inventory-dp": ("Inventory Team", "< 1 min", "99.99 % accuracy"),
        "waves-dp": ("Operations", "< 5 min", "99.9 % completeness"),
        "picking-dp": ("Operations", "< 5 min", "99.9 % completeness"),
        "packing-dp": ("Operations", "< 5 min", "99.9 % completeness"),
        "shipping-dp": ("Logistics", "< 5 min", "99.9 % completeness"),
        "labor-dp": ("HR/Operations", "< 5 min", "99.9 % completeness"),
        "fulfillment-dp": ("Operations", "< 15 min", "n/a"),
    }


def edited(folder: Path, edit: tuple[str, str]) -> Path:
    text = (CONTRACTS / "orders-dp.odcs.yaml").read_text()
    assert edit[0] in text
    path = folder / "orders-dp.odcs.yaml"
    path.write_text(text.replace(*edit))
    return path


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (("kind: DataContract", "kind: Contract"), "$.kind: 'Contract' is not one of ['DataContract']"),
        (("team:", "teem:"), "$: Additional properties are not allowed ('teem' was unexpected)"),
        (("  - name: orders_current", "  - nom: orders_current"), "$.schema[0]: "),
        (("type: trino", "type: trine"), "$.servers[0].type: 'trine' is not one of "),
        (("id: orders-dp", "id: order-dp"), "id is order-dp, the file is named orders-dp"),
        (("team: {name: Order Team}", "team: {description: us}"), "has no team.name"),
        (("dbtGroup", "group"), "has no customProperties dbtGroup"),
        (("value: [bronze.orders_raw, bronze.orders_events]", "value: bronze.orders_raw"), "customProperties inputTab"),
        (("  - name: orders_history", "  - name: orders_current"), "schema names orders_current more than once"),
        (("property: latency", "property: slowness"), "slaProperties promise no latency"),
        (("property: completeness", "property: latency"), "slaProperties promise two latency of orders_current"),
        (("property: latency", "property: slowness"), "slaProperties slowness: there are latency, completeness"),
        (("unit: minutes", "unit: d"), "slaProperties latency is in d: give it in minutes"),
        (("value: 99.9", "value: 999"), "slaProperties completeness is 999 percent"),
        (("value: 99.9", "value: true"), "slaProperties completeness is True: give a number above 0"),
        (("value: 5", "value: 0"), "slaProperties latency is 0: give a number above 0"),
        ((", element: orders_current", ""), "slaProperties completeness has no element"),
        (("element: orders_current", "element: orders"), "slaProperties completeness is of orders, which is no table"),
        (("status: active", "status: [active"), "no YAML: "),
    ],
)
def test_fault_is_one_line_with_its_file(tmp_path: Path, edit: tuple[str, str], fault: str) -> None:
    with pytest.raises(MeshError) as raised:
        read_product(edited(tmp_path, edit))
    lines = str(raised.value).splitlines()
    assert any(line.startswith(f"orders-dp.odcs.yaml: {fault}") for line in lines), lines


def test_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    edited(tmp_path, ("unit: minutes", "unit: d"))
    (tmp_path / "waves-dp.odcs.yaml").write_text("kind: DataContract\n")
    with pytest.raises(MeshError) as raised:
        read_products(tmp_path)
    assert {line.split(":")[0] for line in str(raised.value).splitlines()} == {
        "orders-dp.odcs.yaml",
        "waves-dp.odcs.yaml",
    }


def test_folder_without_contracts_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="no contract"):
        read_products(tmp_path)


def test_freshness_is_of_every_table_and_quality_of_its_elements() -> None:
    rows = objective_rows([read_product(CONTRACTS / "inventory-dp.odcs.yaml")])
    assert ("inventory-dp", "inventory_current", "accuracy", Decimal("99.99"), "percent") in rows
    assert [row[1] for row in rows if row[2] == "freshness"] == [
        "inventory_current",
        "inventory_history",
        "inventory_live",
        "inventory_metrics_daily",
    ]
    assert len(rows) == 5


def test_one_statement_replaces_the_objectives() -> None:
    assert build_replace_sql([("orders-dp", "orders_current", "completeness", Decimal("99.9"), "percent")]) == (
        "create or replace table iceberg.reference.data_product_objectives as\n"
        "select cast(product as varchar) as product, cast(output_table as varchar) as output_table,"
        " cast(objective as varchar) as objective, cast(threshold as decimal(9, 4)) as threshold,"
        " cast(unit as varchar) as unit\n"
        "from (values\n"
        "    ('orders-dp', 'orders_current', 'completeness', decimal '99.9', 'percent')\n"
        ") as objectives (product, output_table, objective, threshold, unit)"
    )


def test_bronze_thresholds_are_of_landing_alone() -> None:
    """One liveness threshold for all of bronze, and none that a contract promises."""
    (source,) = yaml.safe_load((CONTRACTS.parent / "models/bronze/_bronze__sources.yml").read_text())["sources"]
    own = [table["config"]["freshness"] for table in source["tables"] if "freshness" in table.get("config", {})]
    assert own == [None], "only dead letters differ: they need not come"
    warned_after = source["config"]["freshness"]["warn_after"]["count"]
    assert warned_after not in {objective.threshold for product in read_products() for objective in product.objectives}
