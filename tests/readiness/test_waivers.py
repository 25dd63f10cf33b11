"""Renewing waivers, and the register of those that stand."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.errors import Invalid
from roadmap.launches.models import Launch
from roadmap.readiness.models import Waiver
from roadmap.readiness.waivers import WaiverRequest, refuse_waiver, request_waiver
from tests.cast import Cast, actor
from tests.readiness.test_stories import judge


def renewal(old: Waiver, until: date, **more: object) -> WaiverRequest:
    values: dict[str, object] = {
        "code": old.check_code,
        "subject": old.subject,
        "reason": "Finance decides in January.",
        "risk_of_proceeding": "Money.",
        "risk_of_not": "The campaign.",
        "expires_on": until,
        "owner_id": old.owner_id,
        "risk": "high",
        "renews_id": old.id,
    }
    return WaiverRequest(**{**values, **more})  # type: ignore[arg-type]


def waived(session: Session) -> tuple[Launch, Waiver]:
    judge(session, 11)
    launch = session.get_one(Launch, 11)
    return launch, session.scalars(select(Waiver).where(Waiver.launch_id == 11)).one()


def test_a_waiver_is_renewed_for_longer_by_a_new_one_that_names_it(
    session: Session, cast: Cast
) -> None:
    launch, old = waived(session)
    bob = actor(cast.bob, cast.program)
    with pytest.raises(Invalid, match="ends later"):
        request_waiver(session, bob, launch, renewal(old, old.expires_on))
    with pytest.raises(Invalid, match="low, medium or high"):
        request_waiver(session, bob, launch, renewal(old, old.expires_on, risk="huge"))
    until = old.expires_on + timedelta(days=30)
    with pytest.raises(Invalid, match="Only an approved waiver"):
        request_waiver(session, bob, launch, renewal(old, until, renews_id=999))
    new = request_waiver(session, bob, launch, renewal(old, old.expires_on + timedelta(days=30)))
    assert (new.renews_id, new.risk, new.approved_at) == (old.id, "high", None)
    session.commit()


def test_the_register_lists_what_stands_and_what_waits(
    session: Session, cast: Cast, sign_in: Callable[[Person | None], FlaskClient]
) -> None:
    _launch, old = waived(session)
    number, last = old.id, old.expires_on
    session.commit()
    bob, victor = sign_in(cast.bob), sign_in(cast.victor)
    assert "LCH-11" in victor.get("/waivers").text
    assert "LCH-11" not in victor.get("/waivers?show=waiting").text
    begun = bob.get(f"/launches/LCH-11/waivers/new?renews={number}").text
    assert f'name="renews" type="hidden" value="{number}"' in begun
    typed = {
        "code": old.check_code,
        "subject": old.subject,
        "renews": str(number),
        "reason": "Finance decides in January.",
        "risk_of_proceeding": "Money.",
        "risk_of_not": "The campaign.",
        "risk": "high",
        "owner_id": str(cast.bob.id),
        "expires_on": (max(last, clock.today()) + timedelta(days=20)).isoformat(),
    }
    session.commit()
    answer = bob.post("/launches/LCH-11/waivers/new", data=typed)
    assert answer.status_code == 303, answer.text
    told = victor.get("/waivers?show=waiting").text
    assert "LCH-11" in told
    assert "high" in told
    assert "renewal asked for" in victor.get("/waivers").text
    # Refused and asked for again, the waiver it goes on from still stands there once.
    session.expire_all()
    for refused in session.scalars(select(Waiver).where(Waiver.renews_id == number)):
        refuse_waiver(session, actor(cast.dora), session.get_one(Launch, 11), refused, "Not yet.")
    session.commit()
    assert "renewal asked for" not in victor.get("/waivers").text
    assert bob.post("/launches/LCH-11/waivers/new", data=typed).status_code == 303
    assert victor.get("/waivers").text.count("LCH-11</span>") == 1
