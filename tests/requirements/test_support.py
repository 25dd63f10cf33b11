"""Support: whose it is, which team it counts for, and what a manager enters for others."""

import re
from dataclasses import replace

import pytest

from roadmap.accounts.models import Team, TeamMember
from roadmap.db import Database
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.events import subscribe
from roadmap.history.queries import feed
from roadmap.history.seal import verify
from roadmap.history.service import record
from roadmap.requirements import queries, support_queries, supporting
from roadmap.requirements.by_team import in_words
from roadmap.requirements.events import SupportEntered
from tests.cast import make_person
from tests.requirements.conftest import Make, People


def words(session, number: int = 1) -> str:
    return in_words(support_queries.by_team(session, [number]).get(number, ()))


def add_team(session, code: str, name: str, *members) -> Team:
    team = Team(code=code, name=name, members=[])
    session.add(team)
    session.flush()
    session.add_all(TeamMember(team_id=team.id, person_id=one.id) for one in members)
    record(session, None, team, "team.created")
    return team


def test_support_counts_for_ones_only_team_and_names_its_market(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        supporting.support(session, people.charlie, found, "yes", 1200, "DE")
        supporting.support(session, people.bob, found)
        assert words(session) == (
            "Moderation operations (1 person, 1,200 a week), Program management (1)"
        )
        with pytest.raises(Invalid) as refused:
            supporting.support(session, people.charlie, found, "yes", 5)
        assert "support_market" in refused.value.fields
        with pytest.raises(Invalid):
            supporting.support(session, people.charlie, found, "yes", 5, "XX")
        only = make(session, people.alice, "Only in France", markets=["FR"])
        supporting.support(session, people.charlie, only, "", 7)
        (one,) = support_queries.supporters(session, only.id)
        assert (one.market, one.weekly_volume) == ("FR", 7)


def test_somebody_in_several_teams_says_for_which(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        legal = add_team(session, "legal", "Legal", people.charlie)
        both = replace(people.charlie, team_ids=people.charlie.team_ids | {legal.id})
        with pytest.raises(Invalid) as refused:
            supporting.support(session, both, found)
        assert "support_team" in refused.value.fields
        with pytest.raises(Invalid):
            supporting.support(session, people.bob, found, team_id=legal.id)
        supporting.support(session, both, found, team_id=legal.id)
        supporting.support(session, both, found, "in other words")
        assert words(session) == "Legal (1)"


def test_a_manager_enters_support_for_a_person_and_for_a_team_with_its_source(
    database: Database, people: People, make: Make
) -> None:
    heard: list[SupportEntered] = []
    subscribe(SupportEntered, lambda _session, event: heard.append(event))
    with database.writing() as session:
        found = make(session, people.alice)
        legal = add_team(session, "legal", "Legal")
        who = people.charlie.id
        supporting.enter(
            session, people.bob, found, source="ops review 12 Nov", person_id=who, weekly_volume=9,
            market="DE",
        )  # fmt: skip
        supporting.enter(session, people.bob, found, source="a mail", team_id=legal.id)
        assert words(session) == "Moderation operations (1 person, 9 a week), Legal (as a team)"
        whole, one = support_queries.supporters(session, 1)
        assert (one.entered_by, one.source) == ("Bob", "ops review 12 Nov")
        assert (whole.person_id, whole.team) == (None, "Legal")
        told = feed(session, "requirement", 1)[1]
        assert (told.action, told.why) == ("requirement.support_entered", "ops review 12 Nov")
        assert {value[1] for name, value in told.changes.items() if "person_id" in name} == {who}
    assert [(one.person_id, one.team_id) for one in heard][1] == (None, legal.id)


def test_entered_support_needs_its_source_and_counts_each_once(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        legal = add_team(session, "legal", "Legal")
        supporting.support(session, people.charlie, found)
        supporting.enter(session, people.bob, found, source="a mail", team_id=legal.id)
        for field, given in (
            ("source", {"source": " ", "team_id": legal.id}),
            ("team", {"source": "a mail", "team_id": legal.id}),
            ("team", {"source": "a mail"}),
            ("team", {"source": "a mail", "team_id": 999}),
            ("person", {"source": "a mail", "person_id": people.charlie.id}),
            ("person", {"source": "a mail", "person_id": people.alice.id}),
            ("person", {"source": "a mail", "person_id": people.bob.id}),
            ("person", {"source": "a mail", "person_id": 999}),
            ("team", {"source": "a mail", "person_id": people.victor.id, "team_id": legal.id}),
        ):
            with pytest.raises(Invalid) as refused:
                supporting.enter(session, people.bob, found, **given)
            assert list(refused.value.fields) == [field]
        with pytest.raises(Forbidden):
            supporting.enter(session, people.charlie, found, source="a mail", team_id=legal.id)


def test_who_was_entered_may_make_it_their_own_or_take_it_back(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        supporting.enter(session, people.bob, found, source="a mail", person_id=people.charlie.id)
        supporting.support(session, people.charlie, found, "in my words")
        (one,) = support_queries.supporters(session, 1)
        assert (one.entered_by, one.source, one.reason) == (None, "", "in my words")
        with pytest.raises(NotFound):
            supporting.remove_entered(session, people.bob, found, one.id)
        supporting.withdraw(session, people.charlie, found)
        entered = supporting.enter(
            session, people.bob, found, source="a mail", person_id=people.charlie.id
        )
        supporting.remove_entered(session, people.bob, found, entered.id)
        assert support_queries.supporters(session, 1) == []
    with database.reading() as session:
        assert list(verify(session, "only for tests", None)) == []


def test_similar_ones_and_lists_name_teams(database: Database, people: People, make: Make) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        supporting.support(session, people.charlie, found, "", 40, "DE")
        make_person(session, "Nobody", "partner")
    with database.reading() as session:
        (alike,) = queries.similar(session, "Block replica perfume", person_id=people.charlie.id)
        assert alike.support == "Moderation operations (1 person, 40 a week)"
        assert alike.supported
        assert support_queries.by_team(session, []) == {}


def test_the_page_of_entering_keeps_what_was_typed(database, cast, people, make, sign_in) -> None:
    with database.writing() as session:
        make(session, people.alice)
    bob, alice = sign_in(cast.bob), sign_in(cast.alice)
    path = "/requirements/REQ-1/support/enter"
    assert bob.get(path).status_code == 200
    assert alice.get(path).status_code == 403
    assert bob.get("/requirements/REQ-9/support/enter").status_code == 404
    data = {"person": "nobody@example.org", "source": "ops review", "reason": "They wait"}
    refused = bob.post(path, data=data)
    assert refused.status_code == 422
    assert "Nobody of this address" in refused.text
    assert "They wait" in refused.text
    assert bob.post(path, data={"person": "charlie@example.org"}).status_code == 422
    data["person"] = "charlie@example.org"
    assert bob.post(path, data=data).location == "/requirements/REQ-1#supporters"
    page = alice.get("/requirements/REQ-1").text
    assert "entered by Bob from:" in page
    assert "ops review" in page
    assert 'Moderation operations <span class="dim">1 person</span>' in page
    number = re.search(r"/support/(\d+)/remove", bob.get("/requirements/REQ-1").text)
    assert number is not None
    assert "/remove" not in page
    gone = f"/requirements/REQ-1/support/{number[1]}/remove"
    assert alice.post(gone).status_code == 403
    assert bob.post(gone).status_code == 303
    assert bob.post(gone).status_code == 404


def test_one_click_asks_people_of_several_teams(database, cast, people, make, sign_in) -> None:
    with database.writing() as session:
        make(session, people.alice, "Needed everywhere", markets=["DE"])
        add_team(session, "legal", "Legal", people.charlie)
    charlie = sign_in(cast.charlie)
    page = charlie.get("/requirements/REQ-1").text
    assert 'href="/requirements/REQ-1?support=1#supporters"' in page
    refused = charlie.post("/requirements/REQ-1/support", data={})
    assert refused.status_code == 422
    assert "choose for which you speak" in refused.text
    opened = charlie.get("/requirements/REQ-1?support=1").text
    assert '<option selected value="DE">' in opened
    done = charlie.post(
        "/requirements/REQ-1/support",
        data={"support_team": str(cast.ops.id), "support_volume": "1,200", "support_market": "DE"},
    )
    assert done.status_code == 303
    assert "1,200 a week in Germany" in charlie.get("/requirements/REQ-1").text
