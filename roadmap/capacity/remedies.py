"""The changes that would let a queue carry a launch, each judged with the change before it is said.

Each is enough by itself and rounded to the safe side. The smallest comes first: by the hours of
handling a week it adds, moves or leaves away.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from roadmap.capacity.facts import FixFact
from roadmap.capacity.fixes import (
    fewest,
    heads_in_window,
    heads_moved,
    heads_needed,
    share_that_fits,
    volume_that_fits,
)
from roadmap.capacity.horizon import Horizon
from roadmap.capacity.inputs import LaunchInput, PhaseInput, QueueInput
from roadmap.capacity.portfolio import Placed
from roadmap.capacity.supply import windows

# A phase is put off by so much at most, and so much of the horizon must be left to see it through.
LATEST = timedelta(days=91)
LEFT = timedelta(days=56)
WEEK = timedelta(days=7)


class Judge(Protocol):
    """Judges a launch as given, not as it is stored; `assess.Assessor` does."""

    horizon: Horizon

    def judged(self, launch: LaunchInput, given: QueueInput, case: str, phase: int) -> Placed:
        """Judge a launch on a queue, its phases up to one counted."""


@dataclass(frozen=True)
class Remedy:
    """A launch that its queue does not carry in one case of its forecast."""

    judge: Judge
    launch: LaunchInput
    given: QueueInput
    position: int
    case: str
    placed: Placed

    def fixes(self) -> tuple[FixFact, ...]:
        """Return the changes that are each enough, the smallest first."""
        found = [
            *self._less(),
            *self._people(),
            *self._handling(),
            *self._date(),
        ]
        return tuple(fix for _size, fix in sorted(found, key=lambda one: one[0]))

    @property
    def phase(self) -> PhaseInput | None:
        """Return the phase that is judged."""
        return next((one for one in self.launch.phases if one.position == self.position), None)

    @property
    def _hours(self) -> float:
        """Return the hours of handling the launch adds in the fullest week."""
        placed, first = self.placed, self.placed.together.peak_day
        here = (placed.queue.day >= first) & (placed.queue.day < first + 7)
        return float((placed.together.work - placed.before)[here].sum())

    def carries(self, changed: PhaseInput) -> bool:
        """Judge the launch anew with its phase changed and tell whether its queue carries it."""
        phases = tuple(
            changed if one.position == self.position else one for one in self.launch.phases
        )
        launch = replace(self.launch, phases=phases)
        return self.judge.judged(launch, self.given, self.case, self.position).together.carries

    # ---- less of the launch ----

    def _less(self) -> Iterator[tuple[float, FixFact]]:
        least = 0.0
        share = self._share()
        if share is not None and self.phase is not None:
            least = self._hours * (1 - share / self.phase.share)
            yield least, FixFact(kind="share", amount=share)
        if self.given.id in self.launch.changes:
            return
        for kind, volume in (("volume", self._weekly), ("swept", self._swept)):
            fits = self._volume(kind, volume)
            if fits:
                # Finer than whole percent of the traffic, so never told before them.
                size = max(self._hours * (1 - fits / volume), least)
                yield size, FixFact(kind=kind, amount=fits)

    @property
    def _weekly(self) -> float:
        """Return the items a week of all lanes."""
        return sum(lane.weekly(self.case) for lane in self.launch.lanes)

    @property
    def _swept(self) -> float:
        """Return the items sweeps bring to this queue."""
        return sum(
            one.listings * one.flagged
            for one in self.launch.sweeps
            if one.queue_id == self.given.id and one.from_phase <= self.position
        )

    def _volume(self, kind: str, volume: float) -> int | None:
        """Return the largest whole volume carried, less than there is; the other kind stays."""
        if volume <= 0:
            return None
        if not self._weekly or not self._swept:
            fits = volume_that_fits(self.placed, volume, volume)
            return fits if fits is not None and fits < volume else None
        whole = math.ceil(volume) - 1

        def carried(less: int) -> bool:
            changed = scaled(self.launch, kind, (whole - less) / volume)
            placed = self.judge.judged(changed, self.given, self.case, self.position)
            return placed.together.carries

        if not carried(whole):
            return None
        less = 0 if carried(0) else fewest(carried, whole)
        return None if less is None else whole - less

    def _share(self) -> float | None:
        """Return the largest share of the traffic in whole percent above that of phases before."""
        phase = self.phase
        if phase is None or phase.live_on is not None:
            return None
        before = [one.share for one in self.launch.phases if one.position < self.position]
        low = math.floor(max(before, default=0.0) * 100 + 1e-9) + 1
        high = math.ceil(phase.share * 100 - 1e-9)

        def fits(percent: int) -> bool:
            return self.carries(replace(phase, share=percent / 100))

        if low >= high or not fits(low):
            return None
        over = fewest(lambda more: not fits(low + more), high - low)
        return (low + (over or high - low) - 1) / 100

    # ---- more people ----

    def _people(self) -> Iterator[tuple[float, FixFact]]:
        placed = self.placed
        heads = heads_needed(placed)
        if heads is not None and placed.queue.head is not None:
            yield heads * placed.queue.head * 7, FixFact(kind="heads", amount=heads)
        there = windows(self.given, placed.queue.heads, self.judge.horizon)
        if placed.together.peak >= 1 or not there:
            return
        weeks = self.judge.horizon.hours / (7 * 24)
        if (added := heads_in_window(placed, there)) is not None:
            hours = added.heads * float(added.window.capacity.sum()) / weeks
            fact = FixFact(kind="shift_heads", amount=added.heads, place=added.window.name)
            yield hours, fact
        if (moved := heads_moved(placed, there)) is not None:
            hours = moved.heads * float(moved.target.capacity.sum()) / weeks
            yield (
                hours,
                FixFact(
                    kind="move_heads",
                    amount=moved.heads,
                    place=moved.target.name,
                    source=moved.source.name,
                ),
            )

    def _handling(self) -> Iterator[tuple[float, FixFact]]:
        """Yield the longest handling time, in tenths of a second, a changed tool may take."""
        change, now = self.launch.changes.get(self.given.id), self.given.handling_seconds
        if change is None or now is None or change[0] <= now:
            return
        share = share_that_fits(self.placed, step=0.001)
        if share is not None:
            seconds = math.floor((now + (change[0] - now) * share) * 10 + 1e-9) / 10
            yield self._hours * (1 - share), FixFact(kind="handling", amount=seconds)

    # ---- later ----

    def _date(self) -> Iterator[tuple[float, FixFact]]:
        """Yield the first day from which on the phase is carried, if it is put off.

        What starts later brings nothing more to any day than before: once a day is too early, so
        is each before it. Only a sweep that moves as a whole, or a quicker tool, has to be tried
        day by day.
        """
        phase, first = self.phase, self._first_day()
        if phase is None or phase.starts_on is None or first is None:
            return
        days = (self._last_day() - first).days
        if days < 0:
            return

        def carried(after: int) -> bool:
            return self.carries(replace(phase, starts_on=first + timedelta(days=after)))

        change, now = self.launch.changes.get(self.given.id), self.given.handling_seconds
        quicker = change is not None and now is not None and change[0] < now
        if self.launch.sweeps or quicker:
            found = next((after for after in range(days + 1) if carried(after)), None)
        elif not carried(days):
            return
        else:
            found = 0 if carried(0) else fewest(carried, days)
        if found is not None:
            day = first + timedelta(days=found)
            weeks = (day - phase.starts_on) / WEEK
            later = (day - phase.starts_on).days
            yield self._hours * weeks, FixFact(kind="date", amount=later, place=day.isoformat())

    def _first_day(self) -> date | None:
        """Return the first other day: after the one planned, and not in this week."""
        phase = self.phase
        if phase is None or phase.starts_on is None or phase.live_on is not None:
            return None
        week = self.judge.horizon.start.date() + WEEK
        return max(phase.starts_on + timedelta(days=1), week)

    def _last_day(self) -> date:
        horizon = self.judge.horizon
        end = horizon.moment(horizon.hours).date() - LEFT
        phase = self.phase
        planned = phase.starts_on if phase is not None else None
        return end if planned is None else min(end, planned + LATEST)


def scaled(launch: LaunchInput, kind: str, factor: float) -> LaunchInput:
    """Return the launch with less of its weekly items, or of what it sweeps."""
    if kind == "swept":
        sweeps = tuple(replace(one, listings=one.listings * factor) for one in launch.sweeps)
        return replace(launch, sweeps=sweeps)
    lanes = tuple(
        replace(
            one,
            likely=one.likely * factor,
            low=None if one.low is None else one.low * factor,
            high=None if one.high is None else one.high * factor,
        )
        for one in launch.lanes
    )
    return replace(launch, lanes=lanes)
