"""Pages of gates: the tab, one gate, the worklist, the admin pages; and who is told."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person
from roadmap.db import Database
from roadmap.history.models import HistoryEvent
from roadmap.history.seal import seal
from roadmap.history.service import record
from roadmap.jobs import Run
from roadmap.launches.models import Launch
from roadmap.launches.service import set_readers
from roadmap.notifications.audience import candidates
from roadmap.notifications.facts import Facts
from roadmap.notifications.jobs import follow_events
from roadmap.notifications.models import Notice
from roadmap.notifications.rules import Reason
from roadmap.readiness import gate_groups, gate_service
from roadmap.readiness.gate_models import GateReview, GateTemplate, GateVote, ReviewGroup
from roadmap.readiness.gate_queries import gates_of
from tests.cast import Cast, actor
from tests.conftest import StatementCount
from tests.readiness.test_gates import make_group, make_template
from tests.readiness.test_verdicts import answer_all, make_spanish_launch, put_in_order
from tests.worlds import kept

SignIn = Callable[[Any], FlaskClient]
QUESTION = {"code": "q1", "text": "What changes for sellers?"}


@pytest.fixture
@kept
def stage(session: Session, cast: Cast) -> None:
    """Two alike launches with a gate each; Dora and Alice review."""
    group = make_group(session, "Policy & Legal", cast.dora, cast.alice)
    make_template(session, [group], questions=[QUESTION])
    put_in_order(session, cast)
    answer_all(session, cast, make_spanish_launch(session, cast))
    session.commit()


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", text)


def say(client: FlaskClient, launch: int, act: str, **data: str) -> Any:
    return client.post(f"/launches/LCH-{launch}/gates/{launch}/{act}", data={"group": "1", **data})


def test_a_gate_is_asked_for_and_signed_on_its_page(
    stage: None, cast: Cast, sign_in: SignIn, statements: StatementCount
) -> None:
    bob = sign_in(cast.bob)
    tab = bob.get("/launches/LCH-1?tab=gates")
    assert "Legal review" in words(tab)
    assert "Not asked for" in words(tab)
    statements.statements.clear()
    bob.get("/launches/LCH-1?tab=gates")
    assert len(statements) <= 60
    short = say(bob, 1, "request", answer_q1=" ", note="Please by Friday.")
    assert short.status_code == 422
    assert "Answer this: the reviewers start from it." in words(short)
    assert "Please by Friday." in short.get_data(as_text=True)
    assert say(bob, 1, "request", answer_q1="Nothing.").status_code == 303
    # The owner's side has no group to speak for.
    assert say(bob, 1, "approve").status_code == 403
    dora = sign_in(cast.dora)
    page = words(dora.get("/launches/LCH-1/gates/1"))
    assert "Nothing." in page
    assert "2 days" in page
    assert say(dora, 1, "deny", note="").status_code == 422
    assert say(dora, 1, "approve").status_code == 303
    assert "Gates 1/1" in words(bob.get("/launches/LCH-1?tab=gates"))
    assert bob.get("/launches/LCH-1/verdict.json").get_json()["verdict"] == "READY"


def test_what_is_nowhere_is_not_found(stage: None, cast: Cast, sign_in: SignIn) -> None:
    bob = sign_in(cast.bob)
    assert bob.get("/launches/LCH-1/gates/2").status_code == 404
    assert bob.get("/launches/LCH-1/gates/99").status_code == 404
    assert say(bob, 1, "praise").status_code == 404
    assert say(sign_in(cast.victor), 1, "request", answer_q1="x").status_code == 403


def test_a_worklist_signs_several_launches_at_once(
    stage: None, session: Session, cast: Cast, sign_in: SignIn, statements: StatementCount
) -> None:
    bob, dora = sign_in(cast.bob), sign_in(cast.dora)
    assert "Nothing waits" in words(dora.get("/reviews"))
    for number in (1, 2):
        assert say(bob, number, "request", answer_q1="Nothing.").status_code == 303
    page = dora.get("/reviews")
    assert "the same evidence" in words(page)
    statements.statements.clear()
    dora.get("/reviews")
    assert len(statements) <= 50
    assert ">Reviews</a>" in page.get_data(as_text=True)
    assert "You are in no review group" in words(bob.get("/reviews"))
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page.get_data(as_text=True))
    assert digest is not None
    data = {"group": "1", "digest": digest[1], "gates": ["1", "2"]}
    stale = dora.post("/reviews/sign", data={**data, "digest": "0" * 64, "note": "One look."})
    assert stale.status_code == 422
    assert "One look." in stale.get_data(as_text=True)
    assert dora.post("/reviews/sign", data=data).status_code == 303
    signed = session.scalars(select(GateVote.gate_id).where(GateVote.person_id == cast.dora.id))
    assert signed.all() == [1, 2]


def test_home_shows_the_reviews_one_has(
    stage: None, cast: Cast, sign_in: SignIn, session: Session
) -> None:
    assert say(sign_in(cast.bob), 1, "request", answer_q1="Nothing.").status_code == 303
    assert "Reviews of yours" in words(sign_in(cast.alice).get("/"))
    review = session.scalars(select(GateReview).where(GateReview.gate_id == 1)).one()
    review.asked_at = None
    session.commit()
    assert "Reviews of yours" not in words(sign_in(cast.alice).get("/"))


def test_a_confidential_launch_stays_hidden_from_reviewers_who_may_not_read_it(
    stage: None, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    launch = gates_of(session, 1)[0]
    row = session.get_one(Launch, launch.launch_id)
    row.confidential = True
    set_readers(session, actor(cast.bob, cast.program), row, [cast.alice.id], [])
    gate_service.request_review(
        session, actor(cast.bob, cast.program), row, launch, {"q1": "Nothing."}
    )
    session.commit()
    dora = sign_in(cast.dora)
    assert "LCH-1" not in words(dora.get("/reviews"))
    assert dora.get("/launches/LCH-1/gates/1").status_code == 404
    assert say(dora, 1, "approve").status_code == 404
    assert "LCH-1" in words(sign_in(cast.alice).get("/reviews"))


def test_admins_name_groups_members_turns_and_gates(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    erin = sign_in(cast.erin)
    assert "No gate yet" in words(erin.get("/admin/gates"))
    assert erin.post("/admin/gates/groups/standard").status_code == 303
    page = words(erin.get("/admin/gates"))
    assert "Policy & Legal" in page.replace("&amp;", "&")
    assert "nobody: signs nothing" in page
    here = "/admin/gates/groups/policy-legal"
    data = {
        "name": "Legal",
        "time_zone": "Europe/Berlin",
        "market_code": "",
        "respond_days": "3",
        "resolve_days": "2",
    }
    bad = erin.post(here, data=data)
    assert bad.status_code == 422
    assert "at least as many working days" in words(bad)
    assert erin.post(here, data=data | {"resolve_days": "6", "active": "y"}).status_code == 303
    assert erin.post(f"{here}/members", data={"person_id": str(cast.dora.id)}).status_code == 303
    assert erin.post(f"{here}/members", data={"person_id": ""}).status_code == 422
    assert erin.post(f"{here}/turns", data={"week": "2020-01-01"}).status_code == 422
    group = session.scalars(select(ReviewGroup.id).where(ReviewGroup.code == "policy-legal")).one()
    session.rollback()
    gate = {
        "name": "Legal review",
        "groups": str(group),
        "rule": "n_of",
        "needed": "2",
        "signs": ["scope", "policy"],
        "max_tier": "2",
        "due_days": "5",
        "questions": "What changes?\nAnything else? (optional)",
        "active": "y",
    }
    wrong = erin.post("/admin/gates/templates/new", data=gate)
    assert wrong.status_code == 422
    assert "a number from 1 to that of the groups" in words(wrong)
    right = gate | {"rule": "all", "needed": ""}
    assert erin.post("/admin/gates/templates/new", data=right).status_code == 303
    questions, code = session.execute(select(GateTemplate.questions, GateTemplate.code)).one()
    session.rollback()
    assert questions == [
        {"code": "q1", "text": "What changes?"},
        {"code": "q2", "text": "Anything else?", "optional": True},
    ]
    assert erin.get(f"/admin/gates/templates/{code}").status_code == 200
    assert erin.get("/admin/gates/groups/nobody").status_code == 404
    assert sign_in(cast.alice).get("/admin/gates").status_code == 403


def test_who_has_a_review_hears_of_it_and_the_owner_of_the_decision(
    stage: None, cast: Cast, sign_in: SignIn, database: Database, app: Any
) -> None:
    settings = app.extensions["roadmap_settings"]
    query = select(HistoryEvent.action, Notice.person_id, Notice.reason).join(
        HistoryEvent, HistoryEvent.id == Notice.event_id
    )

    def told() -> set[tuple[str, int, str]]:
        with database.writing() as writing:
            seal(writing, "only for tests")
        follow_events(Run(db=database, settings=settings, id=0, payload={}))
        with database.reading() as reading:
            return {(row[0], row[1], row[2].value) for row in reading.execute(query)}

    # Of two with nothing open it goes to the one who was there first, and only they hear of it.
    assert cast.alice.id < cast.dora.id
    assert say(sign_in(cast.bob), 1, "request", answer_q1="Nothing.").status_code == 303
    asked = {one for one in told() if one[0] == "gate.requested"}
    assert asked == {("gate.requested", cast.alice.id, "turn")}
    assert say(sign_in(cast.alice), 1, "approve").status_code == 303
    assert ("gate.approved", cast.bob.id, "decision") in told()


def test_a_leavers_denial_is_given_on_its_page_and_who_gets_it_hears(
    stage: None, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    code = session.scalars(select(ReviewGroup.code)).one()
    group = gate_groups.get_group(session, code)
    gate_groups.set_member(session, None, group, cast.charlie.id, lead=True)
    session.commit()
    bob, charlie = sign_in(cast.bob), sign_in(cast.charlie)
    assert say(bob, 1, "request", answer_q1="Nothing.").status_code == 303
    assert say(sign_in(cast.dora), 1, "deny", note="No notice form.").status_code == 303
    denial = session.scalars(select(GateVote.id).order_by(GateVote.id.desc()).limit(1)).one()
    assert "A denial nobody can withdraw" not in words(charlie.get("/launches/LCH-1/gates/1"))
    leaver = session.get_one(Person, cast.dora.id)
    leaver.active = False
    record(session, None, leaver, "person.deactivated")
    session.commit()
    assert "gives it to a member" in words(bob.get("/launches/LCH-1/gates/1"))
    shown = charlie.get("/launches/LCH-1/gates/1").text
    assert 'action="/launches/LCH-1/gates/1/give"' in shown
    given = {"denial": str(denial), "person_id": str(cast.alice.id)}
    assert say(charlie, 1, "give", note="", **given).status_code == 422
    assert say(bob, 1, "give", note="Dora left.", **given).status_code == 403
    assert say(charlie, 1, "give", note="Dora left.", **given).status_code == 303
    told = words(sign_in(cast.alice).get("/launches/LCH-1/gates/1"))
    assert "holds the denial of somebody who left, named by Charlie" in told
    assert "Withdraw my word" in told
    event = session.scalars(select(HistoryEvent).order_by(HistoryEvent.id.desc()).limit(1)).one()
    heard = {(c.person_id, c.reason) for c in candidates(event, Facts(), {})}
    assert heard == {(cast.alice.id, Reason.TURN)}
