"""A launch as of a past day: what was shown then, and what changed since, in words."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.launches.lifecycle import phases_of
from roadmap.launches.models import Launch
from roadmap.launches.phases import PhaseSpec, set_phases
from roadmap.readiness.checklists import Answered, answer_many, items_of
from roadmap.readiness.models import StoredVerdict, VerdictSnapshot
from roadmap.readiness.queries import verdicts_at
from roadmap.readiness.service import evaluate_launches
from tests.cast import Cast, actor
from tests.readiness.test_stories import judge

SignIn = Callable[[Person | None], FlaskClient]


def a_week_later(session: Session, launch: Launch) -> list[PhaseSpec]:
    return [
        PhaseSpec(
            id=phase.id,
            name=phase.name,
            share=phase.share,
            starts_on=phase.starts_on + timedelta(days=7) if phase.starts_on else None,
        )
        for phase in phases_of(session, launch.id)
    ]


def test_the_past_is_shown_as_it_was_and_told_against_now(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    judge(session, 13)
    evaluate_launches(session, [13])
    session.commit()
    then = clock.now()
    launch, bob = session.get_one(Launch, 13), actor(cast.bob, cast.program)
    with time_machine.travel(then + timedelta(days=2), tick=True):
        item = items_of(session, 13)[0]
        answer_many(session, bob, launch, [item.id], Answered(answer="no", evidence="Not yet."))
        set_phases(session, bob, launch, a_week_later(session, launch), "A week of practice.")
        evaluate_launches(session, [13])
        session.commit()
        words = session.scalars(select(StoredVerdict.word).order_by(StoredVerdict.id)).all()
        assert words == ["READY", "NOT_READY"]
        assert session.scalar(select(func.count()).select_from(VerdictSnapshot)) == 2
        # What was shown at a past moment is what was stored then, whatever came later.
        assert verdicts_at(session, [13], then)[13].word.value == "READY"
        victor = sign_in(cast.victor)
        address = f"/launches/LCH-13/as-of?at={then.date().isoformat()}"
        told = victor.get(address).text
        for line in ("READY", "Became worse", "answered no", "Phase 1: start", "A week"):
            assert (line in told) == (line != "A week"), line
        early = (then - timedelta(days=30)).date().isoformat()
        assert "Nothing was judged yet" in victor.get(f"/launches/LCH-13/as-of?at={early}").text
        assert victor.get("/launches/LCH-99/as-of").status_code == 404
        same = f"{address}&to={then.date().isoformat()}"
        assert "Nothing that is kept differs" in victor.get(same).text


def test_the_same_facts_are_kept_once(session: Session, cast: Cast) -> None:
    judge(session, 13)
    evaluate_launches(session, [13])
    launch, bob = session.get_one(Launch, 13), actor(cast.bob, cast.program)
    item = items_of(session, 13)[0]
    for answer in ("no", "yes"):
        answer_many(session, bob, launch, [item.id], Answered(answer=answer, evidence="Seen."))
        evaluate_launches(session, [13])
    session.commit()
    kept = session.scalars(select(StoredVerdict.snapshot_id).order_by(StoredVerdict.id)).all()
    assert len(kept) == 3
    assert kept[0] == kept[2] != kept[1]
