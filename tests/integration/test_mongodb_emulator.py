"""The MongoDB emulator, over the wire, as pymongo and Debezium see it."""

import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pymongo
import pytest
from bson import Timestamp
from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError

from mesh.instance import Instance
from mesh.stack.install import installed
from mesh.stack.servers import SERVERS

START_TIMEOUT_S = 60
HISTORY_LOST = 286
TOO_LARGE = 10334


def emulator_lib() -> Path:
    """Return the folder with the emulator's jars, installing them first if they are not there."""
    instance = Instance.from_environment()
    SERVERS["mongodb"].install(instance)
    return installed(instance, "mongodb") / "lib"


class Emulator:
    """One emulator process at a time, on one port and one data folder."""

    def __init__(self, lib: Path, data: Path, *options: str) -> None:
        self.lib, self.data, self.options = lib, data, options
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.uri = f"mongodb://127.0.0.1:{self.port}/?replicaSet=rs0"

    def start(self) -> None:
        command = ["java", "-Xmx640m", "-cp", f"{self.lib}/*", "datamesh.mongodb.MongoEmulator"]
        command += ["--port", str(self.port), "--data", str(self.data), *self.options]
        log = self.data.parent / "emulator.log"
        with log.open("w") as stderr:
            self.process = subprocess.Popen(command, stderr=stderr)
        deadline = time.monotonic() + START_TIMEOUT_S
        while "READY" not in log.read_text():
            assert self.process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, "the emulator did not get ready"
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)

    def restart(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.stop(how)
        self.start()

    def client(self) -> pymongo.MongoClient:
        return pymongo.MongoClient(self.uri, serverSelectionTimeoutMS=20_000)


@pytest.fixture
def start_emulator(tmp_path: Path) -> Iterator[Callable[..., Emulator]]:
    """Start emulators with chosen options; they end with the test."""
    started: list[Emulator] = []

    def start(*options: str) -> Emulator:
        emulator = Emulator(emulator_lib(), tmp_path / "data", *options)
        emulator.start()
        started.append(emulator)
        return emulator

    yield start
    for emulator in started:
        emulator.stop(signal.SIGKILL)


@pytest.fixture
def mongodb_emulator(start_emulator: Callable[..., Emulator]) -> Emulator:
    return start_emulator()


@pytest.fixture
def database(mongodb_emulator: Emulator) -> Iterator[pymongo.database.Database]:
    with mongodb_emulator.client() as client:
        yield client["wms"]


def drain(stream: pymongo.change_stream.ChangeStream, count: int) -> list[dict]:
    events: list[dict] = []
    deadline = time.monotonic() + 15
    while len(events) < count and time.monotonic() < deadline:
        event = stream.try_next()
        if event is not None:
            events.append(event)
    assert len(events) == count, [event["operationType"] for event in events]
    return events


def operations(events: list[dict]) -> list[str]:
    return [event["operationType"] for event in events]


def test_it_listens_on_loopback_and_stops_cleanly(mongodb_emulator: Emulator) -> None:
    with mongodb_emulator.client() as client:
        hello = client.admin.command("hello")
    assert hello["setName"] == "rs0"
    assert hello["hosts"] == [f"127.0.0.1:{mongodb_emulator.port}"]
    listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    local = [line.split()[1] for line in listening.splitlines() if " 0A " in line]
    port = f":{mongodb_emulator.port:04X}"
    assert [address for address in local if address.endswith(port)]
    assert all("0100007F" in address for address in local if address.endswith(port))
    mongodb_emulator.stop(signal.SIGTERM)
    assert mongodb_emulator.process.returncode == 128 + signal.SIGTERM


def test_each_statement_of_a_bulk_gets_its_own_operation(database) -> None:
    orders = database["orders"]
    orders.insert_many([{"_id": n, "status": "new"} for n in range(4)])
    with orders.watch(max_await_time_ms=500) as stream:
        result = orders.bulk_write(
            [
                UpdateOne({"_id": 0}, {"$set": {"status": "open"}}),
                ReplaceOne({"_id": 1}, {"status": "open"}),
                UpdateOne({"_id": 2}, {"$set": {"status": "new"}}),
                ReplaceOne({"_id": 9}, {"status": "late"}, upsert=True),
                UpdateOne({"_id": 0}, {"$unset": {"status": ""}}),
                InsertOne({"_id": 5}),
                DeleteOne({"_id": 3}),
            ]
        )
        events = drain(stream, 6)
        assert stream.try_next() is None
    assert operations(events) == ["update", "replace", "insert", "update", "insert", "delete"]
    assert events[0]["updateDescription"]["updatedFields"] == {"status": "open"}
    assert events[3]["updateDescription"]["removedFields"] == ["status"]
    assert (result.matched_count, result.modified_count, result.upserted_count) == (4, 3, 1)
    positions = [event["clusterTime"] for event in events]
    assert positions == sorted(set(positions))


def test_other_writes_emit_their_events(database) -> None:
    orders = database["orders"]
    with database.watch(max_await_time_ms=500) as stream:
        orders.insert_many([{"_id": n} for n in range(3)])
        orders.find_one_and_update({"_id": 0}, {"$set": {"a": 1}})
        orders.find_one_and_replace({"_id": 0}, {"a": 2})
        orders.find_one_and_update({"_id": 7}, {"$set": {"a": 1}}, upsert=True)
        orders.find_one_and_delete({"_id": 7})
        orders.update_many({}, {"$set": {"b": 1}})
        orders.delete_many({})
        events = drain(stream, 13)
    assert operations(events) == (
        ["insert"] * 3 + ["update", "replace", "insert", "delete"] + ["update"] * 3 + ["delete"] * 3
    )


def test_images_before_and_after(database) -> None:
    orders = database["orders"]
    orders.insert_one({"_id": 1, "n": 0, "deep": {"a": 1, "b": 1}})
    for full_document in ("whenAvailable", "required", "updateLookup"):
        with orders.watch(
            full_document=full_document, full_document_before_change="required", max_await_time_ms=500
        ) as stream:
            orders.update_one({"_id": 1}, {"$inc": {"n": 1}, "$set": {"deep.a": full_document}})
            orders.update_one({"_id": 1}, {"$inc": {"n": 1}})
            first, _ = drain(stream, 2)
        assert first["updateDescription"]["updatedFields"]["deep.a"] == full_document
        lookup_ahead = 1 if full_document == "updateLookup" else 0
        seen = first["fullDocument"]["n"] - first["fullDocumentBeforeChange"]["n"] - 1
        assert 0 <= seen <= lookup_ahead
    with orders.watch(full_document_before_change="whenAvailable", max_await_time_ms=500) as stream:
        orders.delete_one({"_id": 1})
        (deleted,) = drain(stream, 1)
    assert deleted["fullDocumentBeforeChange"]["n"] == 6
    assert "fullDocument" not in deleted


def test_scopes_pipelines_and_resumption(database, mongodb_emulator: Emulator) -> None:
    client = database.client
    start = client.admin.command("ping")["operationTime"]
    database["orders"].insert_one({"_id": 1})
    client["other"]["orders"].insert_one({"_id": 2})
    database["stock"].insert_one({"_id": 3})
    watches = {client: 3, database: 2, database["orders"]: 1}
    for watched, count in watches.items():
        with watched.watch(start_at_operation_time=start, max_await_time_ms=300) as stream:
            drain(stream, count)
            assert stream.try_next() is None
    pipeline = [
        {"$match": {"ns.coll": {"$in": ["stock", "orders"]}, "fullDocument._id": {"$gt": 1}}},
        {"$addFields": {"namespace": {"$concat": ["$ns.db", ".", "$ns.coll"]}}},
    ]
    with client.watch(pipeline, start_at_operation_time=start, max_await_time_ms=300) as stream:
        first, second = drain(stream, 2)
        assert [first["namespace"], second["namespace"]] == ["other.orders", "wms.stock"]
    mongodb_emulator.restart(signal.SIGKILL)
    for option in ("resume_after", "start_after"):
        with client.watch(max_await_time_ms=300, **{option: first["_id"]}) as stream:
            (event,) = drain(stream, 1)
            assert event["_id"] == second["_id"]
            assert stream.try_next() is None
            assert stream.resume_token["_data"] >= second["_id"]["_data"]
    with pytest.raises(OperationFailure) as refused:
        database.watch([{"$group": {"_id": None}}])
    assert refused.value.code == 20


def test_waiting_streams_wait_as_told_and_hold_up_nobody(database) -> None:
    with database.watch(max_await_time_ms=1500) as stream:
        began = time.monotonic()
        assert stream.try_next() is None
        assert 1.2 < time.monotonic() - began < 4
    waiting = [database.watch(max_await_time_ms=5000) for _ in range(12)]
    threads = [threading.Thread(target=stream.try_next, daemon=True) for stream in waiting]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    began = time.monotonic()
    database.command("ping")
    database["orders"].find_one()
    assert time.monotonic() - began < 1
    database["orders"].insert_one({"_id": 1})
    for thread in threads:
        thread.join(timeout=2)
        assert not thread.is_alive()


def test_closing_a_stream_frees_its_cursor(database) -> None:
    def open_cursors() -> int:
        return database.command("serverStatus")["metrics"]["cursor"]["open"]["total"]

    before = open_cursors()
    with database.watch(max_await_time_ms=100):
        assert open_cursors() == before + 1
    assert open_cursors() == before


def test_a_dropped_collection_ends_its_stream_and_stays_dropped(database, mongodb_emulator: Emulator) -> None:
    database["orders"].insert_one({"_id": 1})
    with (
        database.watch(max_await_time_ms=300) as whole,
        database["orders"].watch(max_await_time_ms=300) as stream,
    ):
        database["orders"].drop()
        assert operations(drain(stream, 2)) == ["drop", "invalidate"]
        assert not stream.alive
        assert operations(drain(whole, 1)) == ["drop"]
    database["kept"].insert_one({"_id": 1})
    mongodb_emulator.restart()
    assert database.list_collection_names() == ["kept"]
    database["kept"].rename("renamed")
    mongodb_emulator.restart()
    assert database["renamed"].find_one() == {"_id": 1}
    database.client.drop_database("wms")
    mongodb_emulator.restart(signal.SIGKILL)
    assert "wms" not in database.client.list_database_names()


def test_indexes_survive_a_restart(database, mongodb_emulator: Emulator) -> None:
    orders = database["orders"]
    orders.create_index("number", unique=True)
    orders.create_index([("customer", 1), ("at", -1)])
    orders.insert_one({"_id": 1, "number": "A"})
    mongodb_emulator.restart(signal.SIGKILL)
    assert set(orders.index_information()) == {"_id_", "number_1", "customer_1_at_-1"}
    with pytest.raises(DuplicateKeyError):
        orders.insert_one({"_id": 2, "number": "A"})
    orders.drop_index("number_1")
    mongodb_emulator.restart()
    orders.insert_one({"_id": 2, "number": "A"})


def test_a_trimmed_position_is_refused(start_emulator: Callable[..., Emulator]) -> None:
    emulator = start_emulator("--oplog-max-entries", "100")
    with emulator.client() as client:
        orders = client["wms"]["orders"]
        with orders.watch(max_await_time_ms=300) as stream:
            orders.insert_many([{"_id": n} for n in range(10)])
            token = drain(stream, 5)[-1]["_id"]
        behind = client["wms"].watch(batch_size=1, max_await_time_ms=300)
        orders.insert_many([{"_id": n} for n in range(10, 310)])
        for attempt in range(2):
            for options in ({"resume_after": token}, {"start_at_operation_time": Timestamp(1, 1)}):
                with pytest.raises(OperationFailure) as lost:
                    orders.watch(**options)
                assert lost.value.code == HISTORY_LOST
            if attempt == 0:
                with pytest.raises(OperationFailure) as lost:
                    behind.next()
                assert lost.value.code == HISTORY_LOST
                emulator.restart(signal.SIGKILL)
        with orders.watch(max_await_time_ms=300) as stream:
            orders.insert_one({"_id": "new"})
            drain(stream, 1)
        assert orders.count_documents({}) == 311


@pytest.mark.parametrize("round_", range(2))
def test_acknowledged_writes_survive_kill_9(mongodb_emulator: Emulator, round_: int) -> None:
    """Every acknowledged write is there, and the log replays to exactly the documents."""
    setup = mongodb_emulator.client()
    start = setup.admin.command("ping")["operationTime"]
    acknowledged: dict[str, int] = {}

    def write(worker: int) -> None:
        client = pymongo.MongoClient(mongodb_emulator.uri, retryWrites=False, serverSelectionTimeoutMS=500)
        orders = client["wms"]["orders"]
        step = 0
        try:
            while True:
                step += 1
                ids = [f"{worker}-{(step * 20 + n) % 500}" for n in range(20)]
                orders.bulk_write([UpdateOne({"_id": id_}, {"$set": {"step": step}}, upsert=True) for id_ in ids])
                acknowledged.update(dict.fromkeys(ids, step))
        except PyMongoError:
            client.close()

    writers = [threading.Thread(target=write, args=(worker,)) for worker in range(3)]
    for writer in writers:
        writer.start()
    deadline = time.monotonic() + 120
    # all of them, and one of them twice
    while len(acknowledged) < 1500 or max(acknowledged.values()) <= 25:
        assert time.monotonic() < deadline, f"{len(acknowledged)} documents acknowledged"
        time.sleep(0.05)
    time.sleep(round_)
    mongodb_emulator.stop(signal.SIGKILL)
    for writer in writers:
        writer.join()
    mongodb_emulator.start()
    orders = setup["wms"]["orders"]
    stored = {document["_id"]: document["step"] for document in orders.find()}
    assert len(acknowledged) == 1500
    assert {id_: step for id_, step in acknowledged.items() if stored.get(id_, 0) < step} == {}
    replayed: dict[str, int] = {}
    with orders.watch(start_at_operation_time=start, full_document="required", max_await_time_ms=300) as stream:
        while (event := stream.try_next()) is not None:
            replayed[event["documentKey"]["_id"]] = event["fullDocument"]["step"]
    assert replayed == stored
    setup.close()


def test_a_retried_write_happens_once_even_across_kill_9(database, mongodb_emulator: Emulator) -> None:
    database["orders"].insert_one({"_id": 1, "n": 0})
    with database.client.start_session() as session:
        numbered = {
            "update": "orders",
            "updates": [{"q": {"_id": 1}, "u": {"$inc": {"n": 1}}}],
            "txnNumber": 7,
        }
        first = database.command(numbered, session=session)
        mongodb_emulator.restart(signal.SIGKILL)
        # A raw command is not repeated on a connection that died; a read is, and replaces all that died.
        database.client.list_database_names()
        again = database.command(numbered, session=session)
    assert (first["nModified"], again["nModified"]) == (1, 1)
    assert database["orders"].find_one() == {"_id": 1, "n": 1}


def test_batches_answer_as_mongodb_does(database) -> None:
    orders = database["orders"]
    with pytest.raises(BulkWriteError) as failed:
        orders.insert_many([{"_id": 1}, {"_id": 1}, {"_id": 2}])
    assert failed.value.details["nInserted"] == 1
    with pytest.raises(BulkWriteError) as failed:
        orders.insert_many([{"_id": 1}, {"_id": 2}, {"_id": 3}], ordered=False)
    assert failed.value.details["nInserted"] == 2
    statements = [
        UpdateOne({"_id": 1}, {"$set": {"a": "x"}}),
        UpdateOne({"_id": 1}, {"$inc": {"a": 1}}),
        UpdateOne({"_id": 2}, {"$set": {"a": 1}}),
    ]
    with pytest.raises(BulkWriteError) as failed:
        orders.bulk_write(statements)
    assert failed.value.details["writeErrors"][0]["index"] == 1
    assert "a" not in orders.find_one({"_id": 2})


def test_reads_in_batches(database) -> None:
    orders = database["orders"]
    orders.insert_many([{"_id": n, "n": n % 7, "deep": {"a": n}} for n in range(3000)])
    assert [order["_id"] for order in orders.find()] == list(range(3000))
    assert [order["_id"] for order in orders.find().sort("_id", -1).limit(2500)][-1] == 500
    assert len(list(orders.find({"n": 1}, {"deep.a": 1, "_id": 0}).batch_size(10))) == 429
    assert orders.find_one({"_id": 5}, {"deep.a": 1, "_id": 0}) == {"deep": {"a": 5}}
    assert orders.find_one({"_id": 5, "n": 4}) is None
    assert len(list(orders.aggregate([{"$match": {"n": 2}}]))) == 429
    grouped = orders.aggregate([{"$group": {"_id": "$n", "total": {"$sum": 1}}}])
    assert sum(group["total"] for group in grouped) == 3000
    list(orders.aggregate([{"$addFields": {"deep": {"b": 1}}}]))
    assert orders.find_one({"_id": 5})["deep"] == {"a": 5}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"noSuchCommand": 1}, 59),
        ({"insert": "c", "documents": [{}], "startTransaction": True, "autocommit": False}, 20),
        ({"aggregate": "c", "pipeline": [{"$out": "d"}], "cursor": {}}, 115),
        ({"update": "c", "updates": [{"q": {}, "u": [{"$set": {"a": 1}}]}]}, 115),
        ({"create": "c", "viewOn": "d"}, 115),
        ({"collMod": "c", "validator": {}}, 115),
        (
            {
                "createIndexes": "c",
                "indexes": [{"key": {"a": 1}, "name": "a", "expireAfterSeconds": 1}],
            },
            115,
        ),
    ],
)
def test_what_it_cannot_do_it_refuses(database, command: dict, code: int) -> None:
    with pytest.raises(OperationFailure) as refused:
        database.command(command)
    assert refused.value.code == code
    assert database.list_collection_names() == []


def test_a_document_that_grows_too_large_is_refused(database) -> None:
    orders = database["orders"]
    orders.create_index("number", unique=True)
    orders.insert_one({"_id": 1, "number": 1, "text": "x" * 10_000_000})
    with pytest.raises(OperationFailure) as refused:
        orders.update_one({"_id": 1}, {"$set": {"more": "y" * 9_000_000, "number": 2}})
    assert refused.value.code == 10334
    assert orders.find_one({"number": 1}, {"number": 1}) == {"_id": 1, "number": 1}
    assert orders.find_one({"number": 2}) is None


def test_only_the_collation_that_is_none_is_taken(database) -> None:
    database["orders"].insert_one({"_id": "a"})
    assert list(database["orders"].find({"_id": "a"}, collation={"locale": "simple"})) == [{"_id": "a"}]
    with pytest.raises(OperationFailure, match="collation"):
        list(database["orders"].find({"_id": "A"}, collation={"locale": "en", "strength": 2}))


def test_an_event_larger_than_a_document_is_refused_or_split_as_the_client_wants(database) -> None:
    large = {"_id": 1, "text": "x" * 15_900_000}
    database["large"].insert_one(large)
    before = database.command("ping")["operationTime"]
    start = Timestamp(before.time, before.inc + 1)
    database["large"].update_one({"_id": 1}, {"$set": {"status": "changed"}})
    database["large"].insert_one({"_id": 2})
    images = {"full_document": "required", "full_document_before_change": "required", "max_await_time_ms": 300}
    without_difference = {"$unset": "updateDescription"}
    split = [without_difference, {"$changeStreamSplitLargeEvent": {}}]

    with (
        pytest.raises(OperationFailure) as refused,
        database["large"].watch([without_difference], start_at_operation_time=start, **images) as stream,
    ):
        stream.next()
    assert refused.value.code == TOO_LARGE
    with pytest.raises(OperationFailure, match="last stage"):
        database["large"].watch(split[::-1], **images)

    with database["large"].watch(split, start_at_operation_time=start, **images) as stream:
        first, second, small = drain(stream, 3)
    assert [part["splitEvent"] for part in (first, second)] == [{"fragment": n, "of": 2} for n in (1, 2)]
    event = first | second
    assert event["fullDocumentBeforeChange"] == large
    assert event["fullDocument"] == {**large, "status": "changed"}
    assert (event["operationType"], event["documentKey"]) == ("update", {"_id": 1})
    assert small["documentKey"] == {"_id": 2}
    # between two fragments a client can go on too
    with database["large"].watch(split, resume_after=first["_id"], **images) as stream:
        assert drain(stream, 2) == [second, small]
    with database["large"].watch(split, resume_after=second["_id"], **images) as stream:
        assert drain(stream, 1) == [small]
