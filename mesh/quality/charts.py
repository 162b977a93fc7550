"""A small line chart as SVG: how one objective went, and the line that it must not cross."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT, MARGIN = 320, 64, 6
MOST_POINTS = 120


@dataclass(frozen=True)
class Point:
    """One measurement."""

    at: datetime
    value: float
    is_met: bool


@dataclass(frozen=True)
class Chart:
    """Coordinates in a box of WIDTH by HEIGHT; `broken` are the points that missed the threshold."""

    line: str
    threshold_y: float
    points: list[tuple[float, float, str]]
    broken: list[tuple[float, float, str]]


def draw(points: Sequence[Point], threshold: float, lower_is_better: bool) -> Chart:
    """Of measurements in the order of time, at least one; the worst of each stretch stays if they are many."""
    shown = _thin(points, lower_is_better)
    first, span = shown[0].at, (shown[-1].at - shown[0].at).total_seconds()
    values = [*(point.value for point in shown), threshold]
    lowest, range_of_values = min(values), (max(values) - min(values)) or 1.0

    def x(at: datetime) -> float:
        share = (at - first).total_seconds() / span if span else 0.5
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    def y(value: float) -> float:
        return round(HEIGHT - MARGIN - (value - lowest) / range_of_values * (HEIGHT - 2 * MARGIN), 1)

    placed = [(x(point.at), y(point.value), f"{point.at:%Y-%m-%d %H:%M} UTC: {point.value:g}") for point in shown]
    return Chart(
        line=" ".join(f"{left},{top}" for left, top, _ in placed),
        threshold_y=y(threshold),
        points=placed,
        broken=[place for place, point in zip(placed, shown, strict=True) if not point.is_met],
    )


def _thin(points: Sequence[Point], lower_is_better: bool) -> list[Point]:
    size = -(-len(points) // MOST_POINTS)
    worst = max if lower_is_better else min
    return [worst(points[start : start + size], key=lambda p: p.value) for start in range(0, len(points), size)]
