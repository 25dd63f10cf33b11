"""The picture of a queue's days as paths and places; a template draws them. Pure.

Three strips share the hours: work by source against capacity, what waits, what misses the SLA.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from roadmap.overview.capacity_load import Stretch

Floats = NDArray[np.float64]
WIDTH, LEFT, RIGHT = 1180, 52, 8
LOAD, WAIT, MISS = (30, 150), (202, 90), (330, 26)
# Neutral fills from the bottom up: base, earlier launches, the launch itself.
FILLS = ("g1", "g2", "g3")


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    at: float
    label: str


@dataclass(frozen=True)
class DayMark:
    """Where a day starts, and the middle of it."""

    x: float
    day: date


@dataclass(frozen=True)
class Row:
    """A day of the table twin: work by layer, capacity, most that waits, items too late."""

    day: date
    layers: tuple[float, ...]
    capacity: float
    backlog: float
    late: float


@dataclass(frozen=True)
class Picture:
    """All that the drawing of one queue's days needs; ``layers`` has (fill, path) each."""

    layers: tuple[tuple[str, str], ...]
    capacity: str
    waiting: str
    alone: str
    misses: tuple[tuple[float, float, float, float], ...]
    load_ticks: tuple[Tick, ...]
    wait_ticks: tuple[Tick, ...]
    days: tuple[DayMark, ...]
    rows: tuple[Row, ...]
    peak_wait: float
    peak_x: float
    peak_y: float
    late_items: float
    first_late: tuple[date, int] | None


def picture(found: Stretch) -> Picture:
    """Return the drawing of some days of a queue."""
    groups = _layers(found)
    hours = len(found.capacity)
    step = (WIDTH - LEFT - RIGHT) / max(hours, 1)
    xs: Floats = LEFT + np.arange(hours + 1, dtype=np.float64) * step
    total: Floats = np.sum(groups, axis=0)
    load_top = _round_up(max(float(total.max()), float(found.capacity.max()), 0.01))
    waits = [found.backlog] + ([found.alone] if found.alone is not None else [])
    wait_top = _round_up(max([0.01, *(float(one.max()) for one in waits)]))
    highest = int(np.argmax(found.backlog))
    late = np.flatnonzero(found.late > 0)
    return Picture(
        layers=_stack(groups, xs, load_top),
        capacity=_stairs(found.capacity, xs, load_top, LOAD),
        waiting=_line(found.backlog, xs, wait_top, closed=True),
        alone=_line(found.alone, xs, wait_top) if found.alone is not None else "",
        misses=_misses(found.late, xs),
        load_ticks=_ticks(load_top, LOAD),
        wait_ticks=_ticks(wait_top, WAIT, 2),
        days=_days(found, xs),
        rows=_rows(found, groups),
        peak_wait=float(found.backlog[highest]),
        peak_x=float(xs[highest + 1]),
        peak_y=_y(float(found.backlog[highest]), wait_top, WAIT),
        late_items=float(found.late.sum()),
        first_late=(
            (date.fromordinal(int(found.day[late[0]])), int(found.hour[late[0]]))
            if len(late)
            else None
        ),
    )


def _layers(found: Stretch) -> list[Floats]:
    """Return the base, all earlier launches together, and the last one; fewer if there are."""
    works = [one.work for one in found.sources]
    if len(works) <= len(FILLS):
        return works
    return [works[0], np.sum(works[1:-1], axis=0), works[-1]]


def _y(value: float, top: float, strip: tuple[int, int]) -> float:
    return strip[0] + strip[1] * (1 - value / top)


def _stack(groups: Sequence[Floats], xs: Floats, top: float) -> tuple[tuple[str, str], ...]:
    fills = FILLS if len(groups) != 2 else (FILLS[0], FILLS[2])
    below = np.zeros(len(xs) - 1)
    found = []
    for fill, work in zip(fills, groups, strict=False):
        above = below + work
        forth = _steps(above, xs, top, LOAD)
        back = _steps(below[::-1], xs[::-1], top, LOAD).replace("M", "L", 1)
        if work.any():
            found.append((fill, f"{forth}{back}Z"))
        below = above
    return tuple(found)


def _steps(values: Floats, xs: Floats, top: float, strip: tuple[int, int]) -> str:
    """Return stairs through the values, one as wide as its hour; equal steps are joined."""
    parts, last = [f"M{xs[0]:.1f} {_y(float(values[0]), top, strip):.1f}"], None
    for number, value in enumerate(values):
        y = f"{_y(float(value), top, strip):.1f}"
        if y != last:
            parts.append(f"{'' if number == 0 else f'H{xs[number]:.1f}'}V{y}")
            last = y
    parts.append(f"H{xs[-1]:.1f}")
    return "".join(parts)


def _stairs(values: Floats, xs: Floats, top: float, strip: tuple[int, int]) -> str:
    return _steps(values, xs, top, strip)


def _line(values: Floats, xs: Floats, top: float, closed: bool = False) -> str:
    points = [
        f"{x:.1f} {_y(float(value), top, WAIT):.1f}"
        for x, value in zip(xs[1:], values, strict=True)
    ]
    path = "M" + "L".join(points)
    if closed:
        floor = WAIT[0] + WAIT[1]
        path += f"L{xs[-1]:.1f} {floor}L{xs[1]:.1f} {floor}Z"
    return path


def _misses(late: Floats, xs: Floats) -> tuple[tuple[float, float, float, float], ...]:
    most = float(late.max(initial=0.0))
    found = []
    for number in np.flatnonzero(late > 0):
        height = max(MISS[1] * float(late[number]) / most, 2.0)
        x, width = float(xs[number]), float(xs[number + 1] - xs[number])
        found.append((x, MISS[0] + MISS[1] - height, max(width - 0.8, 0.8), height))
    return tuple(found)


def _round_up(value: float) -> float:
    """Return the next even end of an axis: 1, 2, 3, 4, 5, 6, 8 or 10 times a power of ten."""
    power: float = 10.0 ** math.floor(math.log10(value))
    return next(
        one * power for one in (1, 2, 3, 4, 5, 6, 8, 10) if one * power >= value * 1.02 or one == 10
    )


def _ticks(top: float, strip: tuple[int, int], parts: int = 4) -> tuple[Tick, ...]:
    values = [top * part / parts for part in range(parts + 1)]
    return tuple(Tick(_y(value, top, strip), f"{value:,.4g}") for value in values)


def _days(found: Stretch, xs: Floats) -> tuple[DayMark, ...]:
    starts = np.flatnonzero(np.diff(found.day, prepend=-1))
    return tuple(
        DayMark(float(xs[start]), date.fromordinal(int(found.day[start]))) for start in starts
    )


def _rows(found: Stretch, groups: Sequence[Floats]) -> tuple[Row, ...]:
    rows = []
    for ordinal in np.unique(found.day):
        here = found.day == ordinal
        rows.append(
            Row(
                day=date.fromordinal(int(ordinal)),
                layers=tuple(float(one[here].sum()) for one in groups),
                capacity=float(found.capacity[here].sum()),
                backlog=float(found.backlog[here].max()),
                late=float(found.late[here].sum()),
            )
        )
    return tuple(rows)
