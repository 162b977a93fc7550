"""Forty workers, their shifts, and who does the next task."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

from mesh.simulate.behaviour import WAREHOUSE_ID, between
from mesh.simulate.changes import LABOR_EVENTS, WORKERS
from mesh.simulate.clock import DAY, HOUR, MINUTE, SECOND, Clock, to_datetime
from mesh.simulate.journal import Journal
from mesh.simulate.money import dollars

Role = Literal["picker", "packer", "shipper"]


@dataclass(frozen=True)
class Shift:
    """A working day; `starts` is after midnight UTC, in milliseconds."""

    name: str
    starts: int


SHIFT_LENGTH = 8 * HOUR
NIGHT = Shift("night", 2 * HOUR)
MORNING = Shift("morning", 10 * HOUR)
EVENING = Shift("evening", 18 * HOUR)

_TEAMS: tuple[tuple[Role, Shift, int], ...] = (
    ("picker", MORNING, 7),
    ("picker", EVENING, 9),
    ("picker", NIGHT, 4),
    ("packer", MORNING, 5),
    ("packer", EVENING, 6),
    ("packer", NIGHT, 3),
    ("shipper", MORNING, 2),
    ("shipper", EVENING, 2),
    ("shipper", NIGHT, 2),
)
_HOURLY_CENTS = {"picker": (1650, 2100), "packer": (1600, 2000), "shipper": (1750, 2300)}
_FIRST_NAMES = ("Ada", "Ben", "Carla", "Dev", "Elif", "Femi", "Grace", "Hugo", "Ines", "Jun")
_LAST_NAMES = ("Alvarez", "Brandt", "Chen", "Diallo")


@dataclass(slots=True)
class Worker:
    """A worker's present state; times are in milliseconds since 1970 UTC."""

    worker_id: str
    role: Role
    shift: Shift
    days_off: frozenset[int]
    free_at: int
    shift_started_at: int = 0
    shift_tasks: int = 0
    shift_units: int = 0
    tasks_completed: int = 0
    units_handled: int = 0


class Workforce:
    """Hands tasks to the worker on shift who is free first."""

    def __init__(self, clock: Clock, journal: Journal, random: Random) -> None:
        self._clock = clock
        self._journal = journal
        self._random = random
        self._present: dict[Role, list[Worker]] = {"picker": [], "packer": [], "shipper": []}

    def hire(self, midnight: int) -> None:
        """Create everyone's document and plan the shifts from the day that begins at `midnight`."""
        number = 0
        for role, shift, size in _TEAMS:
            for place in range(size):
                number += 1
                # Neighbours in a team rest on different days: someone of every team is there.
                days_off = frozenset({(2 * place) % 7, (2 * place + 1) % 7})
                worker = Worker(f"WRK-{number:03d}", role, shift, days_off, midnight)
                self._create(worker, number)
                self._plan_shift(worker, midnight - DAY)

    def assign(self, role: Role, duration: int) -> tuple[Worker, int, int]:
        """Return (worker, start, finish) of a task that is ready now and takes `duration`."""
        now = self._clock.now
        worker = min(self._present[role], key=_free_at)
        start = max(now, worker.free_at)
        worker.free_at = start + duration
        return worker, start, worker.free_at

    def completed(self, worker: Worker, units: int) -> None:
        """Count a finished task; the document learns of it when the shift ends."""
        worker.shift_tasks += 1
        worker.shift_units += units
        worker.tasks_completed += 1
        worker.units_handled += units

    def _create(self, worker: Worker, number: int) -> None:
        low_high = _HOURLY_CENTS[worker.role]
        hired_at = self._clock.now - between(self._random, (60, 2_000)) * DAY
        first = _FIRST_NAMES[number % len(_FIRST_NAMES)]
        last = _LAST_NAMES[number // len(_FIRST_NAMES) % len(_LAST_NAMES)]
        self._journal.insert(
            WORKERS,
            worker.worker_id,
            {
                "worker_id": worker.worker_id,
                "full_name": f"{first} {last}",
                "role": worker.role,
                "warehouse_id": WAREHOUSE_ID,
                "shift": worker.shift.name,
                "status": "off_shift",
                "hourly_rate": dollars(between(self._random, low_high)),
                "hired_at": to_datetime(hired_at),
                "shift_started_at": None,
                "shift_ended_at": None,
                "shift_tasks_completed": 0,
                "shift_units_handled": 0,
                "tasks_completed": 0,
                "units_handled": 0,
            },
        )

    def _plan_shift(self, worker: Worker, midnight: int) -> None:
        while (midnight // DAY) % 7 in worker.days_off:
            midnight += DAY
        begin = midnight + worker.shift.starts - between(self._random, (MINUTE, 14 * MINUTE))
        if begin + SHIFT_LENGTH <= self._clock.now:
            self._plan_shift(worker, midnight + DAY)
            return
        self._clock.schedule(begin, self._start_shift, worker, midnight, background=True)

    def _start_shift(self, worker: Worker, midnight: int) -> None:
        now = self._clock.now
        worker.shift_started_at = now
        worker.shift_tasks = 0
        worker.shift_units = 0
        worker.free_at = max(worker.free_at, now)
        self._present[worker.role].append(worker)
        self._journal.update(
            WORKERS,
            worker.worker_id,
            {
                "status": "on_shift",
                "shift_started_at": to_datetime(now),
                "shift_ended_at": None,
                "shift_tasks_completed": 0,
                "shift_units_handled": 0,
            },
            self._journal.event(
                LABOR_EVENTS,
                worker.worker_id,
                "shift.started",
                {"worker_id": worker.worker_id, "role": worker.role, "shift": worker.shift.name},
            ),
        )
        nominal_end = midnight + worker.shift.starts + SHIFT_LENGTH
        self._clock.schedule(
            nominal_end + between(self._random, (SECOND, 10 * MINUTE)),
            self._leave,
            worker,
            midnight,
            background=True,
        )

    def _leave(self, worker: Worker, midnight: int) -> None:
        """Take no more tasks, and go home once the tasks in hand are done."""
        self._present[worker.role].remove(worker)
        self._clock.schedule(worker.free_at + 1, self._end_shift, worker, midnight, background=True)

    def _end_shift(self, worker: Worker, midnight: int) -> None:
        now = self._clock.now
        minutes = (now - worker.shift_started_at) // MINUTE
        self._journal.update(
            WORKERS,
            worker.worker_id,
            {
                "status": "off_shift",
                "shift_ended_at": to_datetime(now),
                "shift_tasks_completed": worker.shift_tasks,
                "shift_units_handled": worker.shift_units,
                "tasks_completed": worker.tasks_completed,
                "units_handled": worker.units_handled,
            },
            self._journal.event(
                LABOR_EVENTS,
                worker.worker_id,
                "shift.ended",
                {
                    "worker_id": worker.worker_id,
                    "role": worker.role,
                    "shift": worker.shift.name,
                    "tasks_completed": worker.shift_tasks,
                    "units_handled": worker.shift_units,
                    "minutes_worked": minutes,
                },
            ),
        )
        self._plan_shift(worker, midnight + DAY)


def _free_at(worker: Worker) -> tuple[int, str]:
    return worker.free_at, worker.worker_id
