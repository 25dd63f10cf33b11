"""What a mechanism's page shows of capacity: its load by week, or what an outage of it does."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from flask import render_template
from flask_login import current_user
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.capacity import workload
from roadmap.capacity.assess import EVERY_PHASE, Assessor
from roadmap.capacity.consequences import outage_facts
from roadmap.capacity.facts import OutageFact
from roadmap.capacity.gather import leaning_on
from roadmap.capacity.horizon import WEEKS
from roadmap.kept import kept_answer
from roadmap.launches.access import visible_ids
from roadmap.launches.models import Launch
from roadmap.mechanisms.kinds import HUMAN_KINDS, MechanismKind
from roadmap.mechanisms.models import Mechanism
from roadmap.overview import capacity_reading as reading
from roadmap.overview.capacity_board import TIGHT, for_queue, weekly
from roadmap.web.session import db_session

# Height and width of a week's bar.
TALL, WIDE = 48, 10


@dataclass(frozen=True)
class Bar:
    """A week as a bar: where, how high, what it says and how it looks."""

    x: int
    y: float
    height: float
    fill: str
    week: date
    value: float | None


@dataclass(frozen=True)
class Load:
    """A mechanism's weeks as bars; ``full`` is where 100 % lies, None for items."""

    bars: tuple[Bar, ...]
    peak: float
    peak_on: date
    full: float | None


@dataclass(frozen=True)
class Outage:
    """The worst outage among the launches the reader may know of."""

    key: str
    fact: OutageFact


def of_mechanism(mechanism: Mechanism) -> str:
    """Show the load of a mechanism by week, and what happens while it is off."""
    session = db_session()
    if mechanism.kind is MechanismKind.USER_REPORT_CHANNEL:
        return ""
    if mechanism.kind in HUMAN_KINDS:
        return _of_people(session, mechanism)
    return _of_step(session, mechanism)


def _of_people(session: Session, mechanism: Mechanism) -> str:
    load, missing = kept_answer(session, _load_of_people, mechanism.id, clock.today())
    return render_template(
        "overview/_capacity_panel.html",
        mechanism=mechanism,
        human=True,
        load=load,
        missing=reading.missing(missing, mechanism.key, ""),
        outage=None,
    )


def _load_of_people(session: Session, mechanism_id: int, _today: date) -> tuple[Load | None, str]:
    """Return the weeks of a queue, or what is missing to tell."""
    assessor = for_queue(session, mechanism_id)
    there = assessor.supply(mechanism_id)
    if there.queue is None:
        return None, there.missing
    given = assessor.portfolio.queues[mechanism_id]
    return bars(assessor, weekly(assessor, given), share=True), there.missing


def _of_step(session: Session, mechanism: Mechanism) -> str:
    leaning = session.scalars(leaning_on(mechanism.id)).all()
    ids = sorted(visible_ids(session, current_user, leaning))
    if not ids:
        return ""
    assessor = reading.assessor_for(session, ids)
    items = np.zeros(assessor.horizon.hours)
    found = []
    for number in ids:
        launch = assessor.portfolio.launches[number]
        for place, lane in enumerate(launch.lanes):
            one = assessor.per_item(launch, place)
            here = workload.lane_items(
                lane, launch, "likely", EVERY_PHASE, assessor.horizon, assessor.portfolio
            )
            items += here * one.reaching.get(mechanism.id, 0.0 if lane.route else 1.0)
        facts = outage_facts(assessor, launch, reading.last_phase(launch))
        found += [
            Outage(f"{Launch.key_prefix}-{number}", fact)
            for fact in facts
            if fact.step_id == mechanism.id
        ]
    weeks = items.reshape(WEEKS, -1).sum(axis=1)
    return render_template(
        "overview/_capacity_panel.html",
        mechanism=mechanism,
        human=False,
        load=bars(assessor, weeks, share=False) if weeks.any() else None,
        missing=None,
        outage=max(found, key=_badness, default=None),
    )


def _badness(one: Outage) -> tuple[bool, float, float]:
    """Rank outages: what never clears, then what takes longest, then most items."""
    fact = one.fact
    some = (fact.to_people or 0.0) + (fact.unreviewed or 0.0)
    never = bool(fact.to_people) and fact.clear_hours is None
    return never, fact.clear_hours or 0.0, some


def bars(assessor: Assessor, values: np.ndarray, *, share: bool) -> Load:
    """Return weeks as bars; shares of capacity, or items."""
    finite = values[np.isfinite(values)]
    most = max(float(finite.max(initial=0.0)), 1.2 if share else 1e-9)
    first = assessor.horizon.start.date()
    drawn = []
    for number, value in enumerate(values):
        known = bool(np.isfinite(value))
        height = TALL * (float(value) / most if known else 1.0)
        over = share and value > 1
        fill = "miss" if over else ("g3" if share and value > TIGHT else "g2")
        week = first + timedelta(weeks=number)
        drawn.append(
            Bar(number * WIDE, TALL - height, height, fill, week, float(value) if known else None)
        )
    top = int(np.argmax(values))
    return Load(
        bars=tuple(drawn),
        peak=float(values[top]),
        peak_on=drawn[top].week,
        full=TALL * (1 - 1 / most) if share else None,
    )
