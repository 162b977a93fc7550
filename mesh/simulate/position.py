"""How far a replay has come, kept in a small JSON file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

GENERATOR_VERSION = 1
"""To be raised whenever the same seed would no longer give the same changes."""


class StateFileError(RuntimeError):
    """The state file cannot be continued; the message says what to do."""


@dataclass(frozen=True)
class Parameters:
    """What decides every change. `dataset` is name and version of the baskets."""

    seed: int
    from_day: date
    dataset: str

    def digest(self) -> str:
        """Return a fingerprint of the parameters and of the generator."""
        text = f"{GENERATOR_VERSION}|{self.seed}|{self.from_day.isoformat()}|{self.dataset}"
        return sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Position:
    """What has been applied so far, counted from the first change."""

    changes_applied: int = 0
    orders_created: int = 0


def read_position(path: Path, parameters: Parameters) -> Position:
    """Return the position in the file, or the beginning when there is no file.

    Raises:
        StateFileError: the file belongs to other parameters, or is damaged.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Position()
    try:
        state = json.loads(text)
        made_with = (
            f"seed {state['seed']}, from day {state['from_day']}, {state['dataset']}, generator {state['generator']}"
        )
        digest = str(state["parameters_digest"])
        position = Position(int(state["changes_applied"]), int(state["orders_created"]))
    except (ValueError, KeyError, TypeError) as error:
        raise StateFileError(
            f"{path} is damaged ({error!r}): drop the database wms and delete the file to start again"
        ) from error
    if digest != parameters.digest():
        raise StateFileError(
            f"{path} was made with {made_with}, and now seed {parameters.seed}, from day "
            f"{parameters.from_day}, {parameters.dataset}, generator {GENERATOR_VERSION} are "
            "wanted: simulate with what it was made with, or drop the database wms and delete "
            "the file to start again"
        )
    return position


def write_position(path: Path, parameters: Parameters, position: Position) -> None:
    """Write the file atomically: after a crash it holds the old or the new position."""
    state = {
        "seed": parameters.seed,
        "from_day": parameters.from_day.isoformat(),
        "dataset": parameters.dataset,
        "generator": GENERATOR_VERSION,
        "parameters_digest": parameters.digest(),
        **asdict(position),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(state, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
