"""The rota of triage: who decides in which week, set, repeated, handed over."""

from datetime import timedelta

import pytest

from roadmap import clock
from roadmap.accounts import handover
from roadmap.db import Database
from roadmap.errors import Conflict, Forbidden, Invalid
from roadmap.history.seal import verify
from roadmap.requirements import rota
from roadmap.requirements.waiting import monday
from tests.cast import make_person
from tests.requirements.conftest import People


def weeks(count: int = 3):
    first = monday(clock.today())
    return [first + timedelta(weeks=n) for n in range(count)]


def test_only_who_may_decide_takes_turns(database: Database, people: People) -> None:
    this, following, _third = weeks()
    with database.writing() as session:
        assert rota.may_take_turns(session) == [(people.bob.id, "Bob")]
        for who in (people.alice.id, 999):
            with pytest.raises(Invalid):
                rota.set_turns(session, people.bob, {this: who})
        for bad in (this + timedelta(days=1), this - timedelta(weeks=1)):
            with pytest.raises(Invalid):
                rota.set_turns(session, people.bob, {bad: people.bob.id})
        with pytest.raises(Forbidden):
            rota.set_turns(session, people.alice, {this: people.bob.id})
        assert rota.set_turns(session, people.bob, {this: people.bob.id, following: None}) == 1
        assert rota.on_duty(session, clock.today()).name == "Bob"
        assert rota.set_turns(session, people.bob, {this: None}) == 1
        assert rota.on_duty(session, clock.today()).name is None
    with database.reading() as session:
        assert list(verify(session, "only for tests", None)) == []


def test_two_people_change_the_rota_and_nothing_is_lost_silently(
    database: Database, people: People
) -> None:
    this, following, _third = weeks()
    with database.writing() as session:
        second = make_person(session, "Second", "pm")
        session.flush()
        shown = dict.fromkeys((this, following))
        rota.set_turns(session, people.bob, {this: people.bob.id, following: None}, shown)
        rota.set_turns(session, people.bob, {this: None, following: second.id}, shown)
        named = [turn.name for turn in rota.turns(session, clock.today(), 2)]
        assert named == ["Bob", "Second"]
        with pytest.raises(Conflict) as conflict:
            rota.set_turns(session, people.bob, {this: second.id}, shown)
        assert conflict.value.fields == {rota.field_of(this): ("Second", "Bob")}


def test_a_pattern_is_said_again_and_again() -> None:
    assert rota.repeated([1, 2, None, 9, 9], 3) == [1, 2, None, 1, 2]


def test_a_leavers_turns_pass_on_or_become_free(database: Database, people: People) -> None:
    this, following, _third = weeks()
    with database.writing() as session:
        second = make_person(session, "Second", "pm")
        session.flush()
        mine = {this: people.bob.id, following: people.bob.id}
        rota.set_turns(session, people.bob, mine)
        assert rota.count_turns(session, people.bob.id) == 2
        held = {one.label: one.count for one in handover.held_by(session, people.bob.id)}
        assert held["Turns of triage"] == 2
        assert rota.hand_over(session, None, people.bob.id, second.id) == 2
        assert rota.on_duty(session, clock.today()).name == "Second"
        assert rota.hand_over(session, None, second.id, people.alice.id) == 2
        assert rota.on_duty(session, clock.today()).name is None


def test_the_page_sets_repeats_and_refuses(database, cast, people, sign_in) -> None:
    bob = sign_in(cast.bob)
    assert sign_in(cast.alice).get("/triage/rota").status_code == 403
    assert "Nobody has triage this week." in bob.get("/triage/rota").text
    names = [rota.field_of(week) for week in weeks(12)]
    data = dict.fromkeys(names, "") | {f"was_{name}": "" for name in names}
    for bad in ({"repeat": "0"}, {"repeat": "12"}, {"repeat": "x"}, {names[0]: "abc"}):
        assert bob.post("/triage/rota", data=data | bad).status_code == 422
    refused = bob.post("/triage/rota", data=data | {names[1]: str(cast.alice.id)})
    assert refused.status_code == 422
    data |= {names[0]: str(cast.bob.id), "repeat": "2"}
    assert bob.post("/triage/rota", data=data).status_code == 303
    with database.reading() as session:
        named = [turn.name for turn in rota.turns(session, clock.today())]
    assert named == ["Bob", None] * 6
    stale = bob.post("/triage/rota", data=data | {"was_" + names[0]: "999", names[0]: ""})
    assert stale.status_code == 409
    page = bob.get("/triage").text
    assert "Bob does triage this week." in page
