"""Launches that share a queue, judged in the order in which they were promised capacity.

The overload belongs to the launch that crosses the line: each committed launch is judged on the
base load and those committed before it; one that is not committed, on all committed ones. Arrivals
are summed hour by hour, never peaks and never averages.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from roadmap.capacity.flow import EPSILON
from roadmap.capacity.judge import Judgement, Queue, Standing, judge, peak_utilisation

Floats = NDArray[np.float64]


class Outcome(StrEnum):
    """What a launch does to a queue."""

    CARRIES = "carries"
    OVERLOAD = "overload"
    LATE = "late"
    # Alone it would be carried, after those committed before it not.
    SHARED = "shared"


@dataclass(frozen=True)
class Load:
    """The work one launch brings to a queue in each hour; ``order`` is its commitment number.

    ``scale`` multiplies what the queue has already, where the launch changes handling times.
    ``since`` is the hour it starts: earlier trouble is not its own.
    """

    launch_id: int
    order: int | None
    work: Floats
    scale: Floats | None = None
    since: int = 0

    def on(self, before: Floats, share: float = 1.0) -> Floats:
        """Return all the queue's work with a share of this launch on top of what was there."""
        if self.scale is not None:
            before = before * (1 + (self.scale - 1) * share)
        return before + self.work * share


@dataclass(frozen=True)
class Placed:
    """One launch on one queue: alone on the base load, and with those before it.

    ``before`` is the work of the base and of the ``earlier`` launches. Numbers are computed when
    asked for.
    """

    queue: Queue
    base: Floats
    before: Floats
    earlier: tuple[Load, ...]
    load: Load

    @property
    def launch_id(self) -> int:
        """Return whose load it is."""
        return self.load.launch_id

    @cached_property
    def together(self) -> Judgement:
        """Return what the launch does on top of all before it."""
        return self.judge_at()

    @cached_property
    def outcome(self) -> Outcome:
        """Return what the launch does to the queue."""
        if self.together.carries:
            return Outcome.CARRIES
        alone = self.load.on(self.base)
        if self.earlier and judge(self.queue, alone, self.load.since).carries:
            return Outcome.SHARED
        full = self.together.standing is Standing.OVERLOAD
        return Outcome.OVERLOAD if full else Outcome.LATE

    @cached_property
    def alone_peak(self) -> float:
        """Return the highest work ÷ capacity of a week on the base load alone."""
        if not self.earlier:
            return self.together.peak
        return peak_utilisation(self.queue, self.load.on(self.base), self.load.since)[0]

    @cached_property
    def before_fails(self) -> bool:
        """Tell whether the queue fails already without this launch."""
        if self.outcome is Outcome.CARRIES:
            return False
        return not judge(self.queue, self.before, self.load.since).carries

    @cached_property
    def beside(self) -> tuple[tuple[int, float], ...]:
        """Return launches before it that bring work in its worst week, the largest first."""
        first = self.together.peak_day
        here = (self.queue.day >= first) & (self.queue.day < first + 7)
        hours = [(load.launch_id, float(load.work[here].sum())) for load in self.earlier]
        named = [(launch_id, work) for launch_id, work in hours if work > EPSILON]
        return tuple(sorted(named, key=lambda one: (-one[1], one[0])))

    def judge_at(self, share: float = 1.0, queue: Queue | None = None) -> Judgement:
        """Judge the queue, or a changed one, with a share of the launch on top."""
        return judge(queue or self.queue, self.load.on(self.before, share), self.load.since)


def in_order(loads: Iterable[Load]) -> list[Load]:
    """Return the committed loads in the order of commitment, then the others by launch."""
    return sorted(loads, key=lambda load: (load.order is None, load.order or 0, load.launch_id))


def place(queue: Queue, base: Floats, loads: Sequence[Load]) -> list[Placed]:
    """Judge every launch on a queue, in order of commitment."""
    placed = []
    before = base
    earlier: list[Load] = []
    for load in in_order(loads):
        placed.append(place_one(queue, base, before, earlier, load))
        if load.order is not None:
            before = load.on(before)
            earlier.append(load)
    return placed


def place_one(
    queue: Queue, base: Floats, before: Floats, earlier: Sequence[Load], load: Load
) -> Placed:
    """Judge one launch on a queue that already carries ``before`` (base and earlier launches)."""
    return Placed(queue, base, before, tuple(earlier), load)
