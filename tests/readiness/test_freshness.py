"""The weekly word as people and the worker use it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import jobs
from roadmap.accounts.models import Person
from roadmap.db import Database
from roadmap.errors import Forbidden, Invalid
from roadmap.history.queries import feed
from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.launches.lifecycle import move_phase, phases_of
from roadmap.launches.models import Launch
from roadmap.launches.phases import PhaseSpec, set_phases
from roadmap.readiness.attestation_models import FreshnessStep
from roadmap.readiness.freshness import JOB, say_it_holds, standing_of, steps_due
from tests.cast import Cast, actor
from tests.readiness.test_stories import judge

# A Monday; the launch starts 42 days later and was committed long before.
OPENS = datetime(2026, 11, 30, 9, tzinfo=UTC)


def committed(session: Session, cast: Cast) -> Launch:
    """Return the launch of story 1, committed and starting 42 days after the window opens."""
    judge(session, 1)
    launch, bob = session.get_one(Launch, 1), actor(cast.bob, cast.program)
    first = OPENS.date() + timedelta(days=42)
    specs = [
        PhaseSpec(id=p.id, name=p.name, share=p.share, starts_on=first + timedelta(days=n))
        for n, p in enumerate(phases_of(session, 1))
    ]
    set_phases(session, bob, launch, specs, "Later.")
    session.commit()
    return launch


def run(database: Database) -> None:
    with database.writing() as session:
        jobs.enqueue(session, JOB)
    while jobs.work_once(database, None):
        pass


def test_two_silent_weeks_escalate_and_four_take_the_date_back(
    session: Session, cast: Cast, database: Database
) -> None:
    launch = committed(session, cast)
    for week in range(6):
        with time_machine.travel(OPENS + timedelta(weeks=week), tick=False):
            run(database)
            run(database)
    steps = session.scalars(select(FreshnessStep.step).order_by(FreshnessStep.id)).all()
    assert steps == ["asked", "asked", "escalated", "escalated", "uncommitted"]
    session.refresh(launch)
    assert (launch.state, launch.commitment_no) == (LaunchState.PLANNED, None)
    told = [(e.action, e.actor_id) for e in feed(session, "launch", 1)][:2]
    assert told == [("launch.planned", None), ("freshness.uncommitted", None)]
    session.commit()


def test_a_ramp_under_way_is_escalated_and_never_loses_its_place(
    session: Session, cast: Cast, database: Database
) -> None:
    launch, bob = committed(session, cast), actor(cast.bob, cast.program)
    first = phases_of(session, 1)[0]
    day = OPENS.date() + timedelta(days=42)
    ramp = [
        PhaseSpec(id=first.id, name="A tenth", share=0.1, starts_on=OPENS.date()),
        PhaseSpec(name="All", share=1, starts_on=day),
    ]
    set_phases(session, bob, launch, ramp, "A ramp.")
    move_phase(session, None, launch, 1, PhaseState.LIVE)
    session.commit()
    for week in (4, 5):
        with time_machine.travel(OPENS + timedelta(weeks=week, days=1), tick=False):
            run(database)
    steps = session.scalars(select(FreshnessStep.step).order_by(FreshnessStep.id)).all()
    assert steps == ["escalated", "escalated"]
    session.refresh(launch)
    assert launch.state is LaunchState.LIVE
    assert launch.commitment_no is not None
    session.commit()


def test_a_word_is_said_once_a_week_by_who_may_and_settles_it(session: Session, cast: Cast) -> None:
    launch, bob = committed(session, cast), actor(cast.bob, cast.program)
    phases = phases_of(session, 1)
    with time_machine.travel(OPENS - timedelta(days=3), tick=False):
        assert not standing_of(session, launch, phases).freshness.asked
        with pytest.raises(Invalid, match="Nobody asks yet"):
            say_it_holds(session, bob, launch, phases)
    with time_machine.travel(OPENS + timedelta(weeks=3, days=2), tick=False):
        assert [i for i, _ in steps_due(session, (OPENS + timedelta(weeks=3)).date())] == [1]
        with pytest.raises(Forbidden):
            say_it_holds(session, actor(cast.victor), launch, phases)
        say_it_holds(session, bob, launch, phases, "Nothing changed.")
        with pytest.raises(Invalid, match="already"):
            say_it_holds(session, bob, launch, phases)
        assert steps_due(session, (OPENS + timedelta(weeks=3)).date()) == []
    session.commit()


def test_the_owner_is_asked_on_the_launch_and_says_it_in_one_click(
    session: Session, cast: Cast, sign_in: Callable[[Person | None], FlaskClient]
) -> None:
    committed(session, cast)
    session.commit()
    with time_machine.travel(OPENS + timedelta(weeks=1), tick=True):
        bob, victor = sign_in(cast.bob), sign_in(cast.victor)
        assert "Still holds?" in bob.get("/launches/LCH-1").text
        assert "Still holds?" not in victor.get("/launches/LCH-1").text
        assert victor.get("/launches/LCH-1/confirm").status_code == 403
        asked = bob.get("/launches/LCH-1/confirm").text
        assert "Last week nobody said that it holds. From two on, it is escalated to " in asked
        said = bob.post("/launches/LCH-1/confirm", data={"note": "Staffing checked."})
        assert said.status_code == 303
        assert "Still holds?" not in bob.get("/launches/LCH-1").text
        assert "Staffing checked." in bob.get("/launches/LCH-1/confirm").text
        again = bob.post("/launches/LCH-1/confirm", data={"note": "Twice."})
        assert again.status_code == 422
        assert "Twice." in again.text
