"""What an automated step does when more arrives than its quota lets through."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from roadmap.capacity import outage, workload
from roadmap.capacity.assess import EVERY_PHASE, Assessor
from roadmap.capacity.facts import QuotaFact, Result
from roadmap.capacity.inputs import LaunchInput, StepInput
from roadmap.capacity.supply import weakest
from roadmap.mechanisms.kinds import FailMode

Floats = NDArray[np.float64]


def quota_facts(assessor: Assessor, launch: LaunchInput, phase: int) -> list[QuotaFact]:
    """Return how each linked step with a quota copes with its busiest hour."""
    steps = [assessor.portfolio.steps[number] for number in sorted(launch.steps)]
    return [
        _quota_fact(assessor, launch, step, step.quota_per_minute, phase)
        for step in steps
        if step.quota_per_minute is not None
    ]


def _quota_fact(
    assessor: Assessor, launch: LaunchInput, step: StepInput, per_minute: int, phase: int
) -> QuotaFact:
    fact = QuotaFact(
        phase=phase,
        step_id=step.id,
        key=step.key,
        result=Result.UNKNOWN,
        owner_id=step.owner_id,
        quota=per_minute,
        hold=step.hold_minutes,
        grade=weakest([step.grade, *(lane.grade for lane in launch.lanes)]),
    )
    if not launch.lanes:
        return replace(fact, why="no_forecast")
    items, missing = _reaching(assessor, launch, step, phase)
    if missing:
        return replace(fact, why=missing)
    if items.sum() <= 0:
        return replace(fact, why="no_date")
    for other in _before(assessor, launch):
        # One whose load is not known brings nothing here; its own verdict says what is missing.
        items = items + _reaching(assessor, other, step, EVERY_PHASE)[0]
    return _against(fact, items, per_minute, step)


def _before(assessor: Assessor, launch: LaunchInput) -> list[LaunchInput]:
    """Return the launches committed before one; all committed ones for one that is not."""
    return [
        other
        for other in assessor.portfolio.launches.values()
        if other.order is not None
        and not other.released
        and other.id != launch.id
        and (launch.order is None or other.order < launch.order)
    ]


def _reaching(
    assessor: Assessor, launch: LaunchInput, step: StepInput, phase: int
) -> tuple[Floats, str]:
    """Return the items of a launch that reach a step in each hour, or why they are not known."""
    items = np.zeros(assessor.horizon.hours)
    for number, lane in enumerate(launch.lanes):
        one = assessor.per_item(launch, number)
        if one.missing:
            return np.zeros(assessor.horizon.hours), one.missing
        linked = step.id in launch.steps and not lane.route
        share = one.reaching.get(step.id, 1.0 if linked else 0.0)
        if share:
            items += share * workload.lane_items(
                lane, launch, "likely", phase, assessor.horizon, assessor.portfolio
            )
    return items, ""


def _against(fact: QuotaFact, items: Floats, per_minute: int, step: StepInput) -> QuotaFact:
    """Answer by the busiest hour: within the quota, in line no longer than allowed, or not."""
    found = outage.quota(items, per_minute)
    fact = replace(
        fact,
        peak=found.peak_per_minute,
        line=found.line,
        minutes=found.longest_minutes if np.isfinite(found.longest_minutes) else None,
    )
    if not found.exceeded:
        return replace(fact, result=Result.PASS, why="below")
    if step.quota_exhausted is None:
        return replace(fact, why="no_quota_mode")
    if step.quota_exhausted is FailMode.OPEN:
        over = np.maximum(items - per_minute * outage.MINUTES, 0.0)
        week = np.add.reduceat(over, np.arange(0, len(over), 7 * 24)).max()
        return replace(fact, result=Result.FAIL, why="quota_open", unreviewed=float(week))
    if step.hold_minutes is None:
        return replace(fact, why="no_hold")
    good = fact.minutes is not None and fact.minutes <= step.hold_minutes
    return replace(fact, result=Result.PASS if good else Result.FAIL, why="waits" if good else "")
