"""Items that attestations or facts answer, items asked before a date, and keeping one's own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.errors import Forbidden, Invalid
from roadmap.launches.kinds import LaunchState
from roadmap.launches.lifecycle import move_launch
from roadmap.launches.models import Launch
from roadmap.launches.scope import set_scope
from roadmap.launches.telling import tell
from roadmap.readiness import standing
from roadmap.readiness.answers import Answer, Status
from roadmap.readiness.attestation_models import StandingAttestation
from roadmap.readiness.checklists import (
    Answered,
    active_template,
    answer_many,
    choice_of,
    items_of,
    keep_own,
    pending_difference,
)
from roadmap.readiness.fresh import evaluate_now
from roadmap.readiness.gather import gather
from roadmap.readiness.models import ChecklistItem
from roadmap.readiness.templates import get_template, specs_of, store_version
from tests.cast import Cast, actor
from tests.launches.world import make_world
from tests.overview.conftest import new_launch


def launch_with_standing(session: Session, cast: Cast) -> tuple[Launch, ChecklistItem]:
    """Return a launch in Spain on LIVE with one unanswered item that attestations answer."""
    make_world(session, cast)
    launch = new_launch(session, cast, "Spain", 40)
    item = next(i for i in items_of(session, launch.id) if i.standing)
    answer_many(session, actor(cast.bob, cast.program), launch, [item.id], Answered(answer=None))
    session.commit()
    return launch, item


def said(session: Session, launch: Launch, item: ChecklistItem) -> Answer:
    session.flush()
    verdict = evaluate_now(session, [launch.id])[launch.id]
    return next(a for a in verdict.reasons if a.subject == f"checklist:{item.id}")


def test_a_launch_inherits_what_holds_for_all_its_markets_and_surfaces(
    session: Session, cast: Cast
) -> None:
    launch, item = launch_with_standing(session, cast)
    dora, today = actor(cast.dora), clock.today()
    assert said(session, launch, item).status is Status.UNKNOWN
    until = today + timedelta(days=200)
    given: dict[str, Any] = {"evidence": "Register, 12 Nov.", "valid_until": until}
    with pytest.raises(Forbidden):
        standing.attest(session, actor(cast.alice), item.code, "ES", "live", **given)
    late = {**given, "valid_until": today + timedelta(days=400)}
    with pytest.raises(Invalid, match="12 months"):
        standing.attest(session, dora, item.code, "ES", "live", **late)
    row = standing.attest(session, dora, item.code, "ES", "live", **given)
    answer = said(session, launch, item)
    assert (answer.status, answer.why) == (Status.PASS, "inherited")
    # Attested for today, but not up to the day the phase starts.
    short = standing.attest(
        session, dora, item.code, "ES", "live", **{**given, "valid_until": today}
    )
    assert said(session, launch, item).status is Status.PASS
    standing.withdraw(session, dora, row.id, "The register was wrong.")
    assert said(session, launch, item).status is Status.STALE
    standing.withdraw(session, dora, short.id, "That too.")
    assert said(session, launch, item).status is Status.UNKNOWN
    session.commit()


def test_one_market_without_an_attestation_leaves_the_item_open(
    session: Session, cast: Cast
) -> None:
    launch, item = launch_with_standing(session, cast)
    until = clock.today() + timedelta(days=200)
    standing.attest(
        session, actor(cast.dora), item.code, "ES", "live", evidence="Seen.", valid_until=until
    )
    bob = actor(cast.bob, cast.program)
    own = [fact.cell for fact in gather(session, [launch.id], clock.now())[launch.id].cells]
    set_scope(session, bob, launch, [*own, replace(own[0], market="DE", language="de")])
    assert said(session, launch, item).status is Status.UNKNOWN
    session.commit()


def edited(session: Session, cast: Cast, **more: object) -> None:
    """Store the next version of the checklist with its first item changed."""
    template = active_template(session)
    assert template is not None
    items = specs_of(get_template(session, template.code, template.version).items)
    changed = [replace(items[0], **more), *items[1:]]  # type: ignore[arg-type]
    store_version(session, actor(cast.bob), changed, based_on=template.version)


def test_a_date_is_not_committed_before_what_is_asked_first(session: Session, cast: Cast) -> None:
    launch, _item = launch_with_standing(session, cast)
    bob = actor(cast.bob, cast.program)
    move_launch(session, bob, launch, LaunchState.PLANNED, "Too early.")
    first = items_of(session, launch.id)[0]
    answer_many(session, bob, launch, [first.id], Answered(answer=None))
    first.before_commit = True
    tell(session, bob, launch, "checklist.updated")
    with pytest.raises(Invalid, match="before the date is committed"):
        move_launch(session, bob, launch, LaunchState.COMMITTED)
    answer_many(session, bob, launch, [first.id], Answered(answer="yes", evidence="Seen."))
    move_launch(session, bob, launch, LaunchState.COMMITTED)
    session.commit()


def test_a_fact_answers_an_item_bound_to_it(session: Session, cast: Cast) -> None:
    launch, _item = launch_with_standing(session, cast)
    first = items_of(session, launch.id)[0]
    first.bound_to = "mechanism_owners_named"
    tell(session, None, launch, "checklist.updated")
    assert said(session, launch, first).why in ("bound_yes", "bound_no")
    with pytest.raises(Invalid, match="no fact that can answer"):
        edited(session, cast, bound_to="the_weather", standing=False)
    session.commit()


def test_a_running_launch_keeps_its_checklist_with_a_reason_that_is_recorded(
    session: Session, cast: Cast, sign_in: Callable[[Person | None], FlaskClient]
) -> None:
    launch, _item = launch_with_standing(session, cast)
    key, bob = launch.key, actor(cast.bob, cast.program)
    with pytest.raises(Invalid, match="no other checklist"):
        keep_own(session, bob, launch, "Why not.")
    edited(session, cast, text="Worded anew?")
    assert pending_difference(session, launch)
    session.commit()
    client = sign_in(cast.bob)
    offered = client.get(f"/launches/{key}/checklist").text
    assert "Take the difference" in offered
    blank = client.post(f"/launches/{key}/checklist/keep", data={"reason": " "})
    assert blank.status_code == 422
    kept = client.post(f"/launches/{key}/checklist/keep", data={"reason": "Live in a week."})
    assert kept.status_code == 303
    assert "Live in a week." in client.get(f"/launches/{key}/checklist").text
    chosen = choice_of(session, launch.id)
    assert chosen is not None
    assert (chosen.choice, chosen.person_id) == ("kept", cast.bob.id)
    session.commit()


def test_the_page_attests_and_withdraws(
    session: Session, cast: Cast, sign_in: Callable[[Person | None], FlaskClient]
) -> None:
    _launch, item = launch_with_standing(session, cast)
    code = item.code
    session.commit()
    dora, victor = sign_in(cast.dora), sign_in(cast.victor)
    typed = {"item_code": code, "market_code": "ES", "surface_code": "live", "evidence": "Seen."}
    assert dora.post("/attestations", data=typed).status_code == 422
    typed["valid_until"] = (clock.today() + timedelta(days=100)).isoformat()
    assert victor.post("/attestations", data=typed).status_code == 403
    assert dora.post("/attestations", data=typed).status_code == 303
    assert "Seen." in victor.get("/attestations").text
    number = session.scalars(select(StandingAttestation.id)).one()
    session.commit()
    address = f"/attestations/{number}/withdraw"
    assert dora.post(address, data={"why": ""}).status_code == 422
    assert dora.post(address, data={"why": "Wrong."}).status_code == 303
    assert "Nothing is attested yet" in victor.get("/attestations").text
