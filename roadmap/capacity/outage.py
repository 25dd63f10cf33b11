"""What happens while an automated step is off, or slower than items arrive."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from roadmap.capacity.flow import flow, longest
from roadmap.capacity.judge import Queue
from roadmap.capacity.refusal import Inconsistent, at_least_zero, positive, shares
from roadmap.wording import N_, Sentence

Floats = NDArray[np.float64]
MINUTES = 60


@dataclass(frozen=True, slots=True)
class Outage:
    """A step off at the worst time: what it sends to people, or lets live.

    ``clear_hours`` counts from the end of the outage until the queue is where it would have been;
    None where that lies beyond the horizon, or where no people take the items.
    """

    starts: int
    hours: int
    items: float
    to_people: float
    unreviewed: float
    violating_live: float
    clear_hours: float | None


def peak(items: Floats, hours: int) -> int:
    """Return the first hour of the stretch in which most items arrive."""
    if not 1 <= hours <= len(items):
        raise Inconsistent(Sentence(N_("An outage lasts from one hour to the whole horizon.")))
    return int(np.argmax(np.round(np.convolve(items, np.ones(hours), "valid"), 9)))


def closed(items: Floats, human_share: float, hours: int, queue: Queue, work: Floats) -> Outage:
    """Return an outage whose items all go to people.

    ``items`` reach the step in each hour, ``human_share`` of them go to people anyway; ``work`` is
    what the queue has without the outage, in hours of handling.
    """
    shares([("share that goes to people", human_share)])
    start = peak(items, hours)
    extra = np.zeros(len(items))
    extra[start : start + hours] = items[start : start + hours] * (1 - human_share)
    usual = queue.line(work)
    with_it = queue.line(work + extra * queue.handling)
    # Back to where it would have been: what waits is what would wait without the outage.
    behind = with_it.backlog - usual.backlog
    late = np.flatnonzero(behind[start + hours :] <= 1e-6)
    return Outage(
        starts=start,
        hours=hours,
        items=float(items[start : start + hours].sum()),
        to_people=float(extra.sum()),
        unreviewed=0.0,
        violating_live=0.0,
        clear_hours=float(late[0]) if len(late) else None,
    )


def open_(items: Floats, hours: int, caught: float) -> Outage:
    """Return an outage that publishes what the step would have looked at.

    ``caught`` is the share of items the step would have actioned rightly: that is what goes live
    violating.
    """
    shares([("share caught", caught)])
    start = peak(items, hours)
    volume = float(items[start : start + hours].sum())
    return Outage(start, hours, volume, 0.0, volume, volume * caught, None)


@dataclass(frozen=True, slots=True)
class Quota:
    """A step's line behind its quota: the busiest rate a minute, the line and the longest wait."""

    peak_per_minute: float
    quota_per_minute: float
    line: float
    longest_minutes: float

    @property
    def exceeded(self) -> bool:
        """Tell whether items ever wait for the quota."""
        return self.line > 0


def quota(items: Floats, per_minute: float) -> Quota:
    """Return the line behind a quota when ``items`` arrive in each hour, even within it."""
    positive([("quota", per_minute)])
    at_least_zero([("items", float(items.min(initial=0.0)))])
    line = flow(items, np.full(len(items), per_minute * MINUTES))
    return Quota(
        peak_per_minute=float(items.max(initial=0.0)) / MINUTES,
        quota_per_minute=per_minute,
        line=line.largest_backlog,
        longest_minutes=longest(line) * MINUTES if line.largest_backlog > 0 else 0.0,
    )
