"""Whether the gaps close in time: due days in working days, and what finishes too late.

ON_TRACK: each gap has an owner and finishes by its due day. AT_RISK: no owner, or less time left
than such checks usually take. LATE: a blocker cannot pass before the phase. NO_DATE: none is set.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from roadmap.readiness.answers import Answer, Code, Status, after, dated
from roadmap.readiness.context import Context
from roadmap.readiness.facts import GapPlanFact, Severity

SATURDAY = 5
DEFAULT_LEAD_DAYS = 5
# Working days before the phase by which a check must pass, where it is not the default.
LEAD_DAYS: dict[str, int] = {
    Code.COV_GAP: 10,
    Code.COV_LANG: 10,
    Code.MECH_STAGE: 5,
    Code.MECH_PRECISION: 5,
    Code.MECH_RECALL: 5,
    Code.POLICY_L10N: 15,
    Code.TRAINING: 10,
    Code.APPEAL_PATH: 10,
    Code.CAP_OVERLOAD: 15,
    Code.CAP_SLA: 15,
    Code.CAP_SHARED: 15,
    Code.CAP_SKILL: 15,
    Code.APPEAL_CAP: 15,
    Code.COST_OVER: 10,
    Code.DEPENDENCY: 0,
    Code.GUARD_METRIC: 0,
}


class Outlook(StrEnum):
    """What the gaps promise, worst first."""

    LATE = "LATE"
    AT_RISK = "AT_RISK"
    NO_DATE = "NO_DATE"
    ON_TRACK = "ON_TRACK"


@dataclass(frozen=True, slots=True)
class Prospect:
    """The outlook and the first moment from which time alone may change it."""

    outlook: Outlook
    valid_until: datetime | None


def working_days_before(day: date, count: int, holidays: frozenset[date]) -> date:
    """Return the working day (Monday to Friday, no holiday) `count` working days before a day."""
    while count > 0:
        day -= timedelta(days=1)
        if day.weekday() < SATURDAY and day not in holidays:
            count -= 1
    return day


class Calendar:
    """Due days of one phase, each lead computed once."""

    def __init__(self, ctx: Context) -> None:
        self._start = ctx.starts_on
        self._holidays = ctx.facts.holidays
        self._leads = {**LEAD_DAYS, **dict(ctx.facts.lead_days)}
        self._days: dict[int, date] = {}

    def due(self, code: str, own: int | None = None) -> date | None:
        """Return the day by which a check must pass; None without a phase date.

        ``own`` are the working days this one asks for, instead of the usual ones of its code.
        """
        if self._start is None:
            return None
        lead = self._leads.get(code, DEFAULT_LEAD_DAYS) if own is None else own
        if lead not in self._days:
            self._days[lead] = working_days_before(self._start, lead, self._holidays)
        return self._days[lead]


def with_due_days(ctx: Context, answers: Sequence[Answer]) -> list[Answer]:
    """Add `required_by` to every required answer, and the owner a plan names to open ones."""
    calendar = Calendar(ctx)
    plans = {(p.code, p.subject): p for p in ctx.facts.plans}
    done: list[Answer] = []
    for answer in answers:
        if not answer.is_required:
            done.append(answer)
            continue
        plan = plans.get((answer.code, answer.subject)) if plans else None
        owner = answer.owner_id
        if plan is not None and plan.owner_id is not None and not answer.passes:
            owner = plan.owner_id
        due = calendar.due(answer.code, answer.lead)
        same = due == answer.required_by and owner == answer.owner_id
        done.append(answer if same else dated(answer, due, owner))
    return done


def days_of_labelling(answer: Answer) -> int | None:
    """Return the days until the missing labels are there at the known weekly rate."""
    values = dict(answer.params)
    missing, weekly = values.get("labels_missing"), values.get("labels_per_week")
    if answer.fix != "label_more" or missing is None or weekly is None:
        return None
    if float(weekly) <= 0:
        return None
    return math.ceil(float(missing) / float(weekly) * 7)


def _gap(
    ctx: Context, answer: Answer, plan: GapPlanFact | None, usual: int | None
) -> tuple[Outlook, list[date]]:
    """Judge one gap; also return the last days on which the judgement holds."""
    start, due = ctx.starts_on, answer.required_by
    if start is None or due is None:
        return Outlook.NO_DATE, []
    turns = [start - timedelta(days=1), due]
    blocker = answer.severity is Severity.BLOCKER
    takes = days_of_labelling(answer)
    finish = plan.finish_on if plan is not None else None
    if takes is not None:
        turns += [start - timedelta(days=takes), due - timedelta(days=takes)]
        labelled = ctx.today + timedelta(days=takes)
        finish = max(finish, labelled) if finish is not None else labelled
    if usual is not None and finish is None:
        turns.append(due - timedelta(days=usual))
    if finish is not None and plan is not None and plan.finish_on is not None:
        turns.append(plan.finish_on)
    if blocker and (ctx.today >= start or (finish is not None and finish > start)):
        return Outlook.LATE, turns
    if blocker and answer.code == Code.DEPENDENCY and answer.status is Status.FAIL:
        return Outlook.LATE, turns
    short = finish is None and usual is not None and ctx.today + timedelta(days=usual) > due
    overdue = ctx.today > due or (finish is not None and (finish > due or finish < ctx.today))
    if answer.owner_id is None or short or overdue:
        return Outlook.AT_RISK, turns
    return Outlook.ON_TRACK, turns


def outlook(ctx: Context, answers: Sequence[Answer]) -> Prospect:
    """Say whether the required answers that do not pass do so in time; waived ones are no gaps."""
    gaps = [a for a in answers if a.is_required and not a.passes and a.waiver_id is None]
    if not gaps:
        return Prospect(Outlook.ON_TRACK, None)
    usual = dict(ctx.facts.usual_days)
    plans = {(p.code, p.subject): p for p in ctx.facts.plans}
    worst = Outlook.ON_TRACK
    order = list(Outlook)
    turns: set[date] = set()
    for gap in gaps:
        one, days = _gap(ctx, gap, plans.get((gap.code, gap.subject)), usual.get(gap.code))
        turns.update(days)
        worst = min(worst, one, key=order.index)
    ahead = [day for day in turns if day >= ctx.today]
    return Prospect(worst, after(min(ahead)) if ahead else None)
