"""The capacity board: queues by weeks, and one queue in one week with the launches behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.capacity.assess import EVERY_PHASE, Assessor, leans_on
from roadmap.capacity.consequences import skill_facts
from roadmap.capacity.flow import EPSILON
from roadmap.capacity.gather import leaning_on, portfolio, whole_portfolio
from roadmap.capacity.gather_queues import read_floor
from roadmap.capacity.horizon import WEEKS, horizon_at
from roadmap.capacity.inputs import Portfolio, QueueInput
from roadmap.capacity.judge import Queue, judge
from roadmap.capacity.portfolio import Load
from roadmap.errors import NotFound
from roadmap.kept import kept_answer
from roadmap.launches.models import Launch
from roadmap.mechanisms.kinds import HUMAN_KINDS, MechanismKind
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.queries import get_mechanism
from roadmap.overview import capacity_reading as reading
from roadmap.overview.capacity_launch import SkillLine, skill_line
from roadmap.overview.capacity_load import sources, stretch
from roadmap.overview.capacity_picture import Picture, picture
from roadmap.overview.queries import speech_for
from roadmap.overview.speech import Speech
from roadmap.web.i18n import _

Floats = NDArray[np.float64]
PER_PAGE = 25
# From here on a week is close to full.
TIGHT = 0.85


@dataclass(frozen=True)
class WeekCell:
    """A queue in a week: work ÷ capacity, None without people, and the share in time."""

    week: date
    full: float | None
    share: float | None
    look: str
    icon: str
    word: str


@dataclass(frozen=True)
class BoardRow:
    """A queue on the board; without enough inputs ``missing`` says which are lacking."""

    key: str
    name: str
    worst: float
    cells: tuple[WeekCell, ...] = ()
    missing: reading.Missing | None = None
    drowns: date | None = None
    launches: int = 0


@dataclass(frozen=True)
class Board:
    """The rows of a page, the worst first, with counts over all queues."""

    rows: tuple[BoardRow, ...]
    weeks: tuple[date, ...]
    over: int
    tight: int
    unknown: int
    count: int
    page: int
    pages: int


def board(session: Session, page: int) -> Board:
    """Return a page of queues; all are ranked by their fullest week, only those shown are judged.

    A fixed number of statements.
    """
    assessor = Assessor(kept_answer(session, whole_portfolio, most=1), horizon_at(clock.today()))
    known: list[QueueInput] = []
    unknown: list[QueueInput] = []
    for given in assessor.portfolio.queues.values():
        if given.kind is MechanismKind.USER_REPORT_CHANNEL:
            continue
        (unknown if assessor.supply(given.id).queue is None else known).append(given)
    full = {one.id: weekly(assessor, one) for one in known}
    worst = {number: float(np.max(values)) for number, values in full.items()}
    known.sort(key=lambda one: (-worst[one.id], one.id))
    ranked = [*known, *sorted(unknown, key=lambda one: one.id)]
    pages = max(-(-len(ranked) // PER_PAGE), 1)
    page = min(max(page, 1), pages)
    shown = ranked[(page - 1) * PER_PAGE : page * PER_PAGE]
    names = speech_for(session, None, (), mechanisms=[one.id for one in shown]).mechanisms
    return Board(
        rows=tuple(_row(assessor, one, full.get(one.id), names) for one in shown),
        weeks=_weeks(assessor),
        over=sum(1 for value in worst.values() if value > 1),
        tight=sum(1 for value in worst.values() if TIGHT < value <= 1),
        unknown=len(unknown),
        count=len(ranked),
        page=page,
        pages=pages,
    )


def _weeks(assessor: Assessor) -> tuple[date, ...]:
    first = assessor.horizon.start.date()
    return tuple(first + timedelta(weeks=n) for n in range(WEEKS))


def _total(assessor: Assessor, given: QueueInput) -> Floats:
    work = assessor.supply(given.id).base
    for load in assessor.committed(given):
        work = load.on(work)
    return work


def _week_of(assessor: Assessor, given: QueueInput) -> NDArray[np.int64]:
    """Return the week of the horizon each hour lies in, by the queue's own days."""
    first = assessor.horizon.start.date().toordinal()
    found: NDArray[np.int64] = np.clip(
        (assessor.horizon.face(given.zone).ordinal - first) // 7, 0, WEEKS - 1
    )
    return found


def weekly(assessor: Assessor, given: QueueInput) -> Floats:
    """Return work ÷ capacity of each week, base and committed launches; infinite without people."""
    queue = assessor.supply(given.id).queue
    if queue is None:
        raise ValueError("a queue of unknown capacity has no utilisation")
    return _ratio(_total(assessor, given), queue, _week_of(assessor, given))


def _ratio(work: Floats, queue: Queue, week: NDArray[np.int64]) -> Floats:
    wanted = np.bincount(week, weights=work, minlength=WEEKS)
    there = np.bincount(week, weights=queue.capacity, minlength=WEEKS)
    found = np.where(wanted > EPSILON, np.inf, 0.0)
    np.divide(wanted, there, out=found, where=there > 0)
    return found


def _row(assessor: Assessor, given: QueueInput, full: Floats | None, names: Any) -> BoardRow:
    name = names.get(given.key, given.key)
    there = assessor.supply(given.id)
    if full is None or there.queue is None:
        lacking = reading.missing(there.missing, given.key, "")
        return BoardRow(given.key, name, 0.0, missing=lacking)
    work = _total(assessor, given)
    found = judge(there.queue, work)
    week = _week_of(assessor, given)
    shares: list[float | None] = [None] * WEEKS
    if there.queue.sla is not None:
        fine = np.bincount(week, weights=found.met, minlength=WEEKS)
        came = np.bincount(week, weights=found.line.arrivals, minlength=WEEKS)
        shares = [
            float(min(good / all_, 1.0)) if all_ > EPSILON else 1.0
            for good, all_ in zip(fine, came, strict=True)
        ]
    needed = there.queue.sla.share if there.queue.sla is not None else 1.0
    cells = tuple(
        _cell(day, float(value), share, needed)
        for day, value, share in zip(_weeks(assessor), full, shares, strict=True)
    )
    drowns = next((cell.week for cell in cells if cell.look == "fail"), None)
    return BoardRow(
        key=given.key,
        name=name,
        worst=float(np.max(full)),
        cells=cells,
        drowns=drowns,
        launches=len(assessor.committed(given)),
    )


def _cell(week: date, full: float, share: float | None, needed: float) -> WeekCell:
    late = share is not None and share < needed - 1e-6
    value = full if np.isfinite(full) else None
    if full > 1:
        return WeekCell(week, value, share, "fail", "c-fail", _("over"))
    if late:
        return WeekCell(week, value, share, "cond", "c-stale", _("late"))
    if full > TIGHT:
        return WeekCell(week, value, share, "na", "o-at-risk", _("tight"))
    return WeekCell(week, value, share, "pass", "c-pass", _("fits"))


# ---- one queue, one week ----


@dataclass(frozen=True)
class Behind:
    """A launch behind a week, in order of commitment: its hours, alone and with those before it."""

    order: int | None
    key: str | None
    title: str
    hours: float
    alone: float | None
    together: float | None
    crosses: bool


@dataclass(frozen=True)
class QueueWeek:
    """One queue in one week."""

    mechanism: Mechanism
    week: date
    before: date | None
    after: date | None
    picture: Picture | None
    legend: tuple[reading.Named, ...]
    launches: tuple[Behind, ...]
    skills: SkillLine | None
    missing: reading.Missing | None
    full: float | None
    base_full: float | None
    sla_hours: float | None


def queue_week(session: Session, actor: Actor, key: str, week: date | None) -> QueueWeek:
    """Return a queue in the week of a day, the fullest by default.

    Raises NotFound for what is no queue of people.
    """
    mechanism = get_mechanism(session, actor, key)
    if mechanism.kind not in HUMAN_KINDS:
        raise NotFound(_("%(key)s is not worked by people, so it has no staffing.", key=key))
    assessor = for_queue(session, mechanism.id)
    given = assessor.portfolio.queues[mechanism.id]
    speech = reading.words_for(session, actor, assessor)
    there = assessor.supply(given.id)
    weeks = _weeks(assessor)
    if there.queue is None:
        return QueueWeek(
            mechanism,
            weeks[0],
            None,
            None,
            None,
            (),
            (),
            None,
            reading.missing(there.missing, given.key, ""),
            None,
            None,
            given.sla_hours,
        )
    full = weekly(assessor, given)
    at = _index(weeks, week) if week else int(np.argmax(full))
    parts = sources(there.base, assessor.committed(given))
    face = assessor.horizon.face(given.zone)
    first = max((weeks[at] - face.first).days, 0)
    found = stretch(there.queue, face, parts, first)
    here = _week_of(assessor, given) == at
    return QueueWeek(
        mechanism=mechanism,
        week=weeks[at],
        before=weeks[at - 1] if at else None,
        after=weeks[at + 1] if at + 1 < len(weeks) else None,
        picture=picture(found),
        legend=tuple(reading.legend(found.sources, speech)),
        launches=_behind(assessor, given, here, speech),
        skills=_skills(assessor, given, speech),
        missing=None,
        full=_share(_total(assessor, given), there.queue, here),
        base_full=_share(there.base, there.queue, here),
        sla_hours=given.sla_hours,
    )


def for_queue(session: Session, mechanism_id: int) -> Assessor:
    """Return what judges the launches that lean on a queue; at most eight statements."""
    found = kept_answer(session, _leaning, mechanism_id)
    return Assessor(found, horizon_at(clock.today()))


def _leaning(session: Session, mechanism_id: int) -> Portfolio:
    found = portfolio(session, sorted(session.scalars(leaning_on(mechanism_id))))
    if mechanism_id in found.queues:
        return found
    alone = read_floor(session, [mechanism_id]).queues
    return replace(found, queues={**found.queues, **alone})


def _index(weeks: Sequence[date], day: date) -> int:
    return min(max((day - weeks[0]).days // 7, 0), len(weeks) - 1)


def _share(work: Floats, queue: Queue, here: NDArray[np.bool_]) -> float | None:
    there = float(queue.capacity[here].sum())
    return float(work[here].sum()) / there if there > 0 else None


def _behind(
    assessor: Assessor, given: QueueInput, here: NDArray[np.bool_], speech: Speech
) -> tuple[Behind, ...]:
    """Return the committed launches in order, then what each planned one would add to them."""
    there = assessor.supply(given.id)
    committed = assessor.committed(given)
    others = [
        assessor.brought(one, given, "likely", EVERY_PHASE).load
        for one in assessor.portfolio.launches.values()
        if one.order is None and not one.released and given.id in leans_on(one, assessor.portfolio)
    ]
    before = there.base
    found: list[Behind] = []
    hidden: list[Behind] = []
    for load in [*committed, *others]:
        line, after = _line(load, there.base, before, there.queue, here, speech)
        if line.hours > 0 or load.scale is not None:
            (found if line.key else hidden).append(line)
        if load.order is not None:
            before = after
    return (*found, *hidden)


def _line(
    load: Load,
    base: Floats,
    before: Floats,
    queue: Queue | None,
    here: NDArray[np.bool_],
    speech: Speech,
) -> tuple[Behind, Floats]:
    if queue is None:
        raise ValueError("a queue of unknown capacity has no week")
    after = load.on(before)
    was, now = _share(before, queue, here), _share(after, queue, here)
    seen = speech.may_see(load.launch_id)
    line = Behind(
        order=load.order if seen else None,
        key=f"{Launch.key_prefix}-{load.launch_id}" if seen else None,
        title=speech.launches[load.launch_id] if seen else reading.confidential(1),
        hours=float((after - before)[here].sum()),
        alone=_share(load.on(base), queue, here),
        together=now,
        crosses=now is not None and now > 1 and (was is None or was <= 1),
    )
    return line, after


def _skills(assessor: Assessor, given: QueueInput, speech: Speech) -> SkillLine | None:
    """Return the languages of the queue in its busiest week, all committed launches counted."""
    last = assessor.committed(given)
    if not last or not any(shift.languages for shift in given.shifts):
        return None
    launch = assessor.portfolio.launches[last[-1].launch_id]
    facts = skill_facts(assessor, launch, reading.last_phase(launch))
    fact = next((one for one in facts if one.queue_id == given.id), None)
    return None if fact is None else skill_line(fact, speech)
