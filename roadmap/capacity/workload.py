"""What one launch brings out of its lanes: work for each queue in each hour, actions, items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from roadmap.capacity import demand
from roadmap.capacity.effects import delayed
from roadmap.capacity.horizon import Horizon
from roadmap.capacity.inputs import (
    LaneInput,
    LaunchInput,
    PhaseInput,
    Portfolio,
    QueueInput,
    RouteInput,
)
from roadmap.capacity.refusal import Inconsistent
from roadmap.capacity.routes import AutomatedStep, HumanStep, StepResult, run
from roadmap.capacity.supply import SECONDS, UNIT_SECONDS, campaigns_in, weakest
from roadmap.mechanisms.kinds import Grade, MechanismKind

Floats = NDArray[np.float64]
# What is assumed of appeals where the appeals queue's owner states nothing.
APPEAL_TRUE, APPEAL_FALSE = 0.10, 0.50
_AUTOMATED = ("recall", "precision", "pass_share", "miss_rate", "receives", "qa_share")
_HUMAN = (
    "recall",
    "false_rate",
    "receives",
    "passes_per_item",
    "escalation_rate",
    "escalation_seconds",
    "resubmission_rate",
    "qa_share",
)


@dataclass(frozen=True)
class PerItem:
    """What one item of a lane brings, on average.

    ``seconds`` is handling time by queue, ``reaching`` the share of items that reaches each step or
    queue. ``caught`` is what each automated step rightly actions. ``bounded`` says that actions are
    an upper bound, since no route is known.
    """

    seconds: Mapping[int, float] = field(default_factory=dict)
    reaching: Mapping[int, float] = field(default_factory=dict)
    caught: Mapping[int, float] = field(default_factory=dict)
    true_actions: float = 0.0
    false_actions: float = 0.0
    sampled: float = 0.0
    missing: str = ""
    bounded: bool = False
    grade: Grade = Grade.MEASURED
    borrowed: tuple[str, ...] = ()


def per_item(lane: LaneInput, launch: LaunchInput, portfolio: Portfolio) -> PerItem:
    """Return what one item of a lane brings: by its route, else by what its queues lend."""
    if lane.route:
        return _by_route(lane, portfolio)
    return _by_share(lane, launch, portfolio)


def _by_route(lane: LaneInput, portfolio: Portfolio) -> PerItem:
    steps, grades, borrowed = [], [lane.grade], []
    for part in lane.route:
        step, lent = step_of(part, portfolio)
        if step is None:
            return PerItem(missing="no_rates")
        steps.append(step)
        grades.append(Grade.BORROWED if lent else part.grade)
        borrowed += lent
    if lane.prevalence is None:
        return PerItem(missing="no_prevalence")
    try:
        result = run(1.0, lane.prevalence, steps)
    except Inconsistent:
        return PerItem(missing="contradiction")
    seconds: dict[int, float] = {}
    pairs = list(zip(lane.route, steps, result.steps, strict=True))
    for part, step, done in pairs:
        if isinstance(step, HumanStep):
            time_taken = done.handled * step.handling_seconds
            time_taken += done.escalated * step.escalation_seconds
            seconds[part.mechanism_id] = seconds.get(part.mechanism_id, 0.0) + time_taken
    return PerItem(
        seconds=seconds,
        reaching={part.mechanism_id: done.items for part, _, done in pairs},
        caught={part.mechanism_id: done.true_actions for part, _, done in pairs if done.automated},
        true_actions=result.true_actions,
        false_actions=result.false_actions,
        sampled=sum(_sampled(step, done) for _, step, done in pairs),
        grade=weakest(grades),
        borrowed=tuple(sorted(set(borrowed))),
    )


def _sampled(step: AutomatedStep | HumanStep, done: StepResult) -> float:
    return done.decisions * step.qa_share


def step_of(
    part: RouteInput, portfolio: Portfolio
) -> tuple[AutomatedStep | HumanStep | None, list[str]]:
    """Return a route's step with what it leaves out borrowed, and the names of what was."""
    if (automated := portfolio.steps.get(part.mechanism_id)) is not None:
        rates = {name: automated.rates[name] for name in _AUTOMATED if name in automated.rates}
        lent = sorted(set(rates) - set(part.rates))
        rates |= {name: part.rates[name] for name in _AUTOMATED if name in part.rates}
        if not {"recall", "precision"} <= set(rates):
            return None, []
        return AutomatedStep(automated.key, **rates), lent
    queue = portfolio.queues.get(part.mechanism_id)
    seconds = part.rates.get("handling_seconds", queue.handling_seconds if queue else None)
    if queue is None or seconds is None or not {"recall", "false_rate"} <= set(part.rates):
        return None, []
    rates = {name: part.rates[name] for name in _HUMAN if name in part.rates}
    lent = [] if "handling_seconds" in part.rates else ["handling time"]
    return HumanStep(queue.key, handling_seconds=seconds, **rates), lent


def _by_share(lane: LaneInput, launch: LaunchInput, portfolio: Portfolio) -> PerItem:
    """Lend each linked review queue its usual share of items; without one, all items are its."""
    seconds, reaching, grades, borrowed = {}, {}, [lane.grade], set()
    for number in launch.queues:
        queue = portfolio.queues.get(number)
        if queue is None or queue.kind not in {
            MechanismKind.REVIEW_QUEUE,
            MechanismKind.ESCALATION_DESK,
        }:
            continue
        share = queue.review_share
        if share is None:
            share = 1.0 if queue.kind is MechanismKind.REVIEW_QUEUE else 0.0
            grades.append(Grade.DEFAULT)
        else:
            grades.append(Grade.BORROWED)
            borrowed.add("review rate")
        if queue.handling_seconds is not None:
            borrowed.add("handling time")
        reaching[number] = share
        seconds[number] = share * (queue.handling_seconds or UNIT_SECONDS)
    return PerItem(
        seconds=seconds,
        reaching=reaching,
        # At most every reviewed item is actioned, and wrongly: more appeals cannot come.
        false_actions=min(sum(reaching.values()), 1.0),
        bounded=True,
        grade=weakest(grades),
        borrowed=tuple(sorted(borrowed)),
    )


def lane_items(
    lane: LaneInput,
    launch: LaunchInput,
    case: str,
    phase: int,
    horizon: Horizon,
    portfolio: Portfolio,
    included_until: date | None = None,
) -> Floats:
    """Return the items of a lane in each hour, its phases up to one counted.

    A phase that was live when the base load was last measured (``included_until``) is in the base
    already and adds nothing. Without hours of its own the lane has those of its first queue.
    """
    zone, profile = _clock_of(lane, launch, portfolio)
    stream = demand.Stream(
        weekly=lane.weekly(case),
        zone=zone,
        profile=profile,
        season=lane.season,
        ramp=ramp_of(launch.phases, phase, included_until),
        campaigns=campaigns_in(portfolio.campaigns, lane.markets),
    )
    return demand.items_by_hour(stream, horizon)


def _clock_of(
    lane: LaneInput, launch: LaunchInput, portfolio: Portfolio
) -> tuple[str, tuple[float, ...]]:
    if lane.profile:
        return lane.zone or "UTC", lane.profile
    for number in [*(part.mechanism_id for part in lane.route), *launch.queues]:
        queue = portfolio.queues.get(number)
        if queue is not None and queue.base:
            largest = max(queue.base, key=lambda one: one.weekly)
            return queue.zone, largest.profile
    return lane.zone or "UTC", ()


def ramp_of(
    phases: Sequence[PhaseInput], position: int, included_until: date | None
) -> tuple[tuple[date, float], ...]:
    """Return from which day which share arrives that the base load does not include yet."""
    steps = [
        (phase.day, phase.share)
        for phase in sorted(phases, key=lambda one: one.position)
        if phase.position <= position and phase.day is not None and not phase.halted
    ]
    known = [
        phase.share
        for phase in phases
        if included_until is not None
        and phase.live_on is not None
        and phase.live_on <= included_until
        and not phase.halted
    ]
    included = max(known, default=0.0)
    found = tuple((day, max(share - included, 0.0)) for day, share in steps)
    # Without a dated phase nothing arrives; an empty ramp would mean always all.
    return found or ((date.max, 0.0),)


def starts(launch: LaunchInput, position: int, horizon: Horizon, zone: str) -> int | None:
    """Return the hour at which a phase starts, 0 if before the horizon, None if not in it."""
    phase = next((one for one in launch.phases if one.position == position), None)
    if phase is None or phase.day is None:
        return None
    midnight = datetime.combine(phase.day, time(), ZoneInfo(zone))
    hour = int(horizon.position(midnight))
    return max(hour, 0) if hour < horizon.hours else None


def sweep_work(launch: LaunchInput, queue: QueueInput, phase: int, horizon: Horizon) -> Floats:
    """Return the hours of handling the launch's sweeps bring to a queue, evenly over their days."""
    work = np.zeros(horizon.hours)
    seconds = queue.handling_seconds or UNIT_SECONDS
    for sweep in launch.sweeps:
        if sweep.queue_id != queue.id or sweep.from_phase > phase:
            continue
        start = starts(launch, sweep.from_phase, horizon, queue.zone)
        if start is None:
            continue
        hours = min(sweep.days * 24, horizon.hours - start)
        per_hour = sweep.listings * sweep.flagged / (sweep.days * 24)
        work[start : start + hours] += per_hour * seconds / SECONDS
    return work


def appeal_items(queue: QueueInput, actions: Sequence[tuple[Floats, PerItem]]) -> Floats:
    """Return the appeals that reach a queue in each hour, some days after the actions."""
    of_true = APPEAL_TRUE if queue.appeal_true is None else queue.appeal_true
    of_false = APPEAL_FALSE if queue.appeal_false is None else queue.appeal_false
    appealed = sum(
        (
            items * (each.true_actions * of_true + each.false_actions * of_false)
            for items, each in actions
        ),
        np.zeros(len(actions[0][0])) if actions else np.zeros(1),
    )
    return delayed(appealed, queue.appeal_days * 24)
