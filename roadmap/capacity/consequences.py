"""What else a launch does: languages that are short, outages, cost and harm to sellers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from roadmap.capacity import outage, workload
from roadmap.capacity.assess import Assessor, leans_on
from roadmap.capacity.facts import (
    CapacityFacts,
    CostFact,
    HarmFact,
    OutageFact,
    PoolFact,
    Result,
    SkillFact,
)
from roadmap.capacity.inputs import LaneInput, LaunchInput, QueueInput, StepInput
from roadmap.capacity.quotas import quota_facts
from roadmap.capacity.roster import heads_by_hour
from roadmap.capacity.staffing import people_for
from roadmap.capacity.supply import SECONDS, UNIT_SECONDS, base_work, shrunk, weakest
from roadmap.capacity.workload import PerItem
from roadmap.mechanisms.kinds import FailMode, Grade, MechanismKind

# How long an outage is tried, and its queue given to clear, where the owner states nothing.
OUTAGE_HOURS, CLEAR_HOURS = 4, 72
MICROS = 1_000_000
MINOR = 100
# A lane's items in each hour and in all, and what one of them brings.
_Lane: TypeAlias = tuple[np.ndarray, float, PerItem]


def assess(assessor: Assessor, launch_id: int, phase: int) -> CapacityFacts:
    """Return all that capacity finds for one phase of a launch."""
    launch = assessor.portfolio.launches[launch_id]
    cost = cost_fact(assessor, launch, phase)
    harm = harm_fact(assessor, launch, phase)
    return CapacityFacts(
        queues=tuple(assessor.queue_facts(launch_id, phase)),
        skills=tuple(skill_facts(assessor, launch, phase)),
        outages=tuple(outage_facts(assessor, launch, phase)),
        quotas=tuple(quota_facts(assessor, launch, phase)),
        costs=() if cost is None else (cost,),
        harms=() if harm is None else (harm,),
    )


# ---- languages ----


def skill_facts(assessor: Assessor, launch: LaunchInput, phase: int) -> list[SkillFact]:
    """Return demand and pools by language of each queue that keeps them apart."""
    found = []
    for queue_id in leans_on(launch, assessor.portfolio):
        given = assessor.portfolio.queues[queue_id]
        if any(shift.languages for shift in given.shifts):
            fact = _skill_fact(assessor, launch, given, phase)
            if fact is not None:
                found.append(fact)
    return found


def _skill_fact(
    assessor: Assessor, launch: LaunchInput, given: QueueInput, phase: int
) -> SkillFact | None:
    there = assessor.supply(given.id)
    start = workload.starts(launch, phase, assessor.horizon, given.zone)
    if there.queue is None or start is None:
        return None
    brought = assessor.brought(launch, given, "likely", phase)
    if brought.missing:
        return None
    placed = assessor.place(launch, given, brought)
    first = placed.together.peak_day
    week = (there.queue.day >= first) & (there.queue.day < first + 7)
    demand = _demand(assessor, launch, given, phase, week)
    return SkillFact(
        phase=phase,
        queue_id=given.id,
        key=given.key,
        demand=tuple(sorted(demand.items())),
        pools=tuple(_pools(assessor, given, week)),
        week_of=assessor.horizon.face(given.zone).date_of(first),
        owner_id=given.owner_id,
        grade=weakest([there.grade, brought.grade]),
    )


def _demand(
    assessor: Assessor, launch: LaunchInput, given: QueueInput, phase: int, week: np.ndarray
) -> dict[str, float]:
    """Return hours of handling by language in a week: base, those before it, the launch itself."""
    hours: dict[str, float] = {}

    def add(languages: frozenset[str], work: float) -> None:
        # Several languages of one lane share it evenly unless each has a forecast of its own.
        for language in languages:
            hours[language] = hours.get(language, 0.0) + work / len(languages)

    spoken = frozenset(code for shift in given.shifts for code in shift.languages)
    # Of one language alone it is known which one a load of all languages is in.
    only = spoken if len(spoken) == 1 else frozenset()
    for base in given.base:
        work = base_work(given, base, assessor.horizon, assessor.portfolio.campaigns)
        add(frozenset({base.language} if base.language else only), float(work[week].sum()))
    earlier = [
        (other, 10_000)
        for other in assessor.portfolio.launches.values()
        if other.order is not None
        and not other.released
        and other.id != launch.id
        and (launch.order is None or other.order < launch.order)
    ]
    for other, upto in [*earlier, (launch, phase)]:
        for number, lane in enumerate(other.lanes):
            one = assessor.per_item(other, number)
            seconds = one.seconds.get(given.id, 0.0)
            if seconds:
                items = _items(assessor, lane, other, upto, given)
                add(lane.languages, float(items[week].sum()) * seconds / SECONDS)
    return hours


def _items(
    assessor: Assessor, lane: LaneInput, launch: LaunchInput, phase: int, given: QueueInput
) -> np.ndarray:
    until = assessor.supply(given.id).measured_until
    return workload.lane_items(
        lane, launch, "likely", phase, assessor.horizon, assessor.portfolio, until
    )


def _pools(assessor: Assessor, given: QueueInput, week: np.ndarray) -> list[PoolFact]:
    """Return the people of each site and set of languages in a week."""
    groups: dict[tuple[int | None, tuple[str, ...]], list[tuple[float, float]]] = {}
    for shift in given.shifts:
        heads = heads_by_hour([shrunk(given, shift)], assessor.horizon, given.closed)
        hours = float(heads[week].sum()) * given.occupancy
        rostered = shift.rostered * len(shift.weekdays) / 7
        if hours > 0:
            key = (shift.site_id, tuple(sorted(shift.languages)))
            groups.setdefault(key, []).append((rostered, hours))
    return [
        PoolFact(
            languages=languages,
            heads=sum(heads for heads, _ in parts),
            hours=sum(hours for _, hours in parts),
            head_hours=sum(hours for _, hours in parts) / sum(heads for heads, _ in parts),
            site_id=site,
        )
        for (site, languages), parts in sorted(
            groups.items(), key=lambda one: (one[0][0] or 0, one[0][1])
        )
    ]


# ---- outages ----


def outage_facts(assessor: Assessor, launch: LaunchInput, phase: int) -> list[OutageFact]:
    """Return what happens while each linked automated step is off at its peak."""
    steps = [assessor.portfolio.steps[number] for number in sorted(launch.steps)]
    lanes = _lanes(assessor, launch, phase) if steps else ()
    return [_outage_fact(assessor, launch, step, phase, lanes) for step in steps]


def _lanes(assessor: Assessor, launch: LaunchInput, phase: int) -> Sequence[_Lane] | str:
    """Return the lanes of a launch, or why it is not known what they bring."""
    if not launch.lanes:
        return "no_forecast"
    found = []
    for number in range(len(launch.lanes)):
        one = assessor.per_item(launch, number)
        if one.missing:
            return one.missing
        items = assessor.lane_items(launch, number, "likely", phase)
        found.append((items, float(items.sum()), one))
    return found


def _outage_fact(
    assessor: Assessor,
    launch: LaunchInput,
    step: StepInput,
    phase: int,
    lanes: Sequence[_Lane] | str,
) -> OutageFact:
    fact = OutageFact(
        phase=phase,
        step_id=step.id,
        key=step.key,
        result=Result.UNKNOWN,
        owner_id=step.owner_id,
        hours=step.outage_hours or OUTAGE_HOURS,
        clear_within=step.clear_hours or CLEAR_HOURS,
        grade=step.grade if step.outage_hours and step.clear_hours else Grade.DEFAULT,
    )
    if step.fail_mode is None:
        return replace(fact, why="no_fail_mode")
    if isinstance(lanes, str):
        return replace(fact, why=lanes)
    items = np.zeros(assessor.horizon.hours)
    caught = 0.0
    for here, volume, one in lanes:
        items += here * one.reaching.get(step.id, 1.0)
        caught += volume * one.caught.get(step.id, 0.0)
    total = float(items.sum())
    if total <= 0:
        return replace(fact, why="no_date")
    if step.fail_mode is FailMode.OPEN:
        found = outage.open_(items, fact.hours or OUTAGE_HOURS, caught / total)
        return replace(
            fact,
            result=Result.FAIL,
            why="open",
            unreviewed=found.unreviewed,
            violating_live=found.violating_live if caught else None,
        )
    return _held_or_reviewed(assessor, launch, step, phase, fact, items)


def _held_or_reviewed(
    assessor: Assessor,
    launch: LaunchInput,
    step: StepInput,
    phase: int,
    fact: OutageFact,
    items: np.ndarray,
) -> OutageFact:
    """Answer for a step that fails closed: its items wait for it, or go to its queue."""
    if step.routes_to_id is None:
        return replace(fact, result=Result.PASS, why="held", to_people=0.0)
    given = assessor.portfolio.queues.get(step.routes_to_id)
    if given is None:
        return replace(fact, why="no_queue")
    there = assessor.supply(given.id)
    brought = assessor.brought(launch, given, "likely", phase)
    if there.queue is None or brought.missing:
        return replace(fact, why=there.missing or brought.missing, queue_id=given.id)
    placed = assessor.place(launch, given, brought)
    total = float(items.sum())
    usual = min(float(brought.items.sum()) / total, 1.0) if total else 0.0
    found = outage.closed(
        items, usual, fact.hours or OUTAGE_HOURS, there.queue, placed.load.on(placed.before)
    )
    in_time = found.clear_hours is not None and found.clear_hours <= (fact.clear_within or 0)
    return replace(
        fact,
        result=Result.PASS if in_time else Result.FAIL,
        why="" if in_time else "slow",
        to_people=found.to_people,
        queue_id=given.id,
        clear_hours=found.clear_hours,
    )


# ---- money and harm ----


@dataclass(frozen=True)
class _Price:
    """Money an item costs, in minor units, or why it is not known."""

    each: float = 0.0
    missing: str = ""


def cost_fact(assessor: Assessor, launch: LaunchInput, phase: int) -> CostFact | None:
    """Return the cost over the budget's days at a phase's full traffic; None without a budget."""
    if launch.budget is None:
        return None
    fact = CostFact(
        phase=phase,
        result=Result.UNKNOWN,
        budget=launch.budget,
        currency=launch.currency,
        days=launch.budget_days,
    )
    if not launch.lanes:
        return replace(fact, why="no_forecast")
    share = next((one.share for one in launch.phases if one.position == phase), 1.0)
    totals = dict.fromkeys(("low", "likely", "high"), 0.0)
    grades = []
    for number, lane in enumerate(launch.lanes):
        one = assessor.per_item(launch, number)
        price = _price(assessor, launch, one)
        if one.missing or price.missing:
            return replace(fact, why=one.missing or price.missing)
        grades.append(one.grade)
        for case in totals:
            items = lane.weekly(case) / 7 * launch.budget_days * share
            totals[case] += items * price.each
    given_range = all(lane.is_range for lane in launch.lanes)
    return replace(
        fact,
        cost=totals["likely"],
        low=totals["low"],
        high=totals["high"],
        result=_against(totals, launch.budget, given_range),
        grade=weakest(grades),
    )


def _against(totals: Mapping[str, float], limit: float, given_range: bool) -> Result:
    """Answer at high, likely and low as every forecast is judged."""
    if totals["high"] <= limit:
        return Result.PASS
    if given_range:
        return Result.FAIL if totals["likely"] > limit else Result.FAIL_AT_HIGH
    return Result.FAIL if totals["low"] > limit else Result.UNKNOWN


def _price(assessor: Assessor, launch: LaunchInput, one: PerItem) -> _Price:
    """Return what an item of a lane costs in people and in automation."""
    total = 0.0
    for queue_id, seconds in _seconds(assessor, launch, one).items():
        queue = assessor.portfolio.queues[queue_id]
        if not seconds:
            continue
        if queue.currency != launch.currency and (queue.hourly_rate or queue.item_price):
            return _Price(missing="currency")
        if queue.item_price is not None:
            total += one.reaching.get(queue_id, 0.0) * queue.item_price
        elif queue.hourly_rate is not None:
            paid = people_for(
                seconds / SECONDS,
                occupancy=queue.occupancy,
                shrinkage=queue.shrinkage,
                contract_hours=queue.contract_hours,
            ).paid_hours
            total += paid * queue.hourly_rate
        else:
            return _Price(missing="no_rate")
    for step_id, share in one.reaching.items():
        step = assessor.portfolio.steps.get(step_id)
        if step is not None and step.unit_price_micros:
            if step.currency != launch.currency:
                return _Price(missing="currency")
            total += share * step.unit_price_micros * MINOR / MICROS
    return _Price(total)


def _seconds(assessor: Assessor, launch: LaunchInput, one: PerItem) -> dict[int, float]:
    """Return handling seconds an item brings by queue, appeals and QA included."""
    seconds = dict(one.seconds)
    for queue_id in launch.queues:
        queue = assessor.portfolio.queues.get(queue_id)
        if queue is None:
            continue
        each = queue.handling_seconds or UNIT_SECONDS
        if queue.kind is MechanismKind.APPEALS_QUEUE:
            seconds[queue_id] = appeals_per_item(queue, one) * each
        elif queue.kind is MechanismKind.QA_PROGRAM:
            seconds[queue_id] = one.sampled * each
    return seconds


def appeals_per_item(queue: QueueInput, one: PerItem) -> float:
    """Return the appeals an item of a lane brings in the end."""
    of_true = workload.APPEAL_TRUE if queue.appeal_true is None else queue.appeal_true
    of_false = workload.APPEAL_FALSE if queue.appeal_false is None else queue.appeal_false
    return one.true_actions * of_true + one.false_actions * of_false


def harm_fact(assessor: Assessor, launch: LaunchInput, phase: int) -> HarmFact | None:
    """Return wrongful actions a week per 1,000 sellers; None where no limit is set."""
    if launch.wrongful_per_thousand is None:
        return None
    fact = HarmFact(phase=phase, result=Result.UNKNOWN, limit=launch.wrongful_per_thousand)
    if launch.active_sellers is None:
        return replace(fact, why="no_sellers")
    if not launch.lanes:
        return replace(fact, why="no_forecast")
    share = next((one.share for one in launch.phases if one.position == phase), 1.0)
    totals = dict.fromkeys(("low", "likely", "high"), 0.0)
    grades = []
    for number, lane in enumerate(launch.lanes):
        one = assessor.per_item(launch, number)
        if one.missing or one.bounded:
            return replace(fact, why=one.missing or "no_route")
        grades.append(one.grade)
        for case in totals:
            totals[case] += lane.weekly(case) * share * one.false_actions
    per_thousand = {case: value / launch.active_sellers * 1000 for case, value in totals.items()}
    given_range = all(lane.is_range for lane in launch.lanes)
    return replace(
        fact,
        wrongful=totals["likely"],
        per_thousand=per_thousand["likely"],
        result=_against(per_thousand, launch.wrongful_per_thousand, given_range),
        grade=weakest(grades),
    )
