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


class Rule(StrEnum):
    """How the share of items in time was computed."""

    # First in, first out, nothing leaves.
    LINE = "line"
    # The lower of the line's share and Erlang C's: people wait for items as well.
    ERLANG_C = "erlang_c"
    # Items expire while they wait; each hour by itself.
    ERLANG_A = "erlang_a"


@dataclass(frozen=True)
class Queue:
    """A queue's capacity: hours of handling it has in each hour, and heads on duty.

    ``day`` numbers the local calendar days of the hours. ``handling`` is the mean handling time of
    an item in hours; ``head`` is what one more head adds in a day, in hours of handling.
    ``waiting`` hours of handling were counted in line at hour ``counted``. Items of a queue with
    ``patience`` expire after so many hours on average.
    """

    id: int
    capacity: Floats
    heads: Floats
    day: Ints
    handling: float
    sla: Sla | None
    head: float | None = None
    waiting: float = 0.0
    counted: int = 0
    patience: float | None = None

    @property
    def rule(self) -> Rule:
        """Return how its items in time are counted."""
        if self.sla is None or self.sla.hours >= 1:
            return Rule.LINE
        return Rule.ERLANG_C if self.patience is None else Rule.ERLANG_A

    def weeks(self, since: int = 0) -> Ints:
        """Return the number of the seven-day stretch of each hour from one on; before it, −1."""
        first = self.day[min(since, len(self.day) - 1)]
        found: Ints = np.where(self.day >= first, (self.day - first) // 7, -1)
        return found

    def line(self, work: Floats) -> Flow:
        """Return what waits under the work of each hour, from the count of the line on.

        What came before the count is in it, so nothing arrives and nothing is decided until then.
        """
        if not self.waiting:
            return flow(work, self.capacity)
        later = np.arange(len(work)) >= self.counted
        return flow(np.where(later, work, 0.0), np.where(later, self.capacity, 0.0), self.waiting)


@dataclass(frozen=True)
class Judgement:
    """What a load does to a queue; times in hours, work in hours of handling.

    Numbers are computed when asked for: most judgements are asked only whether the queue carries.
    """

    queue: Queue
    work: Floats
    since: int

    @cached_property
    def line(self) -> Flow:
        """Return arrivals, decisions and what waits; of expiring items, what waits on average."""
        if self.impatience is not None:
            return self.impatience.line(self.work, self.queue.capacity)
        return self.queue.line(self.work)

    @cached_property
    def impatience(self) -> "Impatience | None":
        """Return who expires, where items do."""
        queue = self.queue
        if queue.rule is not Rule.ERLANG_A or queue.sla is None or queue.patience is None:
            return None
        return impatience(self.work, queue, queue.sla.hours, queue.patience)

    @cached_property
    def standing(self) -> Standing:
        """Return whether the queue carries its work."""
        if self._full is not None:
            return Standing.OVERLOAD
        sla = self.queue.sla
        if sla is None:
            return Standing.CARRIES
        late = _late_at_a_glance(self.queue, self.line, sla, self.since)
        if late is None:
            late = self.worst is not None and self.worst.share < sla.share - 1e-9
        return Standing.LATE if late else Standing.CARRIES

    @property
    def carries(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.standing is Standing.CARRIES

    @cached_property
    def _full(self) -> int | None:
        # Where items expire no backlog lasts.
        return None if self.impatience is not None else _never_clears(self.queue, self.line)

    @cached_property
    def _peak(self) -> tuple[float, int]:
        return peak_utilisation(self.queue, self.work, self.since)

    @property
    def peak(self) -> float:
        """Return the highest work ÷ capacity of seven days."""
        return self._peak[0]

    @property
    def peak_day(self) -> int:
        """Return the first of those seven days."""
        return self._peak[1]

    @cached_property
    def _largest(self) -> int:
        return self.since + int(np.argmax(self.line.backlog[self.since :]))

    @property
    def largest_backlog(self) -> float:
        """Return the most that waits from the hour judged on."""
        return float(self.line.backlog[self._largest])

    @cached_property
    def met(self) -> Floats:
        """Return the work of each hour that is decided in time; all of it without an SLA."""
        if self.impatience is not None:
            found: Floats = self.work * self.impatience.share
            return found
        sla = self.queue.sla
        return self.line.arrivals if sla is None else in_time(self.queue, self.line, sla)

    @cached_property
    def worst(self) -> Week | None:
        """Return the days with the lowest share in time; None without an SLA or if it drowns."""
        sla = self.queue.sla
        if sla is None or self._full is not None:
            return None
        return _worst(self.queue, self.line.arrivals, self.met, sla, self.since)

    @property
    def expired(self) -> float | None:
        """Return the share of items that expires in the worst days; None where none do."""
        if self.impatience is None or self.worst is None:
            return None
        first = self.worst.day
        sla = self.queue.sla
        here = (self.queue.day >= first) & (self.queue.day < first + (sla.days if sla else 7))
        came = float(self.work[here].sum())
        return float((self.work * self.impatience.expired)[here].sum()) / came if came > 0 else 0.0

    @property
    def clear_hour(self) -> int | None:
        """Return when the largest backlog has cleared."""
        if self._full is not None or self.impatience is not None:
            return None
        return self.line.cleared_at(self._largest)

    @cached_property
    def longest(self) -> float:
        """Return the longest turnaround from the hour judged on; infinite if it never clears.

        Where items expire it is unknown: nobody waits for ever.
        """
        if self.impatience is not None:
            return math.nan
        return _longest(self.line, self._full is not None, self.since)


def judge(queue: Queue, work: Floats, since: int = 0) -> Judgement:
    """Judge a queue under the work arriving in each hour; what lies before ``since`` only waits."""
    return Judgement(queue, work, since)


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


def _worst(queue: Queue, arrivals: Floats, met: Floats, sla: Sla, since: int) -> Week:
    """Return the seven calendar days, by arrival, with the lowest share in time."""
    came = np.bincount(queue.day, weights=arrivals)
    fine = np.bincount(queue.day, weights=met)
    first, last = _judged_days(queue, sla, since)
    came, fine = came[first:last], fine[first:last]
    ones = np.ones(min(sla.days, len(came)))
    totals, good = np.convolve(came, ones, "valid"), np.convolve(fine, ones, "valid")
    share = np.ones(len(totals))
    some = totals > EPSILON
    share[some] = np.minimum(good[some] / totals[some], 1.0)
    at = int(np.argmin(np.round(share, 12)))
    late = float(max(totals[at] - good[at], 0.0))
    return Week(first + at, float(share[at]), float(totals[at]), late)


def _late_at_a_glance(queue: Queue, line: Flow, sla: Sla, since: int) -> bool | None:
    """Tell whether too few items are in time from the line by whole hours; None if that is close.

    An item of an hour is decided in time if all is that came until the hour's end, and is not if
    even what came before the hour is not: so each hour's share lies between two cheap numbers.
    """
    if queue.rule is not Rule.LINE or sla.hours >= len(line.arrivals) - 1:
        return None
    if all_within(line, sla.hours):
        return False
    few, many = math.floor(sla.hours), math.ceil(sla.hours)
    came = line.backlog[0] + np.concatenate(([0.0], np.cumsum(line.arrivals)))
    done = np.concatenate(([0.0], np.cumsum(line.decided)))
    ends = np.arange(len(line.arrivals))
    surely = done[np.minimum(ends + few, len(ends))] - came[:-1]
    if _worst(queue, line.arrivals, np.clip(surely, 0, line.arrivals), sla, since).share >= (
        sla.share
    ):
        return False
    perhaps = done[np.minimum(ends + 1 + many, len(ends))] - came[:-1]
    most = _worst(queue, line.arrivals, np.clip(perhaps, 0, line.arrivals), sla, since).share
    return True if most < sla.share - 1e-6 else None


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
    kinds, where = _kinds(work, heads)
    share = [erlang.share_within(one.real, one.imag, handling, threshold) for one in kinds]
    found: Floats = np.asarray(share, dtype=np.float64)[where]
    return found


def _kinds(work: Floats, heads: Floats) -> tuple[NDArray[np.complex128], NDArray[np.intp]]:
    """Return the pairs of work and heads there are, and which of them each hour is.

    One complex number for each pair: sorting those is quicker than sorting rows.
    """
    return np.unique(np.round(work, 9) + 1j * np.round(heads, 9), return_inverse=True)


@dataclass(frozen=True)
class Impatience:
    """By hour: shares of the items decided in time and expired, and what waits on average."""

    share: Floats
    expired: Floats
    waiting: Floats

    def line(self, work: Floats, capacity: Floats) -> Flow:
        """Return what arrives, is decided and waits on average, in hours of handling."""
        backlog = np.concatenate(([0.0], self.waiting))
        return Flow(work, capacity, work * (1 - self.expired), backlog)


def impatience(work: Floats, queue: Queue, threshold: float, patience: float) -> Impatience:
    """Return Erlang A's shares for each hour by itself; equal hours are computed once."""
    kinds, where = _kinds(work, queue.heads)
    each = [
        erlang.expiring(one.real / queue.handling, queue.handling, patience, one.imag, threshold)
        for one in kinds
    ]
    share = np.array([one.within for one in each])[where]
    expired = np.array([one.expired for one in each])[where]
    line = np.array([one.line for one in each])[where] * queue.handling
    return Impatience(share, expired, line)


def with_heads(queue: Queue, more: float) -> Queue:
    """Return the queue with more heads, spread as those it has; each adds ``head`` hours a day.

    A queue without people cannot grow this way: nobody says when they would come.
    """
    present = float(np.bincount(queue.day, weights=queue.capacity).mean())
    if queue.head is None or present <= 0:
        return queue
    factor = 1 + more * queue.head / present
    return replace(queue, capacity=queue.capacity * factor, heads=queue.heads * factor)
