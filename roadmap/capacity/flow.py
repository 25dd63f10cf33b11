"""Deferred work by interval: backlog, exact FIFO turnaround, the SLA share, the least capacity.

An interval is an hour or a day; arrivals A and capacity K are items in the interval, spread evenly
within it. D_t = min(B_t + A_t, K_t), B_{t+1} = B_t + A_t − D_t. People work at full pace until the
backlog is gone and as fast as items arrive after that, so within an interval the curve of decisions
bends where the backlog ends. All times are in intervals.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from roadmap.capacity.refusal import Inconsistent
from roadmap.wording import N_, Sentence

Floats = NDArray[np.float64]
# Shares of an item that rounding leaves behind are no backlog.
EPSILON = 1e-9


@dataclass(frozen=True)
class Flow:
    """Arrivals and decisions by interval; ``backlog[t]`` is what waits when interval t starts."""

    arrivals: Floats
    capacity: Floats
    decided: Floats
    backlog: Floats

    @property
    def largest_backlog(self) -> float:
        """Return the most items that ever wait at the end of an interval."""
        return float(self.backlog.max(initial=0.0))

    @property
    def left(self) -> float:
        """Return what still waits when the horizon ends."""
        return float(self.backlog[-1])

    def cleared_at(self, after: int) -> int | None:
        """Return the first interval from ``after`` on that starts with nothing waiting."""
        empty = np.flatnonzero(self.backlog[after:] <= EPSILON)
        return after + int(empty[0]) if len(empty) else None

    @cached_property
    def pieces(self) -> "Pieces":
        """Return the turnaround of every item, piece by piece."""
        return _pieces(self)


@dataclass(frozen=True)
class Pieces:
    """Runs of items whose turnaround changes evenly from ``first`` to ``last``.

    ``interval`` is when they arrive; an item that is not decided within the horizon has an
    infinite turnaround.
    """

    interval: NDArray[np.intp]
    items: Floats
    first: Floats
    last: Floats

    def within(self, threshold: float) -> Floats:
        """Return how many items of each piece turn around in ``threshold``."""
        low, high = np.minimum(self.first, self.last), np.maximum(self.first, self.last)
        met = np.where(high <= threshold + EPSILON, 1.0, 0.0)
        crossing = (low <= threshold) & (high > threshold + EPSILON) & np.isfinite(high)
        met[crossing] = (threshold - low[crossing]) / (high[crossing] - low[crossing])
        found: Floats = self.items * met
        return found


def flow(arrivals: ArrayLike, capacity: ArrayLike, waiting: float = 0.0) -> Flow:
    """Return backlog and decisions by interval; ``waiting`` items are there at the start."""
    a, k = _series(arrivals), _series(capacity)
    if len(a) != len(k):
        raise Inconsistent(Sentence(N_("Arrivals and capacity need the same intervals.")))
    if not 0 <= waiting < np.inf:
        raise Inconsistent(Sentence(N_("The backlog cannot be below 0.")))
    # B_{t+1} = max(B_t + A_t − K_t, 0) is the walk over its running minimum, in one go.
    walk = np.concatenate(([0.0], np.cumsum(a - k)))
    backlog = walk + waiting - np.minimum(np.minimum.accumulate(walk + waiting), 0.0)
    backlog[backlog < EPSILON] = 0.0
    decided = backlog[:-1] + a - backlog[1:]
    return Flow(a, k, np.maximum(decided, 0.0), backlog)


def _series(values: ArrayLike) -> Floats:
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1 or not len(series):
        raise Inconsistent(Sentence(N_("Give at least one interval.")))
    if not np.all(np.isfinite(series)) or np.any(series < 0):
        raise Inconsistent(Sentence(N_("Arrivals and capacity are 0 or more in each interval.")))
    return series


def _pieces(line: Flow) -> Pieces:
    """Return the pieces of the hours in which anything waits; in the others nobody does.

    A run of such hours decides all that arrives in it, so the hours between runs can be left out.
    """
    left = line.backlog > EPSILON
    busy = np.flatnonzero(left[:-1] | left[1:])
    idle = np.flatnonzero(~(left[:-1] | left[1:]) & (line.arrivals > 0))
    nothing = np.zeros(len(idle))
    if not len(busy):
        return Pieces(idle, line.arrivals[idle], nothing, nothing)
    backlog = np.concatenate((line.backlog[busy], line.backlog[busy[-1] + 1 : busy[-1] + 2]))
    found = _cut(Flow(line.arrivals[busy], line.capacity[busy], line.decided[busy], backlog))
    return Pieces(
        np.concatenate((busy[found.interval], idle)),
        np.concatenate((found.items, line.arrivals[idle])),
        np.concatenate((found.first, nothing)),
        np.concatenate((found.last, nothing)),
    )


def _cut(line: Flow) -> Pieces:
    """Cut the items where an interval of arrival ends or the pace of decisions changes.

    TAT of the x-th item is D⁻¹(x) − A⁻¹(x); between two cuts both are straight lines.
    """
    waiting = float(line.backlog[0])
    hours = np.arange(len(line.arrivals) + 1, dtype=np.float64)
    arrived = waiting + np.concatenate(([0.0], np.cumsum(line.arrivals)))
    times, decided = _decisions(line, hours)
    decided = np.minimum(decided, arrived[-1])
    both = np.concatenate((arrived, decided))
    order = np.argsort(both, kind="stable")
    starts, ends = both[order[:-1]], both[order[1:]]
    # Items there from the start have no time of arrival; they are nobody's turnaround here.
    real = (ends - starts > EPSILON * 1e-3 * max(arrived[-1], 1.0)) & (starts >= waiting - EPSILON)
    # So many points of each curve lie before a piece: the stretch it is on.
    passed = np.cumsum(order < len(arrived))[:-1]
    came, other = passed[real] - 1, np.flatnonzero(real) - passed[real]
    starts, ends = starts[real], ends[real]
    arrival = _when(hours, arrived, came, starts, ends)
    decision = _when(times, decided, other, starts, ends)
    done = (starts + ends) / 2 <= decided[-1]
    first = np.where(done, decision[0] - arrival[0], np.inf)
    last = np.where(done, decision[1] - arrival[1], np.inf)
    at = np.clip(came, 0, len(line.arrivals) - 1)
    return Pieces(at, ends - starts, np.maximum(first, 0.0), np.maximum(last, 0.0))


def _decisions(line: Flow, hours: Floats) -> tuple[Floats, Floats]:
    """Return times and running total of decisions, with a point where a backlog ends."""
    total = np.concatenate(([0.0], np.cumsum(line.decided)))
    waiting, spare = line.backlog[:-1], line.capacity - line.arrivals
    ends = np.flatnonzero((waiting > EPSILON) & (line.backlog[1:] <= EPSILON) & (spare > EPSILON))
    part = np.minimum(waiting[ends] / spare[ends], 1.0)
    times: Floats = np.concatenate((hours, ends + part))
    order = np.argsort(times, kind="stable")
    decided: Floats = np.concatenate((total, total[ends] + line.capacity[ends] * part))[order]
    return times[order], np.asarray(np.maximum.accumulate(decided), dtype=np.float64)


def _when(
    times: Floats, curve: Floats, at: NDArray[np.intp], starts: Floats, ends: Floats
) -> tuple[Floats, Floats]:
    """Return when a rising curve passes both ends of the pieces, each on its stretch ``at``."""
    at = np.clip(at, 0, len(curve) - 2)
    rise, width = np.diff(curve), np.diff(times)
    slope = np.where(rise > 0, width / np.where(rise > 0, rise, 1.0), 0.0)[at]
    base, level = times[at], curve[at]
    return base + (starts - level) * slope, base + (ends - level) * slope


def all_within(line: Flow, threshold: float) -> bool:
    """Tell, quickly and never wrongly, that every item turns around within the threshold.

    True if by each hour everything has been decided that arrived the threshold's whole hours
    before: within an hour decisions run ahead of the straight line. False may still mean that all
    do.
    """
    if line.largest_backlog <= EPSILON:
        return True
    hours = int(threshold)
    if hours < 1 or hours >= len(line.arrivals):
        return False
    waiting = line.backlog[0]
    arrived = waiting + np.concatenate(([0.0], np.cumsum(line.arrivals)))
    decided = np.concatenate(([0.0], np.cumsum(line.decided)))
    slack = EPSILON * max(arrived[-1], 1.0)
    return bool(np.all(decided[hours:] >= arrived[:-hours] - slack)) and line.left <= slack


def items_within(line: Flow, threshold: float) -> Floats:
    """Return by interval of arrival how many items turn around within ``threshold`` intervals."""
    pieces = line.pieces
    met = np.bincount(
        pieces.interval, weights=pieces.within(threshold), minlength=len(line.arrivals)
    )
    found: Floats = np.minimum(met, line.arrivals)
    return found


def share_within(line: Flow, threshold: float, start: int = 0, end: int | None = None) -> float:
    """Return the share of items arriving in intervals ``start`` to ``end`` that meet the threshold.

    No arrivals is a share of 1: nobody waited too long.
    """
    total = float(line.arrivals[start:end].sum())
    return float(items_within(line, threshold)[start:end].sum()) / total if total > 0 else 1.0


def longest(line: Flow, start: int = 0, end: int | None = None) -> float:
    """Return the longest turnaround of items arriving in these intervals, 0 if none arrive."""
    pieces = line.pieces
    stop = len(line.arrivals) if end is None else end
    chosen = (pieces.interval >= start) & (pieces.interval < stop)
    return float(np.maximum(pieces.first[chosen], pieces.last[chosen]).max(initial=0.0))


def percentile(line: Flow, share: float, start: int = 0, end: int | None = None) -> float:
    """Return the turnaround that ``share`` of the items of these intervals do not exceed."""
    pieces = line.pieces
    stop = len(line.arrivals) if end is None else end
    chosen = (pieces.interval >= start) & (pieces.interval < stop)
    if not chosen.any():
        return 0.0
    part = Pieces(
        pieces.interval[chosen], pieces.items[chosen], pieces.first[chosen], pieces.last[chosen]
    )
    wanted = share * float(part.items.sum())
    high = float(np.maximum(part.first, part.last).max())
    if np.isinf(high):
        finite = np.isfinite(part.first)
        if float(part.items[finite].sum()) < wanted:
            return float("inf")
        high = float(np.maximum(part.first, part.last)[finite].max())
    low = 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if part.within(middle).sum() >= wanted else (middle, high)
    return high


@dataclass(frozen=True, slots=True)
class Week:
    """The worst stretch of calendar days: the day it starts, its share and its items."""

    day: int
    share: float
    items: float
    late: float


def least_capacity(arrivals: ArrayLike, threshold: float, waiting: float = 0.0) -> float:
    """Return k_min, the constant items per interval that turn everything around in ``threshold``.

    k_min = max over s<t of A(s,t] ÷ (t − s + T); ``waiting`` items came just before the first.
    Solved by raising k until no stretch asks for more, which takes a handful of passes over the
    series.
    """
    a = _series(arrivals)
    if threshold < 0:
        raise Inconsistent(Sentence(N_("The SLA time cannot be below 0.")))
    total = np.concatenate(([0.0], waiting + np.concatenate(([0.0], np.cumsum(a)))))
    times = np.concatenate(([0.0], np.arange(len(a) + 1, dtype=np.float64)))
    rate = 0.0
    while True:
        level = total - rate * times
        lowest = np.minimum.accumulate(level)
        excess = level - lowest - rate * threshold
        end = int(np.argmax(excess))
        if excess[end] <= 1e-9 * max(total[-1], 1.0):
            return rate
        start = int(np.argmin(level[: end + 1]))
        span = times[end] - times[start] + threshold
        better = float((total[end] - total[start]) / span)
        if better <= rate:
            return rate
        rate = better
