"""Each question to an owner leads to the very form and field that answer it, signed in or not."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person
from roadmap.launches.models import Launch
from roadmap.mechanisms.kinds import HUMAN_KINDS
from roadmap.mechanisms.models import Mechanism
from roadmap.overview.questions_links import short, why_closed
from roadmap.readiness.gate_models import Gate
from roadmap.readiness.hypercare import GuardSpec, add_guard
from roadmap.readiness.models import ChecklistItem
from roadmap.readiness.queries import verdict_for
from roadmap.readiness.questions import Ask, Field
from tests.cast import Cast, actor
from tests.readiness.test_stories import judge
from tests.requirements.conftest import Make, make  # noqa: F401  the same fixture serves here

SignIn = Callable[[Person | None], FlaskClient]


@pytest.fixture
def asks(session: Session, cast: Cast, make: Make) -> list[Ask]:  # noqa: F811
    """A question of every kind, on the launch of story 14b."""
    judge(session, 19)
    bob = actor(cast.bob, cast.program)
    guard = add_guard(session, bob, session.get_one(Launch, 19), 1, GuardSpec(name="A", limit=1))
    make(session, bob, criteria="Works in Spanish")
    session.commit()
    item = session.scalars(select(ChecklistItem.id)).first()
    gate = session.scalars(select(Gate.id)).first()
    people = select(Mechanism.id).where(Mechanism.kind.in_(HUMAN_KINDS))
    queue, other = session.scalars(people).first(), session.scalars(select(Mechanism.id)).first()
    first = verdict_for(session, 19).reasons[0]
    parts = {
        Field.CHECKLIST_ITEM: str(item),
        Field.GATE: str(gate),
        Field.REVIEW: str(gate),
        Field.OTHER: f"{first.code}:{first.subject}",
    }
    records = {
        Field.EVIDENCE: f"MEC-{other}",
        Field.QUEUE: f"MEC-{queue}",
        Field.CRITERIA: "REQ-1",
        Field.GUIDELINE: "counterfeit",
    }
    found = [Ask(f, records.get(f, "LCH-19"), parts.get(f, "")) for f in Field]
    found += [Ask(Field.GUARDS, "LCH-19", part) for part in (f"guard:{guard.id}", "guards:1")]
    session.commit()
    return found


def test_every_link_of_a_question_leads_to_the_field_that_answers_it(
    asks: list[Ask], cast: Cast, sign_in: SignIn, session: Session
) -> None:
    bob, erin = sign_in(cast.bob), sign_in(cast.erin)
    for one in asks:
        browser = erin if one.field is Field.GUIDELINE else bob
        led = browser.get(short(one))
        assert led.status_code == 303, one
        path, _hash, anchor = led.location.partition("#")
        page = browser.get(path)
        assert page.status_code == 200, (one, path)
        assert re.search(rf'\bid="{re.escape(anchor)}"', page.text), (one, led.location)
    assert bob.get("/answer/nothing/LCH-19").status_code == 404
    assert bob.get("/answer/gate/LCH-19?part=../../inbox").status_code == 404


def test_a_link_of_a_mail_is_kept_through_signing_in(asks: list[Ask], app: Flask) -> None:
    visitor = app.test_client()
    address = short(asks[-1])
    asked = visitor.get(address)
    assert parse_qs(urlsplit(asked.location).query)["next"] == [address]


def test_nobody_is_mailed_a_link_they_may_not_open(
    asks: list[Ask], cast: Cast, session: Session
) -> None:
    victor, bob = actor(cast.victor), actor(cast.bob, cast.program)
    closed = {one.field for one in asks if why_closed(session, victor, one)}
    assert {Field.SCOPE, Field.DATE, Field.EVIDENCE, Field.QUEUE, Field.GUIDELINE} <= closed
    assert {one.field for one in asks if why_closed(session, bob, one)} == {Field.GUIDELINE}
    session.commit()
