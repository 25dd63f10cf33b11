"""Judges launches on the queues they lean on, alone and together, with the smallest fixes.

One `Assessor` keeps what launches share (rosters, base loads, work of others), so judging one
launch after a change computes only its queues, and judging all computes each queue once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from roadmap.capacity import workload
from roadmap.capacity.demand import ramp
from roadmap.capacity.facts import FixFact, QueueFact, Result
from roadmap.capacity.fixes import volume_that_fits
from roadmap.capacity.flow import least_capacity
from roadmap.capacity.horizon import Horizon
from roadmap.capacity.inputs import LaunchInput, Portfolio, QueueInput
from roadmap.capacity.judge import Judgement, Rule
from roadmap.capacity.portfolio import Load, Outcome, Placed, in_order, place_one
from roadmap.capacity.remedies import Remedy
from roadmap.capacity.supply import SECONDS, UNIT_SECONDS, Supply, supply, weakest
from roadmap.capacity.workload import PerItem
from roadmap.mechanisms.kinds import Grade, MechanismKind

Floats = NDArray[np.float64]
EVERY_PHASE = 10_000
# A QA programme audits and a report channel brings in: neither holds items up.
JUDGED_KINDS = frozenset(
    {MechanismKind.REVIEW_QUEUE, MechanismKind.ESCALATION_DESK, MechanismKind.APPEALS_QUEUE}
)
_CODES = {
    Outcome.OVERLOAD: "CAP_OVERLOAD",
    Outcome.LATE: "CAP_SLA",
    Outcome.SHARED: "CAP_SHARED",
    Outcome.CARRIES: "CAP_OVERLOAD",
}


@dataclass(frozen=True)
class Brought:
    """A launch's load on one queue in one case, or why it is not known."""

    load: Load
    items: Floats
    missing: str = ""
    bounded: bool = False
    grade: Grade = Grade.MEASURED
    borrowed: tuple[str, ...] = ()


class Assessor:
    """Judges launches of one portfolio over one horizon."""

    def __init__(self, portfolio: Portfolio, horizon: Horizon) -> None:
        self.portfolio = portfolio
        self.horizon = horizon
        self._supplies: dict[int, Supply] = {}
        self._per_item: dict[tuple[int, int], PerItem] = {}
        self._asked: LaunchInput | None = None
        self._lane_items: dict[tuple[int, str, tuple[tuple[date, float], ...]], Floats] = {}
        self._committed: dict[int, list[Load]] = {}
        self._leaning: dict[int, list[LaunchInput]] = {}
        for launch in portfolio.launches.values():
            for queue_id in leans_on(launch, portfolio):
                self._leaning.setdefault(queue_id, []).append(launch)

    def supply(self, queue_id: int) -> Supply:
        """Return what a queue can take, computed once."""
        if queue_id not in self._supplies:
            given = self.portfolio.queues[queue_id]
            self._supplies[queue_id] = supply(given, self.horizon, self.portfolio.campaigns)
        return self._supplies[queue_id]

    def queue_facts(self, launch_id: int, phase: int) -> list[QueueFact]:
        """Return what each queue the launch leans on answers for one phase."""
        launch = self.portfolio.launches[launch_id]
        return [
            self.queue_fact(launch, self.portfolio.queues[queue_id], phase)
            for queue_id in leans_on(launch, self.portfolio)
            if self.portfolio.queues[queue_id].kind in JUDGED_KINDS
        ]

    def queue_fact(self, launch: LaunchInput, given: QueueInput, phase: int) -> QueueFact:
        """Return what one queue answers for one phase of a launch."""
        there = self.supply(given.id)
        likely = self.brought(launch, given, "likely", phase)
        missing = self._missing(launch, given, phase, there, likely)
        fact = QueueFact(
            phase=phase,
            queue_id=given.id,
            key=given.key,
            code=_code(given, Outcome.CARRIES),
            result=Result.UNKNOWN,
            why=missing,
            owner_id=given.owner_id,
            counted_on=given.backlog.counted_at.date() if given.backlog else None,
            grade=weakest([there.grade, likely.grade]),
            borrowed=tuple(sorted({*there.borrowed, *likely.borrowed})),
        )
        if missing:
            return fact
        return self._judged(fact, launch, given, phase, likely)

    def _missing(
        self,
        launch: LaunchInput,
        given: QueueInput,
        phase: int,
        there: Supply,
        likely: Brought,
    ) -> str:
        if there.missing:
            return there.missing
        if likely.missing:
            return likely.missing
        known = next((one for one in launch.phases if one.position == phase), None)
        if known is None or known.day is None:
            return "no_date"
        if workload.starts(launch, phase, self.horizon, given.zone) is None:
            return "beyond_horizon"
        return ""

    def _judged(
        self,
        fact: QueueFact,
        launch: LaunchInput,
        given: QueueInput,
        phase: int,
        likely: Brought,
    ) -> QueueFact:
        placed = self.place(launch, given, likely)
        high = self.brought(launch, given, "high", phase)
        at_high = self.place(launch, given, high)
        fact = self._numbers(fact, placed, at_high)
        if at_high.outcome is Outcome.CARRIES:
            return replace(fact, result=Result.PASS)
        if likely.bounded and given.kind is MechanismKind.APPEALS_QUEUE:
            # Only the most appeals there could be are known: too many of them prove nothing.
            return replace(fact, result=Result.UNKNOWN, why="no_route")
        given_range = all(lane.is_range for lane in launch.lanes)
        if placed.outcome is not Outcome.CARRIES and (
            given_range or self._fails_at_low(launch, given, phase)
        ):
            return replace(
                fact,
                result=Result.FAIL,
                code=_code(given, placed.outcome),
                fixes=self._fixes(launch, given, phase, "likely", placed),
                break_even=self._break_even(launch, at_high),
            )
        failing = replace(fact, code=_code(given, at_high.outcome), case="high")
        failing = replace(failing, break_even=self._break_even(launch, at_high))
        if given_range:
            fixes = self._fixes(launch, given, phase, "high", at_high)
            return replace(failing, result=Result.FAIL_AT_HIGH, fixes=fixes)
        return replace(failing, result=Result.UNKNOWN, why="break_even")

    def _fails_at_low(self, launch: LaunchInput, given: QueueInput, phase: int) -> bool:
        low = self.place(launch, given, self.brought(launch, given, "low", phase))
        return low.outcome is not Outcome.CARRIES

    def place(self, launch: LaunchInput, given: QueueInput, brought: Brought) -> Placed:
        """Judge a launch on a queue after all that were committed before it."""
        there = self.supply(given.id)
        if there.queue is None:
            raise ValueError("a queue of unknown capacity cannot be judged")
        earlier = [
            load
            for load in self.committed(given)
            if load.launch_id != launch.id
            and (launch.order is None or (load.order is not None and load.order < launch.order))
        ]
        before = there.base
        for load in earlier:
            before = load.on(before)
        return place_one(there.queue, there.base, before, earlier, brought.load)

    def judged(self, launch: LaunchInput, given: QueueInput, case: str, phase: int) -> Placed:
        """Judge a launch on a queue, its phases up to one counted."""
        return self.place(launch, given, self.brought(launch, given, case, phase))

    def committed(self, given: QueueInput) -> list[Load]:
        """Return the loads of all committed launches on a queue, in their order.

        One whose load is not known brings nothing here; its own verdict says what is missing.
        """
        if given.id not in self._committed:
            loads = [
                self.brought(launch, given, "likely", EVERY_PHASE).load
                for launch in self._leaning.get(given.id, ())
                if launch.order is not None and not launch.released
            ]
            self._committed[given.id] = in_order(loads)
        return self._committed[given.id]

    def per_item(self, launch: LaunchInput, number: int) -> PerItem:
        """Return what an item of a launch's lane brings, computed once."""
        key = (launch.id, number)
        if key not in self._per_item:
            lane = launch.lanes[number]
            self._per_item[key] = workload.per_item(lane, launch, self.portfolio)
        return self._per_item[key]

    def lane_items(
        self,
        launch: LaunchInput,
        number: int,
        case: str,
        phase: int,
        included_until: date | None = None,
    ) -> Floats:
        """Return the items of a lane in each hour; see `workload.lane_items`.

        Each queue and each step of a launch asks for the same ones, so they are kept until another
        launch is asked about: those of all launches would take gigabytes.
        """
        if self._asked is not launch:
            self._asked, self._lane_items = launch, {}
        key = (number, case, workload.ramp_of(launch.phases, phase, included_until))
        if key not in self._lane_items:
            items = workload.lane_items(
                launch.lanes[number],
                launch,
                case,
                phase,
                self.horizon,
                self.portfolio,
                included_until,
            )
            items.flags.writeable = False
            self._lane_items[key] = items
        return self._lane_items[key]

    def brought(self, launch: LaunchInput, given: QueueInput, case: str, phase: int) -> Brought:
        """Return the work a launch brings to a queue, its phases up to one counted."""
        nothing = np.zeros(self.horizon.hours)
        since = workload.starts(launch, phase, self.horizon, given.zone) or 0
        change = launch.changes.get(given.id)
        scale = None if change is None else self._scale(launch, given, phase, change[0])
        sweeps = workload.sweep_work(launch, given, phase, self.horizon)
        empty = Load(launch.id, launch.order, nothing, scale, since)
        if not launch.lanes and change is None and not launch.sweeps:
            return Brought(empty, nothing, "no_forecast")
        each = [self.per_item(launch, number) for number in range(len(launch.lanes))]
        missing = next((one.missing for one in each if one.missing), "")
        if missing:
            return Brought(empty, nothing, missing)
        until = self.supply(given.id).measured_until
        counted = [
            (self.lane_items(launch, number, case, phase, until), one)
            for number, one in enumerate(each)
        ]
        items = self._items(given, counted)
        seconds = given.handling_seconds or UNIT_SECONDS
        return Brought(
            load=replace(empty, work=self._work(given, counted, items, seconds) + sweeps),
            items=items,
            bounded=any(one.bounded for one in each),
            grade=weakest([*(one.grade for one in each), *_change_grades(launch, given)]),
            borrowed=tuple(sorted({name for one in each for name in one.borrowed})),
        )

    def _items(self, given: QueueInput, counted: Sequence[tuple[Floats, PerItem]]) -> Floats:
        """Return the items of the launch that reach a queue in each hour."""
        total = np.zeros(self.horizon.hours)
        if given.kind is MechanismKind.APPEALS_QUEUE:
            return workload.appeal_items(given, counted) if counted else total
        for items, one in counted:
            if given.kind is MechanismKind.QA_PROGRAM:
                total += items * one.sampled
            else:
                total += items * one.reaching.get(given.id, 0.0)
        return total

    @staticmethod
    def _work(
        given: QueueInput,
        counted: Sequence[tuple[Floats, PerItem]],
        items: Floats,
        seconds: float,
    ) -> Floats:
        if given.kind in {MechanismKind.APPEALS_QUEUE, MechanismKind.QA_PROGRAM}:
            return items * (seconds / SECONDS)
        total = np.zeros(len(items))
        for one_items, one in counted:
            total += one_items * (one.seconds.get(given.id, 0.0) / SECONDS)
        return total

    def _scale(
        self, launch: LaunchInput, given: QueueInput, phase: int, seconds: float
    ) -> Floats | None:
        """Return by how much the launch stretches handling on a queue, growing with its share."""
        if given.handling_seconds is None:
            return None
        steps = workload.ramp_of(launch.phases, phase, None)
        share = ramp(steps, self.horizon.face(given.zone))
        scale: Floats = 1 + (seconds / given.handling_seconds - 1) * share
        return scale

    def _fixes(
        self, launch: LaunchInput, given: QueueInput, phase: int, case: str, placed: Placed
    ) -> tuple[FixFact, ...]:
        return Remedy(self, launch, given, phase, case, placed).fixes()

    def _numbers(self, fact: QueueFact, placed: Placed, at_high: Placed) -> QueueFact:
        together = placed.together
        sla = placed.queue.sla
        face = self.horizon.face(self.portfolio.queues[fact.queue_id].zone)
        return replace(
            fact,
            alone=_finite(placed.alone_peak),
            together=_finite(together.peak),
            together_high=_finite(at_high.together.peak),
            peak_on=face.date_of(together.peak_day),
            share=together.worst.share if together.worst is not None else None,
            share_needed=sla.share if sla is not None else None,
            sla_hours=sla.hours if sla is not None else None,
            backlog=together.largest_backlog / placed.queue.handling,
            longest_hours=_finite(together.longest),
            clear_on=self._clear(together),
            capacity_needed=_capacity_needed(placed),
            before_fails=placed.before_fails,
            beside=placed.beside,
            rule=placed.queue.rule.value,
            expired=together.expired,
            waiting=placed.queue.waiting / placed.queue.handling,
        )

    def _clear(self, found: Judgement) -> date | None:
        if found.clear_hour is None:
            return None
        return self.horizon.moment(found.clear_hour).date()

    @staticmethod
    def _break_even(launch: LaunchInput, at_high: Placed) -> float | None:
        """Return the weekly items of the launch at which its queue is just full."""
        volume = sum(lane.weekly("high") for lane in launch.lanes)
        return volume_that_fits(at_high, volume, volume) if volume else None


def leans_on(launch: LaunchInput, portfolio: Portfolio) -> list[int]:
    """Return the queues a launch brings work to, or changes: linked, on a route, swept."""
    named: set[int] = {*launch.queues, *launch.changes}
    named.update(sweep.queue_id for sweep in launch.sweeps)
    named.update(part.mechanism_id for lane in launch.lanes for part in lane.route)
    return sorted(number for number in named if number in portfolio.queues)


def _change_grades(launch: LaunchInput, given: QueueInput) -> Iterable[Grade]:
    change = launch.changes.get(given.id)
    if change is not None:
        yield change[1]
    yield from (sweep.grade for sweep in launch.sweeps if sweep.queue_id == given.id)


def _code(given: QueueInput, outcome: Outcome) -> str:
    return "APPEAL_CAP" if given.kind is MechanismKind.APPEALS_QUEUE else _CODES[outcome]


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _capacity_needed(placed: Placed) -> float | None:
    """Return the steady items a day that would decide everything within the SLA time."""
    sla = placed.queue.sla
    if sla is None or placed.outcome is Outcome.CARRIES:
        return None
    if placed.queue.rule is Rule.ERLANG_A:
        # Where items expire no steady capacity decides all of them.
        return None
    since = max(placed.load.since, placed.queue.counted)
    waiting = float(placed.together.line.backlog[since])
    work = placed.together.work[since:]
    return least_capacity(work, sla.hours, waiting) * 24 / placed.queue.handling
