"""Asking: questions of a kind, pasted threads, for somebody else, supporting instead."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.db import Database
from roadmap.errors import Invalid
from roadmap.history.conflict import as_shown
from roadmap.history.service import record
from roadmap.requirements import drafts, intake, queries, service
from roadmap.requirements.models import (
    RequirementOrigin,
    RequirementSupport,
    TriageTurn,
)
from roadmap.requirements.questions import BY_FIELD, KIND_OF, QUESTIONS
from roadmap.requirements.rules import OriginKind, RequirementKind
from tests.cast import actor
from tests.requirements.conftest import Make, People
from tests.requirements.submitted import GOOD, own, stored

MAIL = """From: Alice <alice@example.org>
Date: Mon, 16 Nov 2026 09:00
To: Bob <bob@example.org>
Subject: RE: Weapons come back in DE

Hi Bob,

sellers in Germany list weapons again an hour after removal.
See https://example.org/cases/7.

Best regards,
Alice

On Sun, 15 Nov 2026 at 10:00, Bob <bob@example.org> wrote:
> What happens?
"""


# ---- the questions of a kind ----


def test_every_kind_asks_two_to_four_questions_of_its_own() -> None:
    assert set(QUESTIONS) == set(RequirementKind)
    assert {len(asked) for asked in QUESTIONS.values()} <= {2, 3, 4}
    assert len(BY_FIELD) == sum(len(asked) for asked in QUESTIONS.values())


def test_the_shortest_submission_is_title_problem_and_kind(database, cast, sign_in) -> None:
    assert sign_in(cast.alice).post("/requirements", data=GOOD).status_code == 303
    assert stored(database).answers == {}


def test_only_the_answers_of_the_chosen_kind_are_kept(database, cast, sign_in) -> None:
    client = sign_in(cast.alice)
    typed = {
        "answer_automation_today": "A queue of six",
        "answer_automation_labels": "1,200",
        "answer_tool_seconds": "not a number, and of another kind",
    }
    assert client.post("/requirements", data=GOOD | typed).status_code == 303
    assert stored(database).answers == {
        "automation_today": "A queue of six",
        "automation_labels": 1200,
    }
    page = client.get("/requirements/REQ-1").text
    assert "Who or what decides today?" in page
    assert "A queue of six" in page
    assert "1,200" in page


@pytest.mark.parametrize(
    ("kind", "field", "value", "sentence"),
    [
        ("automation", "automation_labels", "many", "Write a whole number"),
        ("automation", "automation_labels", "-1", "cannot be less than 0"),
        ("automation", "automation_today", "x" * 2001, "at most 2000 fit"),
        ("policy", "policy_existing", "burned", "Choose an answer of the list."),
    ],
)
def test_an_answer_that_cannot_be_stored_is_said_at_its_question(
    cast, sign_in, kind, field, value, sentence
) -> None:
    data = GOOD | {"kind": kind, f"answer_{field}": value}
    answer = sign_in(cast.alice).post("/requirements", data=data)
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert f'id="answer_{field}-error"' in answer.text


def test_each_answer_is_edited_and_conflicts_on_its_own(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        kept = {"answer_automation_today": "A queue", "answer_automation_wrong": "Sellers leave"}
        made = make(session, people.alice, kind="automation", **kept)
        shown = json.loads(as_shown(queries.values_of(made)))
    with database.writing() as session:
        found = queries.get_requirement(session, people.bob, 1, "edit", lock=True)
        service.edit(session, people.bob, found, {"answer_automation_today": "Nobody"}, shown)
    with database.writing() as session:
        found = queries.get_requirement(session, people.alice, 1, "edit", lock=True)
        mine = {"answer_automation_wrong": "Buyers leave", "answer_automation_labels": 40}
        service.edit(session, people.alice, found, mine, shown)
    assert stored(database).answers == {
        "automation_today": "Nobody",
        "automation_wrong": "Buyers leave",
        "automation_labels": 40,
    }


def test_two_who_answer_the_same_question_see_both_versions(
    database, cast, people, make, sign_in
) -> None:
    with database.writing() as session:
        made = make(session, people.alice, kind="policy", answer_policy_from="January")
        shown = as_shown(queries.values_of(made))
    client = sign_in(cast.alice)
    data = {"title": made.title, "problem": made.problem, "kind": "policy", "shown": shown}
    theirs = data | {"answer_policy_from": "March"}
    edit = "/requirements/REQ-1/edit"
    assert sign_in(cast.bob).post(edit, data=theirs).status_code == 303
    answer = client.post(edit, data=data | {"answer_policy_from": "May"})
    assert answer.status_code == 409
    assert "Somebody set this to “March” meanwhile." in unescape(answer.text)
    assert ">\r\nMay<" in answer.text
    assert stored(database).answers == {"policy_from": "March"}


def test_another_kind_forgets_the_answers_of_the_first(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        made = make(session, people.alice, kind="policy", answer_policy_from="January")
        service.edit(session, people.alice, made, {"kind": "tool", "answer_tool_seconds": 40})
    assert stored(database).answers == {"tool_seconds": 40}


def test_an_answer_is_told_in_the_history_and_found_by_search(
    database, cast, people, make, sign_in
) -> None:
    with database.writing() as session:
        made = make(session, people.alice, kind="tool", answer_tool_step="Opening periscope")
        service.edit(session, people.alice, made, {"answer_tool_step": "Closing periscope"})
    client = sign_in(cast.alice)
    page = client.get("/requirements/REQ-1").text
    assert "“Which step of the work takes the time?”" in page
    assert re.search(r"<del[^>]*>Opening periscope</del>", page)
    assert "REQ-1" in client.get("/requirements?q=periscope").text


def test_every_question_is_on_the_form(cast, sign_in) -> None:
    page = sign_in(cast.alice).get("/requirements/new").text
    for name, kind in KIND_OF.items():
        assert f'name="{name}"' in page
        assert f'data-kind="{kind.value}"' in page


# ---- for somebody else ----


def test_a_manager_asks_for_anybody_and_the_requester_sees_it_as_theirs(
    database, cast, sign_in
) -> None:
    data = GOOD | {"requester": "Alice", "team_id": str(cast.ops.id)}
    answer = sign_in(cast.bob).post("/requirements", data=data, follow_redirects=True)
    assert "for Alice" in answer.text
    assert "entered by Bob" in answer.text
    found = stored(database)
    assert (found.requester_id, found.submitted_by_id) == (cast.alice.id, cast.bob.id)
    alice = sign_in(cast.alice)
    assert "REQ-1" in alice.get("/requirements?q=is:mine").text
    assert alice.get("/requirements/REQ-1/edit").status_code == 200


def test_a_partner_asks_for_people_and_teams_of_their_own_only(database, cast, sign_in) -> None:
    client = sign_in(cast.alice)
    page = client.get("/requirements/new").text
    assert cast.charlie.email in page
    assert cast.bob.email not in page
    assert "Program management" not in page
    refused = client.post("/requirements", data=GOOD | {"requester": cast.bob.email})
    assert refused.status_code == 422
    assert "Name somebody of your own teams" in refused.text
    refused = client.post("/requirements", data=GOOD | {"team_id": str(cast.program.id)})
    assert refused.status_code == 422
    assert "Choose one of your own teams" in refused.text
    good = client.post("/requirements", data=GOOD | {"requester": cast.charlie.email.upper()})
    assert good.status_code == 303
    found = stored(database)
    assert (found.requester_id, found.submitted_by_id) == (cast.charlie.id, cast.alice.id)
    assert client.get("/requirements/REQ-1/edit").status_code == 200


def test_a_name_of_two_people_asks_for_the_address(
    database: Database, cast, people: People
) -> None:
    with database.writing() as session:
        namesake = session.get_one(Person, cast.dora.id)
        namesake.name = "Charlie"
        record(session, None, namesake, "person.edited")
    with database.reading() as session:
        with pytest.raises(Invalid, match="Several people"):
            intake.requester_named(session, people.bob, "charlie")
        assert intake.requester_named(session, people.bob, cast.dora.email) == cast.dora.id
        assert intake.requester_named(session, people.bob, "Bob") is None
        with pytest.raises(Invalid, match="Nobody here"):
            intake.requester_named(session, people.bob, "Zoe")
        alone = actor(cast.erin)
        with pytest.raises(Invalid, match="own teams"):
            intake.requester_named(session, alone, "alice@example.org")


# ---- a pasted thread ----


def test_a_pasted_mail_becomes_a_draft_and_keeps_its_source(database, cast, sign_in) -> None:
    client = sign_in(cast.bob)
    assert client.get("/requirements/paste").status_code == 200
    answer = client.post("/requirements/paste", data={"thread": MAIL})
    assert answer.status_code == 303
    (draft,) = own(database)
    assert draft.origin_kind == OriginKind.MAIL
    assert draft.typed["title"] == ["Weapons come back in DE"]
    assert draft.typed["markets"] == ["DE"]
    assert draft.typed["policy_areas"] == ["weapons"]
    assert draft.typed["links"] == ["https://example.org/cases/7"]
    assert draft.typed["requester"] == ["Alice"]
    assert "What happens?" not in draft.typed["problem"][0]
    page = client.get(answer.location).text
    assert "Made from a mail" in page
    sent = {name: values for name, values in draft.typed.items() if values}
    sent |= {"kind": "policy", "draft": str(draft.id)}
    assert client.post("/requirements", data=sent).status_code == 303
    with database.reading() as session:
        origin = session.scalars(select(RequirementOrigin)).one()
        assert (origin.requirement_id, origin.kind) == (1, OriginKind.MAIL)
        assert origin.text == MAIL.strip()
    assert stored(database).requester_id == cast.alice.id
    shown = sign_in(cast.victor).get("/requirements/REQ-1").text
    assert "Made from a mail" in shown
    assert "&gt; What happens?" in shown


def test_an_empty_paste_says_what_to_do(cast, sign_in) -> None:
    client = sign_in(cast.alice)
    for text, sentence in (("  ", "Paste the chat or mail first."), ("x" * 100_001, "100000 fit")):
        answer = client.post("/requirements/paste", data={"thread": text})
        assert answer.status_code == 422
        assert sentence in answer.text


# ---- support instead, and what comes next ----


def test_supporting_another_one_keeps_what_was_typed(database, cast, people, make, sign_in) -> None:
    with database.writing() as session:
        make(session, people.bob, "Stop replica perfume")
    client = sign_in(cast.alice)
    page = client.get("/requirements/new?title=Stop+replica+perfume").text
    assert 'formaction="/requirements/REQ-1/support-instead"' in page
    answer = client.post("/requirements/REQ-1/support-instead", data=GOOD)
    assert answer.status_code == 303
    assert answer.location.endswith("/requirements/REQ-1?support=1#supporters")
    with database.reading() as session:
        (row,) = session.scalars(select(RequirementSupport))
        assert (row.person_id, row.team_id) == (cast.alice.id, cast.ops.id)
    assert own(database)[0].typed["problem"] == [GOOD["problem"]]
    assert "You support REQ-1." in client.get(answer.location).text


def test_enter_in_a_field_submits_and_supports_nothing(cast, people, make, sign_in, database):
    with database.writing() as session:
        make(session, people.bob, "Stop replica perfume")
    page = sign_in(cast.alice).get("/requirements/new?title=Stop+replica+perfume").text
    form = page[page.index('action="/requirements"') :]
    first = re.search(r"<button[^>]*type=\"submit\"[^>]*>", form)
    assert first is not None
    assert "formaction" not in first[0]
    assert "name=" not in first[0]


def test_after_submitting_the_page_says_who_decides_and_by_when(
    database: Database, cast, sign_in
) -> None:
    client = sign_in(cast.alice)
    first = client.post("/requirements", data=GOOD, follow_redirects=True).text
    assert "A program manager decides by" in first
    with database.writing() as session:
        today = clock.today()
        monday = today - timedelta(days=today.weekday())
        turn = TriageTurn(week=monday, person_id=cast.bob.id)
        session.add(turn)
        session.flush()
        record(session, None, turn, "triage_turn.set")
    second = client.post("/requirements", data=GOOD, follow_redirects=True).text
    assert "Bob does triage this week and decides by" in second


def test_the_form_costs_a_fixed_number_of_statements(
    database, cast, people, make, sign_in, statements
) -> None:
    client = sign_in(cast.alice)

    def cost(address: str) -> int:
        statements.statements.clear()
        assert client.get(address).status_code == 200
        return len(statements)

    client.get("/requirements/new")
    empty = cost("/requirements/new")
    assert empty <= 6
    with database.writing() as session:
        for number in range(8):
            make(session, people.bob, f"Stop replica perfume number {number}")
            drafts.keep(session, people.alice, None, {"title": [f"No. {number}"]})
    assert cost("/requirements/new") == empty
    assert cost("/requirements/new?title=Stop+replica+perfume") == empty + 3
