from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pymongo import DeleteOne, ReplaceOne, UpdateOne

from mesh.simulate.apply import build_writes
from mesh.simulate.changes import Change
from mesh.simulate.position import Parameters, Position, StateFileError, read_position, write_position
from mesh.simulate.replay import Progress, replay, simulate

PARAMETERS = Parameters(seed=7, from_day=date(2017, 1, 2), dataset="baskets 1")


class PowerCutError(Exception):
    """The process dies."""


class Memory:
    """Keeps applied batches; dies after some, before they can be remembered."""

    def __init__(self, dies_after: int | None = None) -> None:
        self.batches: list[list[Change]] = []
        self._dies_after = dies_after

    def apply(self, changes: Sequence[Change]) -> None:
        self.batches.append(list(changes))
        if self._dies_after == len(self.batches):
            raise PowerCutError

    def changes(self) -> list[Change]:
        return [change for batch in self.batches for change in batch]


def run(changes: list[Change], sink: Memory, orders: int, positions: list[Position], **more: Any) -> Any:
    return replay(iter(changes), sink, positions[-1], orders, remember=positions.append, batch_size=500, **more)


def test_stopping_before_or_after_the_wanted_order_is_caught(changes: list[Change]) -> None:
    sink, positions = Memory(), [Position()]
    summary = run(changes, sink, 200, positions)
    applied = sink.changes()
    assert applied == changes[: len(applied)]
    assert applied[-1].collection == "orders"
    assert summary.orders_created == 200
    assert positions[-1] == Position(len(applied), 200)
    assert not summary.baskets_exhausted
    assert sum(summary.changes.values()) == summary.changes_applied == len(applied)


def test_a_second_run_that_repeats_or_skips_is_caught(changes: list[Change]) -> None:
    once, twice, positions = Memory(), Memory(), [Position()]
    run(changes, once, 300, [Position()])
    run(changes, twice, 120, positions)
    run(changes, twice, 300, positions)
    assert twice.changes() == once.changes()


def test_a_batch_lost_when_the_process_dies_is_caught(changes: list[Change]) -> None:
    sink, positions = Memory(dies_after=3), [Position()]
    with pytest.raises(PowerCutError):
        run(changes, sink, 300, positions)
    again = Memory()
    run(changes, again, 300, positions)
    whole = Memory()
    run(changes, whole, 300, [Position()])
    # The third batch was applied but not remembered: it comes once more, and nothing is missing.
    assert again.batches[0] == sink.batches[2]
    assert sink.changes()[:1000] + again.changes() == whole.changes()


def test_an_end_of_the_baskets_that_is_not_told_is_caught(changes: list[Change]) -> None:
    sink = Memory()
    summary = run(changes, sink, 10_000, [Position()])
    assert summary.baskets_exhausted
    assert sink.changes() == changes


def test_a_rate_that_is_not_kept_is_caught(changes: list[Change]) -> None:
    seen: list[Progress] = []
    summary = run(changes, Memory(), 61, [Position()], rate=100.0, on_progress=seen.append)
    assert 0.55 < summary.seconds < 2
    assert seen[-1].orders_created == 61
    assert len(seen) > 1


def test_a_batch_that_cannot_be_applied_twice_is_caught(changes: list[Change]) -> None:
    meant: dict[str, dict[str, Any]] = {}
    for change in changes:
        documents = meant.setdefault(change.collection, {})
        if change.operation == "delete":
            del documents[change.document_id]
        else:
            before = {} if change.operation == "insert" else documents[change.document_id]
            documents[change.document_id] = {**before, **change.fields}
    once: dict[str, dict[str, Any]] = {}
    twice: dict[str, dict[str, Any]] = {}
    for start in range(0, len(changes), 2_000):
        batch = changes[start : start + 2_000]
        _execute(once, batch)
        _execute(twice, batch)
        _execute(twice, batch)
    assert once == meant
    assert twice == meant


def test_a_state_file_that_comes_back_changed_is_caught(tmp_path: Path) -> None:
    path = tmp_path / "new" / "state.json"
    assert read_position(path, PARAMETERS) == Position()
    write_position(path, PARAMETERS, Position(1234, 56))
    write_position(path, PARAMETERS, Position(2345, 67))
    assert read_position(path, PARAMETERS) == Position(2345, 67)
    assert [file.name for file in path.parent.iterdir()] == ["state.json"]


@pytest.mark.parametrize(
    "other",
    [
        Parameters(8, date(2017, 1, 2), "baskets 1"),
        Parameters(7, date(2017, 1, 3), "baskets 1"),
        Parameters(7, date(2017, 1, 2), "baskets 2"),
    ],
)
def test_continuing_with_other_parameters_is_caught(tmp_path: Path, other: Parameters) -> None:
    path = tmp_path / "state.json"
    write_position(path, PARAMETERS, Position(10, 1))
    with pytest.raises(StateFileError, match=r"made with seed 7, from day 2017-01-02.*delete the file"):
        read_position(path, other)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"seed": 7', "null"])
def test_a_damaged_state_file_taken_for_a_beginning_is_caught(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(StateFileError, match=r"damaged.*delete the file"):
        read_position(path, PARAMETERS)


def test_connecting_though_nothing_is_left_to_do_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesh.simulate.replay.dataset_version", lambda: "baskets 1")
    path = tmp_path / "state.json"
    write_position(path, PARAMETERS, Position(900, 50))
    summary = simulate("mongodb://nowhere.invalid", None, None, path, 50)
    assert (summary.orders_created, summary.changes_applied) == (50, 900)


@pytest.mark.parametrize(("orders", "rate"), [(-1, None), (5, 0.0), (5, -2.0)])
def test_senseless_numbers_that_are_accepted_are_caught(tmp_path: Path, orders: int, rate: float | None) -> None:
    with pytest.raises(ValueError, match=r"orders|rate"):
        simulate("mongodb://nowhere.invalid", None, None, tmp_path / "state.json", orders, rate=rate)


def _execute(database: dict[str, dict[str, Any]], batch: list[Change]) -> None:
    """Carry out bulk writes as MongoDB would."""
    for collection, writes in build_writes(batch).items():
        documents = database.setdefault(collection, {})
        for write in writes:
            key: str = write._filter["_id"]
            if isinstance(write, ReplaceOne):
                documents[key] = dict(write._doc)
            elif isinstance(write, UpdateOne):
                if key in documents:
                    update: Any = write._doc
                    documents[key].update(update["$set"])
            else:
                assert isinstance(write, DeleteOne)
                documents.pop(key, None)
