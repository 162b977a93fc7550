"""What MongoDB did while nobody listened: deletes, a collection renamed over another, and an update."""

from __future__ import annotations

import time
from typing import Any

import pytest
from pymongo import MongoClient

from flink_jobs.topics import DATABASE
from mesh.clients.http import http_client
from mesh.clients.mongodb import python_uri
from mesh.errors import MeshError
from mesh.quality.measure import ghosts_remark, take_measurements
from mesh.reconcile.ghosts import FEW, tell_deletes
from mesh.reconcile.read_again import read_again
from mesh.stack.provision import CONNECTOR
from tests.integration.chain import Chain, query
from tests.integration.dbt_in_process import dbt_into

SILVER = ("orders_current", "workers_current", "workers_versions")


def silent(said: str) -> None:
    """Nobody needs to hear it."""


def stop_capture(chain: Chain) -> None:
    """Debezium tells nothing from here on; its position is kept."""
    path = f"/connectors/{CONNECTOR}"
    with http_client(chain.instance, "connect", timeout=60) as connect:
        connect.put(f"{path}/stop").raise_for_status()
        # its position can be written when its last task has ended
        while connect.patch(f"{path}/offsets", json=connect.get(f"{path}/offsets").json()).is_error:
            time.sleep(0.2)


def test_silver_holds_what_mongodb_holds_after_changes_that_nobody_told(chain: Chain) -> None:
    chain.land()
    chain.build(*SILVER)
    stop_capture(chain)
    with MongoClient[dict[str, Any]](python_uri(chain.instance)) as client:
        wms = client[DATABASE]
        gone, changed = (str(one["_id"]) for one in wms.orders.find({"order_id": {"$exists": True}}).limit(2))
        wms.orders.delete_one({"_id": gone})
        wms.orders.update_one({"_id": changed}, {"$set": {"customer_id": "while nobody listened"}})
        first, *others = wms.workers.find()
        wms.restored.insert_many([{**one, "shift": "night"} for one in others])
        wms.restored.rename("workers", dropTarget=True)

    read_again(chain.instance)
    chain.land()
    chain.build(*SILVER)
    with dbt_into(chain.target):
        noticed = {one.output_table: one.remark for one in take_measurements(chain.instance) if one.remark}
    assert noticed == {f"{name}_current": ghosts_remark(name, 1) for name in ("orders", "workers")}

    orders, workers = tell_deletes(chain.instance, ["orders", "workers"], silent)
    assert (orders.ghosts, workers.ghosts) == ((f'"{gone}"',), (f'"{first["_id"]}"',))
    assert (orders.missing, workers.missing) == (0, 0)
    chain.land()
    chain.build(*SILVER)

    assert query(chain, f"select is_deleted from silver.orders_current where order_id = '{gone}'") == [[True]]
    told = query(chain, f"select customer_id from silver.orders_current where order_id = '{changed}'")
    assert told == [["while nobody listened"]]
    assert [one.ghosts for one in tell_deletes(chain.instance, ["orders", "workers"], silent)] == [(), ()]
    chain.assert_true("silver")


def test_another_mongodb_is_not_believed(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesh.reconcile.ghosts.DATABASE", "another")
    before = query(chain, "select count(*) from bronze.orders_raw")
    ((living,),) = query(chain, "select count(*) from silver.orders_current where not is_deleted")
    assert living > FEW
    with pytest.raises(MeshError, match="right MongoDB"):
        tell_deletes(chain.instance, ["orders"], silent)
    chain.land()
    assert query(chain, "select count(*) from bronze.orders_raw") == before
