"""Pages of readiness: answers, promises, waivers with four eyes, the template."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.history.queries import feed
from roadmap.launches.models import Launch
from roadmap.readiness.models import ChecklistItem, ChecklistTemplate, GapPlan, Waiver
from tests.cast import Cast
from tests.launches.world import in_days
from tests.readiness.test_verdicts import put_in_order
from tests.worlds import kept

SignIn = Callable[[Any], FlaskClient]


@pytest.fixture
@kept
def in_order(session: Session, cast: Cast) -> Launch:
    return put_in_order(session, cast)


@pytest.fixture
def bob(in_order: Launch, cast: Cast, sign_in: SignIn) -> FlaskClient:
    return sign_in(cast.bob)


def item_id(session: Session, code: str) -> int:
    found = session.scalars(select(ChecklistItem.id).where(ChecklistItem.code == code)).one()
    session.rollback()
    return found


def verdict(client: FlaskClient) -> tuple[str, set[str]]:
    data = client.get("/launches/LCH-1/verdict.json").get_json()
    return data["verdict"], {reason["code"] for reason in data["reasons"]}


def test_the_checklist_page_takes_a_fixed_number_of_statements(
    bob: FlaskClient, statements: Any
) -> None:
    bob.get("/launches/LCH-1/checklist")
    statements.statements.clear()
    answer = bob.get("/launches/LCH-1/checklist")
    assert answer.status_code == 200
    assert len(statements) == 10
    assert "Is the budget approved" in answer.get_data(as_text=True)


def test_a_no_on_a_blocker_makes_the_launch_not_ready(bob: FlaskClient, session: Session) -> None:
    assert verdict(bob) == ("READY", set())
    number = item_id(session, "notice_form")
    data = {"answer": "no", "evidence": "No form on LIVE."}
    assert bob.post(f"/launches/LCH-1/checklist/{number}", data=data).status_code == 303
    assert verdict(bob) == ("NOT_READY", {"CHECKLIST"})
    data = {"answer": "", "evidence": ""}
    assert bob.post(f"/launches/LCH-1/checklist/{number}", data=data).status_code == 303
    assert verdict(bob) == ("HOLD", {"CHECKLIST"})
    actions = [entry.action for entry in feed(session, "launch", 1)]
    assert actions[:2] == ["checklist.answered", "checklist.answered"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"answer": "yes", "evidence": ""}, "A blocker needs evidence"),
        ({"answer": "not_applicable", "evidence": ""}, "Say why it does not apply"),
        ({"answer": "yes", "evidence": "seen", "valid_until": "2026-02-30"}, "Not a valid date"),
        ({"answer": "yes", "evidence": "seen", "valid_until": "2020-01-01"}, "expired already"),
        ({"answer": "perhaps", "evidence": "seen"}, "Not a valid choice"),
    ],
)
def test_a_refused_answer_keeps_what_was_typed(
    bob: FlaskClient, session: Session, data: dict[str, str], sentence: str
) -> None:
    number = item_id(session, "notice_form")
    answer = bob.post(f"/launches/LCH-1/checklist/{number}", data=data)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert verdict(bob)[0] == "READY"


def test_only_owners_answer_items(
    bob: FlaskClient, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    number = item_id(session, "notice_form")
    alice = sign_in(cast.alice)
    data = {"answer": "no", "evidence": "Not there."}
    assert alice.post(f"/launches/LCH-1/checklist/{number}", data=data).status_code == 403
    assign = {"items": [str(number)], "owner_id": str(cast.alice.id), "assign": "1", "answer": ""}
    assert bob.post("/launches/LCH-1/checklist", data=assign).status_code == 303
    assert alice.post(f"/launches/LCH-1/checklist/{number}", data=data).status_code == 303


WAIVER = {
    "code": "CHECKLIST",
    "reason": "Budget comes in week 49.",
    "risk_of_proceeding": "We pay it from another budget.",
    "risk_of_not": "We miss the campaign.",
    "compensating": "",
}


def ask(client: FlaskClient, session: Session, cast: Cast, code: str) -> Any:
    data = WAIVER | {
        "subject": f"checklist:{item_id(session, code)}",
        "owner_id": str(cast.bob.id),
        "expires_on": in_days(30).isoformat(),
    }
    return client.post("/launches/LCH-1/waivers/new", data=data)


def test_a_waiver_needs_another_person_and_makes_it_conditional(
    bob: FlaskClient, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    refused = ask(bob, session, cast, "budget")
    assert refused.status_code == 422
    assert "Only a failing approvable check" in refused.get_data(as_text=True)
    number = item_id(session, "budget")
    bob.post(f"/launches/LCH-1/checklist/{number}", data={"answer": "no", "evidence": "Not yet."})
    assert ask(bob, session, cast, "budget").status_code == 303
    assert verdict(bob)[0] == "NOT_READY"
    waiver = session.scalars(select(Waiver.id)).one()
    session.rollback()
    address = f"/launches/LCH-1/waivers/{waiver}"
    assert bob.post(address, data={"decision": "approve"}).status_code == 403
    assert sign_in(cast.victor).post(address, data={"decision": "approve"}).status_code == 403
    dora = sign_in(cast.dora)
    assert "Budget comes in week 49." in dora.get("/launches/LCH-1/waivers").get_data(as_text=True)
    assert dora.post(address, data={"decision": "approve"}).status_code == 303
    assert verdict(bob) == ("CONDITIONAL", {"CHECKLIST"})
    assert dora.post(address, data={"decision": "approve"}).status_code == 409
    assert bob.post(address, data={"decision": "withdraw"}).status_code == 303
    assert verdict(bob)[0] == "NOT_READY"


def test_a_blocker_is_never_waived(bob: FlaskClient, session: Session, cast: Cast) -> None:
    number = item_id(session, "notice_form")
    bob.post(f"/launches/LCH-1/checklist/{number}", data={"answer": "no", "evidence": "None."})
    assert ask(bob, session, cast, "notice_form").status_code == 422


def test_a_refused_waiver_says_why(
    bob: FlaskClient, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    number = item_id(session, "budget")
    bob.post(f"/launches/LCH-1/checklist/{number}", data={"answer": "no", "evidence": "Not yet."})
    ask(bob, session, cast, "budget")
    waiver = session.scalars(select(Waiver.id)).one()
    session.rollback()
    dora, address = sign_in(cast.dora), f"/launches/LCH-1/waivers/{waiver}"
    assert dora.post(address, data={"decision": "refuse", "why": ""}).status_code == 422
    data = {"decision": "refuse", "why": "Too much money."}
    assert dora.post(address, data=data).status_code == 303
    assert feed(session, "launch", 1)[0].why == "Too much money."
    assert verdict(bob)[0] == "NOT_READY"


def test_a_gap_is_promised_by_its_owner(bob: FlaskClient, session: Session, cast: Cast) -> None:
    number = item_id(session, "budget")
    bob.post(f"/launches/LCH-1/checklist/{number}", data={"answer": "no", "evidence": "Not yet."})
    data = {
        "code": "CHECKLIST",
        "subject": f"checklist:{number}",
        "owner_id": str(cast.bob.id),
        "finish_on": in_days(5).isoformat(),
    }
    assert bob.get("/launches/LCH-1/gaps", query_string=data).status_code == 200
    assert bob.post("/launches/LCH-1/gaps", data=data).status_code == 303
    assert session.scalars(select(GapPlan.finish_on)).one() == in_days(5)
    session.rollback()
    gone = data | {"subject": "checklist:999"}
    assert bob.post("/launches/LCH-1/gaps", data=gone).status_code == 422


def template_form(session: Session) -> dict[str, Any]:
    from roadmap.readiness.templates import get_template, specs_of

    items = specs_of(get_template(session, "standard", 1).items)
    session.rollback()
    data: dict[str, Any] = {"title": "Standard launch checklist", "based_on": "1"}
    for name in ("code", "text", "severity", "max_tier", "due_days", "source"):
        data[f"item_{name}"] = [str(getattr(item, name)) for item in items]
    for name in ("types", "regions"):
        data[f"item_{name}"] = [" ".join(getattr(item, name)) for item in items]
    data["item_answered_by"] = ["standing" if item.standing else "" for item in items]
    data["item_check_source"] = [item.code for item in items if item.check_source]
    return data


def test_a_template_edit_offers_the_difference_and_changes_nothing_by_itself(
    bob: FlaskClient, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    assert sign_in(cast.alice).get("/admin/checklist").status_code == 403
    assert bob.get("/admin/checklist").status_code == 200
    assert bob.get("/admin/checklist/edit").status_code == 200
    data = template_form(session)
    place = data["item_code"].index("budget")
    data["item_text"][place] = "Is the budget approved by Finance?"
    for name in (
        *("code", "text", "severity", "types", "regions", "max_tier", "due_days", "source"),
        "answered_by",
    ):
        value = {"code": "extra", "text": "Is it extra?", "severity": "blocker"}.get(name, "")
        data[f"item_{name}"].append({"max_tier": "3", "due_days": "5"}.get(name, value))
    shown = bob.post("/admin/checklist/edit", data=data | {"preview": "1"})
    assert "1 to add, 0 to take off, 1 reworded" in shown.get_data(as_text=True)
    assert bob.post("/admin/checklist/edit", data=data).status_code == 303
    versions = session.execute(
        select(ChecklistTemplate.version, ChecklistTemplate.active).order_by(
            ChecklistTemplate.version
        )
    ).all()
    session.rollback()
    assert [tuple(row) for row in versions] == [(1, False), (2, True)]
    assert verdict(bob) == ("READY", set())
    assert "Take the difference" in bob.get("/launches/LCH-1/checklist").get_data(as_text=True)
    assert bob.post("/launches/LCH-1/checklist/update").status_code == 303
    assert verdict(bob) == ("HOLD", {"CHECKLIST"})
    stale = bob.post("/admin/checklist/edit", data=data)
    assert stale.status_code == 422
    assert "Version 2 was stored meanwhile" in stale.get_data(as_text=True)
