"""One queue over some days: who brings the work of each hour, what it can take, what waits. Pure.

All work is in hours of handling; ``items`` of a queue are that divided by its handling time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from roadmap.capacity.horizon import Clockface
from roadmap.capacity.judge import Queue, judge
from roadmap.capacity.portfolio import Load, Placed

Floats = NDArray[np.float64]
DAYS = 7


@dataclass(frozen=True)
class Source:
    """The work one launch brings in each hour; None is the base load."""

    launch_id: int | None
    work: Floats

    @property
    def hours(self) -> float:
        """Return its hours of handling in all."""
        return float(self.work.sum())


@dataclass(frozen=True)
class Stretch:
    """Some days of a queue, hour by hour; ``late`` are the items that miss the SLA by arrival.

    ``alone`` is the backlog with the last source alone on the base load, None where it has no
    company. ``handling`` is hours an item.
    """

    first: date
    day: NDArray[np.int64]
    hour: NDArray[np.int64]
    sources: tuple[Source, ...]
    capacity: Floats
    backlog: Floats
    late: Floats
    handling: float
    sla_hours: float | None
    alone: Floats | None = None

    @property
    def work(self) -> Floats:
        """Return the work of all sources in each hour."""
        total: Floats = np.sum([one.work for one in self.sources], axis=0)
        return total

    @property
    def full(self) -> float | None:
        """Return work ÷ capacity of the stretch, None without any capacity."""
        there = float(self.capacity.sum())
        return float(self.work.sum()) / there if there > 0 else None


def sources(base: Floats, loads: Sequence[Load]) -> list[Source]:
    """Return who brings the work, the base first, as loads are put on one another.

    Where a launch slows handling, the time it adds to what was there is its own; where it makes it
    quicker, all that was there shrinks.
    """
    found = [Source(None, base)]
    for load in loads:
        work = load.work
        if load.scale is not None:
            before: Floats = np.sum([one.work for one in found], axis=0)
            less = np.minimum(load.scale, 1.0)
            work = work + before * (np.maximum(load.scale, 1.0) - 1)
            found = [Source(one.launch_id, one.work * less) for one in found]
        found.append(Source(load.launch_id, work))
    return found


def stretch(
    queue: Queue, face: Clockface, parts: Sequence[Source], first: int, alone: Floats | None = None
) -> Stretch:
    """Return seven local days from day number ``first`` on; ``alone`` is the work without others.

    The queue is followed from the start of the horizon, so that what waits is carried in.
    """
    work = np.sum([one.work for one in parts], axis=0)
    found = judge(queue, work)
    line = found.line
    here = (queue.day >= first) & (queue.day < first + DAYS)
    late = np.zeros(len(work))
    if queue.sla is not None:
        late = np.maximum(line.arrivals - found.met, 0.0) / queue.handling
        late[late < 1e-6] = 0.0
    return Stretch(
        first=face.date_of(int(queue.day[here][0]) if here.any() else first),
        day=face.ordinal[here],
        hour=face.hour[here],
        sources=tuple(Source(one.launch_id, one.work[here]) for one in parts),
        capacity=queue.capacity[here],
        backlog=line.backlog[1:][here],
        late=late[here],
        handling=queue.handling,
        sla_hours=queue.sla.hours if queue.sla is not None else None,
        alone=None if alone is None else judge(queue, alone).line.backlog[1:][here],
    )


def of_placed(placed: Placed, earlier: Sequence[Load], face: Clockface) -> Stretch:
    """Return the days in which a launch is worst for its queue."""
    found = placed.together
    worst = found.worst
    first = found.peak_day
    sla = placed.queue.sla
    if worst is not None and sla is not None and worst.share < sla.share - 1e-9:
        first = worst.day
    parts = sources(placed.base, [*earlier, placed.load])
    alone = placed.load.on(placed.base) if earlier else None
    return stretch(placed.queue, face, parts, first, alone)
