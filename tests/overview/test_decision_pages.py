"""Pages of decisions and hypercare, as the meeting and the watch use them."""

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.history.models import HistoryEvent
from roadmap.launches.models import Launch, LaunchReader
from roadmap.notifications.audience import candidates
from roadmap.notifications.facts import Facts
from roadmap.readiness.decision_models import Decision, Guard, GuardReading
from roadmap.readiness.decisions import decisions_of
from tests.cast import Cast
from tests.conftest import StatementCount
from tests.readiness.test_stories import judge
from tests.rules.test_pdf import read_back

SignIn = Callable[[Person | None], FlaskClient]


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def form(kind: str, person: int, **more: str) -> dict[str, str]:
    return {
        "kind": kind,
        "statement": "All in order.",
        "deciders-0-person": str(person),
        **more,
    }


def test_the_meeting_records_a_conditional_go_and_everybody_reads_it(
    session: Session, cast: Cast, sign_in: SignIn, statements: StatementCount
) -> None:
    judge(session, 13)
    session.commit()
    bob, victor = sign_in(cast.bob), sign_in(cast.victor)
    assert "Nothing was decided yet" in page(victor, "/launches/LCH-13/decisions")
    assert "Go or no go" in page(bob, "/launches/LCH-13/decide")
    page(victor, "/launches/LCH-13/decide", 403)
    due = (clock.today() + timedelta(days=90)).isoformat()
    typed = form("conditional", cast.bob.id, **{"conditions-0-text": "Brief the sellers."})
    half = bob.post("/launches/LCH-13/decide", data=typed)
    assert half.status_code == 422
    assert "Give each condition its words, its owner and its day." in half.text
    assert 'value="Brief the sellers."' in half.text
    typed |= {"conditions-0-owner": str(cast.charlie.id), "conditions-0-due": due}
    typed |= {"dissent-0-person": str(cast.dora.id), "dissent-0-words": "Too soon."}
    assert bob.post("/launches/LCH-13/decide", data=typed).status_code == 303
    statements.statements.clear()
    told = page(victor, "/launches/LCH-13/decisions")
    assert len(statements) <= 62
    for words in ("Go with conditions", "Brief the sellers.", "Charlie", "Dora", "Too soon."):
        assert words in told
    decision = session.scalars(select(Decision)).one()
    shown = page(victor, f"/launches/LCH-13/decisions/{decision.id}")
    assert decision.evidence_digest in shown
    assert "unchanged" in shown
    found = victor.get(f"/launches/LCH-13/decisions/{decision.id}.json").json
    assert found is not None
    assert (found["kind"], found["verdict"], found["open"]) == ("conditional", "READY", [])
    assert "LCH-13" in page(victor, "/decisions")
    assert "No decision" in page(victor, "/decisions?show=against")


def test_who_is_named_finds_it_at_home_and_contests_it_beside_the_record(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    judge(session, 13)
    session.commit()
    bob, dora, victor = sign_in(cast.bob), sign_in(cast.dora), sign_in(cast.victor)
    typed = form("go", cast.bob.id, **{"deciders-1-person": str(cast.dora.id)})
    assert bob.post("/launches/LCH-13/decide", data=typed).status_code == 303
    number = session.scalars(select(Decision.id)).one()
    session.commit()
    address = f"/launches/LCH-13/decisions/{number}"
    assert "Decisions that name you" not in page(bob, "/")
    assert f"{address}#named" in page(dora, "/")
    assert "You are named in it as deciding" in page(dora, address)
    assert "You are named" not in page(victor, address)
    assert victor.post(address, data={"answer": "confirmed"}).status_code == 403
    silent = dora.post(address, data={"answer": "contested", "note": ""})
    assert silent.status_code == 422
    assert "Say what is not so" in silent.text
    for wrong in ({"answer": "perhaps"}, {"note": "I was there."}):
        assert dora.post(address, data=wrong).status_code == 422
    said = {"answer": "contested", "note": "I asked for a week more."}
    assert dora.post(address, data=said).status_code == 303
    assert "Decisions that name you" not in page(dora, "/")
    for where in (address, "/launches/LCH-13/decisions"):
        told = page(victor, where)
        assert "by 1 of 2 people named" in told
        assert "Dora contests it" in told
        assert "I asked for a week more." in told
        assert "Too few of those who decided" not in told
    found = victor.get(f"{address}.json").json
    assert found is not None
    assert [(a["person"], a["answer"]) for a in found["answers"]] == [(cast.dora.id, "contested")]
    events = {
        event.action: {c.person_id for c in candidates(event, Facts(), {}) if c.reason == "turn"}
        for event in session.scalars(select(HistoryEvent))
    }
    assert events["decision.go"] == {cast.dora.id}
    assert cast.bob.id in events["decision.contested"]


def test_a_go_against_the_verdict_is_refused_and_what_was_typed_stays(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    judge(session, 1)
    session.commit()
    bob = sign_in(cast.bob)
    answer = bob.post("/launches/LCH-1/decide", data=form("go", cast.bob.id))
    assert answer.status_code == 422
    assert "The verdict does not allow a go." in answer.text
    assert "All in order." in answer.text
    assert decisions_of(session, 1) == []


NAMES = ("สมชาย ใจดี", "王小明", "たなか", "김철수", "Дмитрий", "Ελένη", "Łucja")


def test_a_decision_is_a_pdf_that_reads_back(session: Session, cast: Cast, sign_in: SignIn) -> None:
    judge(session, 1)
    session.commit()
    bob, victor = sign_in(cast.bob), sign_in(cast.victor)
    typed = form("no_go", cast.bob.id, statement=f"{', '.join(NAMES)}, محمد, 😀")
    assert bob.post("/launches/LCH-1/decide", data=typed).status_code == 303
    decision = session.scalars(select(Decision)).one()
    answer = victor.get(f"/launches/LCH-1/decisions/{decision.id}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    told = read_back(answer.data)
    for words in (*NAMES, "No go", "Bob", "NOT READY", "MECH_PRECISION", "U+1F600"):
        assert words in told
    assert decision.evidence_digest in told.replace("\n", "")


def test_a_stranger_learns_of_no_decision_on_a_confidential_launch(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    judge(session, 13)
    session.commit()
    bob, victor = sign_in(cast.bob), sign_in(cast.victor)
    assert bob.post("/launches/LCH-13/decide", data=form("go", cast.bob.id)).status_code == 303
    edit = {"title": "Quiet", "type": "M", "confidential": "y"}
    launch = session.get_one(Launch, 13)
    edit |= {"owner_id": str(launch.owner_id or ""), "team_id": str(launch.team_id or "")}
    session.commit()
    assert bob.post("/launches/LCH-13/edit", data=edit).status_code == 303
    assert session.scalars(select(LaunchReader)).all() == []
    decision = session.scalars(select(Decision)).one()
    assert "LCH-13" not in page(victor, "/decisions")
    for address in (
        "decisions",
        f"decisions/{decision.id}",
        f"decisions/{decision.id}.json",
        f"decisions/{decision.id}.pdf",
    ):
        page(victor, f"/launches/LCH-13/{address}", 404)
    page(victor, "/launches/LCH-13/hypercare", 404)


def test_a_reading_beyond_the_limit_proposes_to_halt(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    judge(session, 13)
    session.commit()
    bob = sign_in(cast.bob)
    assert "No guard metric yet" in page(bob, "/launches/LCH-13/hypercare")
    guard = {"name": "Appeals a day", "limit": "400", "max_age_hours": "24", "owner_id": ""}
    assert bob.post("/launches/LCH-13/hypercare/1/guards", data=guard).status_code == 303
    assert bob.post("/launches/LCH-13/decide", data=form("go", cast.bob.id)).status_code == 303
    live = {"target": "live", "reason": ""}
    assert bob.post("/launches/LCH-13/phases/1", data=live).status_code == 303
    number = session.scalars(select(Guard.id)).one()
    session.commit()
    now = clock.now().strftime("%Y-%m-%dT%H:%M")
    wrong = bob.post(f"/launches/LCH-13/guards/{number}", data={"value": "x", "observed_at": now})
    assert wrong.status_code == 422
    typed = {"value": "420", "observed_at": now}
    assert bob.post(f"/launches/LCH-13/guards/{number}", data=typed).status_code == 303
    told = page(bob, "/launches/LCH-13/hypercare")
    assert "beyond a guard" in told
    assert "Halt phase 1" in told
    assert "LIVE BREACH" in told
    assert session.scalars(select(GuardReading.value)).all() == [420]
    session.commit()
    watch = {"owner_id": str(cast.charlie.id), "days": "14", "until": clock.today().isoformat()}
    early = bob.post("/launches/LCH-13/hypercare/1", data=watch)
    assert early.status_code == 422
    assert "Say why" in early.text
    watch["reason"] = "Nothing left to see."
    assert bob.post("/launches/LCH-13/hypercare/1", data=watch).status_code == 303


def test_a_launch_that_went_against_its_verdict_says_so_on_every_tab(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    judge(session, 1)
    session.commit()
    bob, victor = sign_in(cast.bob), sign_in(cast.victor)
    today = clock.today()
    typed = form("emergency_go", cast.bob.id) | {
        "deciders-1-person": str(cast.dora.id),
        "expires_on": (today + timedelta(days=9)).isoformat(),
        "review_on": (today + timedelta(days=2)).isoformat(),
    }
    assert bob.post("/launches/LCH-1/decide", data=typed).status_code == 303
    assert "Launched against verdict" not in page(victor, "/launches/LCH-1")
    assert "against the verdict, not live" in page(victor, "/decisions?show=against")
    assert "launched against verdict" not in page(victor, "/launches")
    live = {"target": "live", "reason": ""}
    assert bob.post("/launches/LCH-1/phases/1", data=live).status_code == 303
    for tab in ("", "?tab=history", "/decisions"):
        assert "Launched against verdict" in page(victor, f"/launches/LCH-1{tab}")
    for view in ("", "?view=checks"):
        assert "launched against verdict" in page(victor, f"/launches{view}")
    assert "launched against verdict" in page(victor, "/decisions")
