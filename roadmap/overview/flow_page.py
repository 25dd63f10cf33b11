"""The tab "Flow" of a launch: what happens to an item of each lane, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from roadmap.capacity import workload
from roadmap.capacity.assess import Assessor
from roadmap.capacity.consequences import MICROS, MINOR, outage_facts
from roadmap.capacity.effects import appeals
from roadmap.capacity.inputs import LaneInput, LaunchInput
from roadmap.capacity.refusal import Inconsistent
from roadmap.capacity.routes import AutomatedStep, HumanStep, RouteResult, StepResult, run
from roadmap.capacity.staffing import people_for
from roadmap.capacity.supply import SECONDS
from roadmap.launches.access import Asker
from roadmap.mechanisms.kinds import MechanismKind
from roadmap.overview import capacity_reading as reading
from roadmap.overview.gaps import Row, rows_of
from roadmap.overview.launch_page import LaunchPage
from roadmap.overview.speech import Speech
from roadmap.web.i18n import _


@dataclass(frozen=True)
class StepLine:
    """One step of a route: what reaches it in a week, what it does, hours of people, money."""

    key: str
    name: str
    done: StepResult
    hours: float
    cost: float | None
    borrowed: str
    grade: str
    outage: Row | None = None


@dataclass(frozen=True)
class Totals:
    """A lane's week: leakage, appeals, hours, and money where every price is known."""

    result: RouteResult
    appeals: float
    overturn: float
    hours: float
    cost: float | None
    currency: str | None

    @property
    def per_thousand(self) -> float | None:
        """Return the cost of 1,000 items in minor units."""
        if self.cost is None or not self.result.volume:
            return None
        return self.cost / self.result.volume * 1000


@dataclass(frozen=True)
class Lane:
    """One forecast and its route; ``why`` says what is missing where nothing could be run."""

    forecast_id: int
    scope: str
    weekly: float
    steps: tuple[StepLine, ...] = ()
    totals: Totals | None = None
    why: str = ""
    said: str = ""
    assumed: tuple[tuple[str, str, float], ...] = ()


def flow(session: Session, actor: Asker, page: LaunchPage) -> dict[str, Any]:
    """Return the values of the tab, at the traffic of the verdict's phase."""
    assessor = reading.assessor_for(session, [page.launch.id])
    speech = reading.words_for(session, actor, assessor)
    launch = assessor.portfolio.launches[page.launch.id]
    phase = page.room.verdict.phase or reading.last_phase(launch)
    share = next((one.share for one in launch.phases if one.position == phase), 1.0)
    said = {one.subject: one for one in page.room.verdict.reasons}
    rows = {
        key: rows_of([answer], page.room.speech, page.room.verdict.at.date())[0]
        for one in outage_facts(assessor, launch, phase)
        if (answer := said.get(f"fallback:{(key := one.key)}")) is not None
    }
    return {
        "share": share,
        "lanes": [
            lane(assessor, launch, one, share, page.room.speech, speech, rows)
            for one in launch.lanes
        ],
        "outages": rows,
        "matrix": page.matrix(),
    }


def lane(
    assessor: Assessor,
    launch: LaunchInput,
    given: LaneInput,
    share: float,
    words: Speech,
    speech: Speech,
    rows: Mapping[str, Row],
) -> Lane:
    """Run a week of a lane down its route; what is missing is said, never assumed to be 0."""
    found = Lane(given.forecast_id, words.scope(given.pattern), given.likely * share)
    if not given.route:
        return replace(found, why="no_route_yet", assumed=_assumed(launch, given, assessor, speech))
    steps: list[AutomatedStep | HumanStep] = []
    lent: list[tuple[str, ...]] = []
    for part in given.route:
        step, borrowed = workload.step_of(part, assessor.portfolio)
        if step is None:
            return replace(found, why="no_rates", said=f"MEC-{part.mechanism_id}")
        steps.append(step)
        lent.append(tuple(borrowed))
    if given.prevalence is None:
        return replace(found, why="no_prevalence")
    try:
        result = run(found.weekly, given.prevalence, steps)
    except Inconsistent as error:
        return replace(found, why="contradiction", said=error.sentence.text(_))
    lines = []
    for part, step, done, names in zip(given.route, steps, result.steps, lent, strict=True):
        hours = _hours(step, done)
        lines.append(
            StepLine(
                key=step.name,
                name=speech.mechanisms.get(step.name, step.name),
                done=done,
                hours=hours,
                cost=_cost(assessor, part.mechanism_id, done, hours),
                borrowed=reading.borrowed_words(names),
                grade=part.grade.value,
                outage=rows.get(step.name),
            )
        )
    return replace(found, steps=tuple(lines), totals=totals(assessor, launch, result, steps, lines))


def _hours(step: AutomatedStep | HumanStep, done: StepResult) -> float:
    if isinstance(step, AutomatedStep):
        return 0.0
    taken = done.handled * step.handling_seconds + done.escalated * step.escalation_seconds
    return taken / SECONDS


def _cost(assessor: Assessor, mechanism_id: int, done: StepResult, hours: float) -> float | None:
    """Return a step's money in minor units; None where a rate or a price is not stated."""
    queue = assessor.portfolio.queues.get(mechanism_id)
    if queue is None:
        micros = assessor.portfolio.steps[mechanism_id].unit_price_micros
        return None if micros is None else done.items * micros * MINOR / MICROS
    if queue.item_price is not None:
        return done.items * queue.item_price
    if queue.hourly_rate is None:
        return None
    paid = people_for(
        hours,
        occupancy=queue.occupancy,
        shrinkage=queue.shrinkage,
        contract_hours=queue.contract_hours,
    ).paid_hours
    return paid * queue.hourly_rate


def totals(
    assessor: Assessor,
    launch: LaunchInput,
    result: RouteResult,
    steps: list[AutomatedStep | HumanStep],
    lines: list[StepLine],
) -> Totals:
    """Return what a week of a lane comes to, appeals and their hours included."""
    there = assessor.portfolio
    queues = [there.queues[one] for one in launch.queues if one in there.queues]
    desk = next((one for one in queues if one.kind is MechanismKind.APPEALS_QUEUE), None)
    true = workload.APPEAL_TRUE if desk is None or desk.appeal_true is None else desk.appeal_true
    false = (
        workload.APPEAL_FALSE if desk is None or desk.appeal_false is None else desk.appeal_false
    )
    found = appeals(result, true, false)
    hours = sum(one.hours for one in lines)
    costs = [one.cost for one in lines]
    if desk is not None and desk.handling_seconds is not None:
        more = found.items * desk.handling_seconds / SECONDS
        hours += more
        costs.append(_desk_cost(assessor, desk.id, found.items, more))
    passed = {step.name for step in steps}
    currencies = {
        *(one.currency for one in there.queues.values() if one.currency and one.key in passed),
        *(one.currency for one in there.steps.values() if one.currency and one.key in passed),
    }
    known = [one for one in costs if one is not None]
    one_currency = len(currencies) == 1
    return Totals(
        result=result,
        appeals=found.items,
        overturn=found.overturn,
        hours=hours,
        cost=sum(known) if len(known) == len(costs) and one_currency else None,
        currency=next(iter(currencies)) if one_currency else None,
    )


def _desk_cost(assessor: Assessor, queue_id: int, items: float, hours: float) -> float | None:
    done = StepResult("", False, items, 0.0, 0.0, 0.0, 0.0, 0.0)
    return _cost(assessor, queue_id, done, hours)


def _assumed(
    launch: LaunchInput, given: LaneInput, assessor: Assessor, speech: Speech
) -> tuple[tuple[str, str, float], ...]:
    """Return which share of a lane without a route is taken to reach each linked queue."""
    one = workload.per_item(given, launch, assessor.portfolio)
    return tuple(
        (key, speech.mechanisms.get(key, key), share)
        for number, share in one.reaching.items()
        if (key := assessor.portfolio.queues[number].key)
    )
