"""The guide "Add a field", followed: from MongoDB to silver in five files."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pymongo
import pytest

from mesh.clients.mongodb import python_uri
from mesh.instance import REPOSITORY
from tests.integration.chain import Chain, query
from tests.integration.guide import follow, guide_environment

NOTED, TAKEN_BACK, ODD = "ORD-noted", "ORD-taken-back", "ORD-noted-odd"
MODELS = ("stg_wms__orders", "orders_current", "orders_versions", "orders_history")


@dataclass(frozen=True)
class Followed:
    """What the guide's commands said, and what silver held while the field was there."""

    said: dict[str, str]
    current: list[Any]
    history: list[Any]
    truth_of_a_lie: int


@pytest.fixture(scope="module")
def followed(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    folder = tmp_path_factory.mktemp("repository")
    found: list[Any] = []

    def before_it_goes(block: str) -> None:
        if "--reverse" in block:
            for model in ("current", "history"):
                found.append(
                    query(
                        chain,
                        f"select order_id, gift_note from silver.orders_{model}"
                        f" where order_id in ('{NOTED}', '{TAKEN_BACK}', '{ODD}') order by order_id, kafka_offset",
                    )
                )
            query(chain, f"update silver.orders_current set gift_note = 'a lie' where order_id = '{NOTED}'")
            command, environment = ["mesh", "truth", "silver"], guide_environment(chain, folder)
            found.append(subprocess.run(command, cwd=folder, env=environment, check=False).returncode)

    with pymongo.MongoClient[dict[str, Any]](python_uri(chain.instance)) as client:
        orders = client["wms"]["orders"]
        (like,) = orders.find({"status": "received"}).limit(1)
        for order_id, note in ((NOTED, "For Zoë"), (TAKEN_BACK, "Sorry"), (ODD, {"text": "of another type"})):
            orders.insert_one({**like, "_id": order_id, "order_id": order_id, "gift_note": note})
        orders.update_one({"_id": TAKEN_BACK}, {"$unset": {"gift_note": ""}, "$set": {"updated_at": datetime.now()}})
        try:
            chain.land()
            said = follow(chain, "add-a-field.md", folder, before=before_it_goes)
            yield Followed(said, *found)
        finally:
            orders.delete_many({"_id": {"$in": [NOTED, TAKEN_BACK, ODD]}})
            chain.land()
            chain.dbt("run", "--full-refresh", "--select", *MODELS)
            chain.build()


def test_the_field_is_in_the_state_and_the_history_of_every_document(followed: Followed) -> None:
    assert followed.current == [[NOTED, "For Zoë"], [ODD, None], [TAKEN_BACK, None]]
    assert followed.history == [[NOTED, "For Zoë"], [ODD, None], [TAKEN_BACK, "Sorry"], [TAKEN_BACK, None]]


def test_truth_compares_the_field(followed: Followed) -> None:
    (said,) = [output for block, output in followed.said.items() if "mesh truth" in block]
    assert "For Zoë" in said
    assert followed.truth_of_a_lie == 1


def test_five_files_are_enough(followed: Followed) -> None:
    assert followed.said
    guide = (REPOSITORY / "docs/how-to/add-a-field.md").read_text()
    assert 1 < len([line for line in guide.splitlines() if line.startswith("+++ b/")]) <= 5


def test_the_column_is_gone_with_the_example(chain: Chain, followed: Followed) -> None:
    assert followed.said
    columns = query(chain, "select column_name from information_schema.columns where table_schema = 'silver'")
    assert ["cancellation_reason"] in columns and ["gift_note"] not in columns
