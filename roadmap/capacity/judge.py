"""Whether a queue carries its work: utilisation, backlog and SLA over the horizon.

Work is counted in hours of handling, so that items of different handling times share one line.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from roadmap.capacity import erlang
from roadmap.capacity.flow import EPSILON, Flow, Week, all_within, flow, items_within

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


# A day has 23 hours where clocks go forward; with fewer it is cut off.
SHORTEST_DAY = 23


class Standing(StrEnum):
    """How a queue stands over the horizon."""

    CARRIES = "carries"
    # The backlog does not clear within the horizon.
    OVERLOAD = "overload"
    # It clears, but in the worst seven days too few items are decided in time.
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Sla:
    """The share of items decided within so many hours, in the worst calendar days."""

    hours: float
    share: float = 1.0
    days: int = 7


@dataclass(frozen=True)
class Queue:
    """A queue's capacity: hours of handling it has in each hour, and heads on duty.

    ``day`` numbers the local calendar days of the hours. ``handling`` is the mean handling time of
    an item in hours; ``head`` is what one more head adds in a day, in hours of handling.
    """

    id: int
    capacity: Floats
    heads: Floats
    day: Ints
    handling: float
    sla: Sla | None
    head: float | None = None

    def weeks(self, since: int = 0) -> Ints:
        """Return the number of the seven-day stretch of each hour from one on; before it, −1."""
        first = self.day[min(since, len(self.day) - 1)]
        found: Ints = np.where(self.day >= first, (self.day - first) // 7, -1)
        return found


@dataclass(frozen=True)
class Judgement:
    """What a load does to a queue; times in hours, work in hours of handling.

    ``peak`` is the highest work ÷ capacity of seven days, which start on day ``peak_day``.
    ``worst`` is the stretch of days with the lowest share in time, None without an SLA.
    """

    standing: Standing
    peak: float
    peak_day: int
    largest_backlog: float
    worst: Week | None
    # First hour from which the backlog never clears, or clears again after its largest.
    from_hour: int | None
    clear_hour: int | None
    line: Flow
    since: int

    @cached_property
    def longest(self) -> float:
        """Return the longest turnaround from the hour judged on; infinite if it never clears."""
        return _longest(self.line, self.standing is Standing.OVERLOAD, self.since)

    @property
    def carries(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.standing is Standing.CARRIES


def judge(queue: Queue, work: Floats, since: int = 0) -> Judgement:
    """Judge a queue under the work arriving in each hour; what lies before ``since`` only waits."""
    line = flow(work, queue.capacity)
    peak, day = peak_utilisation(queue, work, since)
    full = _never_clears(queue, line)
    worst = None if full is not None else _worst(queue, line, since)
    late = worst is not None and queue.sla is not None and worst.share < queue.sla.share - 1e-9
    largest = since + int(np.argmax(line.backlog[since:]))
    standing = Standing.LATE if late else Standing.CARRIES
    return Judgement(
        standing=Standing.OVERLOAD if full is not None else standing,
        peak=peak,
        peak_day=day,
        largest_backlog=float(line.backlog[largest]),
        worst=worst,
        from_hour=full if full is not None else _since(line, largest),
        clear_hour=None if full is not None else line.cleared_at(largest),
        line=line,
        since=since,
    )


def peak_utilisation(queue: Queue, work: Floats, since: int = 0) -> tuple[float, int]:
    """Return the highest work ÷ capacity of a week counted from an hour's day, and its first day.

    Work where there is no capacity at all is infinite utilisation.
    """
    weeks = queue.weeks(since)
    inside = weeks >= 0
    wanted = np.bincount(weeks[inside], weights=work[inside])
    there = np.bincount(weeks[inside], weights=queue.capacity[inside])
    share = np.where(wanted > EPSILON, np.inf, 0.0)
    np.divide(wanted, there, out=share, where=there > 0)
    # A stretch cut off by the end of the horizon is no week.
    whole = np.bincount(weeks[inside]) >= 7 * 24 - 2
    share = np.where(whole, share, 0.0) if whole.any() else share
    week = int(np.argmax(share))
    return float(share[week]), int(queue.day[min(since, len(queue.day) - 1)]) + 7 * week


def _never_clears(queue: Queue, line: Flow) -> int | None:
    """Return since when a backlog stands that the horizon does not see the end of.

    A backlog at the very end that is younger than a week may be the night's; it counts only where
    the last seven days bring more than they decide.
    """
    if line.left <= EPSILON:
        return None
    empty = np.flatnonzero(line.backlog <= EPSILON)
    since = int(empty[-1]) if len(empty) else 0
    last = slice(max(len(line.arrivals) - 7 * 24, 0), None)
    if since > len(line.arrivals) - 7 * 24:
        return None
    growing = line.arrivals[last].sum() >= queue.capacity[last].sum() - EPSILON
    return since if growing else None


def _longest(line: Flow, endless: bool, since: int) -> float:
    """Return the longest turnaround of what is decided; infinite where the line never clears."""
    if line.largest_backlog <= EPSILON:
        return 0.0
    if endless:
        return math.inf
    pieces = line.pieces
    known = np.maximum(pieces.first, pieces.last)[pieces.interval >= since]
    return float(known[np.isfinite(known)].max(initial=0.0))


def _since(line: Flow, largest: int) -> int | None:
    if line.backlog[largest] <= EPSILON:
        return None
    empty = np.flatnonzero(line.backlog[:largest] <= EPSILON)
    return int(empty[-1]) if len(empty) else 0


def _worst(queue: Queue, line: Flow, since: int) -> Week | None:
    """Return the seven calendar days, by arrival, with the lowest share in time."""
    if queue.sla is None:
        return None
    came = np.bincount(queue.day, weights=line.arrivals)
    fine = np.bincount(queue.day, weights=in_time(queue, line, queue.sla))
    first, last = _judged_days(queue, queue.sla, since)
    came, fine = came[first:last], fine[first:last]
    ones = np.ones(min(queue.sla.days, len(came)))
    totals, good = np.convolve(came, ones, "valid"), np.convolve(fine, ones, "valid")
    share = np.ones(len(totals))
    some = totals > EPSILON
    share[some] = np.minimum(good[some] / totals[some], 1.0)
    at = int(np.argmin(np.round(share, 12)))
    late = float(max(totals[at] - good[at], 0.0))
    return Week(first + at, float(share[at]), float(totals[at]), late)


def _judged_days(queue: Queue, sla: Sla, since: int) -> tuple[int, int]:
    """Return the first and the end of the days that are whole and whose items can all be judged."""
    hours = np.bincount(queue.day)
    first = 0 if hours[0] >= SHORTEST_DAY else 1
    first = max(first, int(queue.day[min(since, len(queue.day) - 1)]))
    last = len(hours) if hours[-1] >= SHORTEST_DAY else len(hours) - 1
    # Whoever arrives within the SLA time of the end may still be decided in time.
    last -= math.ceil(sla.hours / 24)
    return (first, last) if last > first else (min(first, len(hours) - 1), len(hours))


def in_time(queue: Queue, line: Flow, sla: Sla) -> Floats:
    """Return the work of each hour that is decided within the SLA time.

    Where that time is shorter than an hour the people wait for items as much as items for people:
    the share of an hour is the lower of the line's and Erlang's.
    """
    met = line.arrivals if all_within(line, sla.hours) else items_within(line, sla.hours)
    if sla.hours >= 1:
        return met
    at_once = answered(line.arrivals, queue.heads, queue.handling, sla.hours)
    found: Floats = np.minimum(met, line.arrivals * at_once)
    return found


def answered(work: Floats, heads: Floats, handling: float, threshold: float) -> Floats:
    """Return Erlang's share answered within the threshold for each hour; equal hours once."""
    # One complex number for each pair: sorting those is quicker than sorting rows.
    kinds, where = np.unique(np.round(work, 9) + 1j * np.round(heads, 9), return_inverse=True)
    share = [erlang.share_within(one.real, one.imag, handling, threshold) for one in kinds]
    found: Floats = np.asarray(share, dtype=np.float64)[where]
    return found


def with_heads(queue: Queue, more: float) -> Queue:
    """Return the queue with more heads, spread as those it has; each adds ``head`` hours a day.

    A queue without people cannot grow this way: nobody says when they would come.
    """
    present = float(np.bincount(queue.day, weights=queue.capacity).mean())
    if queue.head is None or present <= 0:
        return queue
    factor = 1 + more * queue.head / present
    return replace(queue, capacity=queue.capacity * factor, heads=queue.heads * factor)
