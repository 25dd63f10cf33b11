"""Commands of requirements: who may, what is kept, and merges that can be taken back exactly."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.db import Database
from roadmap.errors import Conflict, Forbidden, Invalid, NotFound
from roadmap.history.capture import column_values
from roadmap.history.queries import feed
from roadmap.history.seal import verify
from roadmap.requirements import (
    merging,
    moves,
    queries,
    service,
    support_queries,
    supporting,
    voices,
    waking,
)
from roadmap.requirements.inbox import read_inbox
from roadmap.requirements.models import (
    Requirement,
    RequirementComment,
    RequirementLink,
    RequirementScope,
    RequirementSupport,
)
from roadmap.requirements.rules import RequirementState
from tests.cast import make_person
from tests.requirements.conftest import Make, People

S = RequirementState


def load(session: Session, number: int) -> Requirement:
    return queries.get_requirement(session, None, number, lock=True)


def test_only_the_requester_or_a_manager_edits(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        service.edit(session, people.alice, found, {"title": "By Alice"})
        service.edit(session, people.bob, found, {"title": "By Bob"})
        for other in (people.charlie, people.victor):
            with pytest.raises(Forbidden):
                service.edit(session, other, found, {"title": "By another"})
            with pytest.raises(Forbidden):
                queries.get_requirement(session, other, "REQ-1", "edit")
        with pytest.raises(NotFound):
            queries.get_requirement(session, people.alice, "REQ-2")
        assert found.title == "By Bob"


def test_only_triage_moves_and_every_move_needs_a_reason(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        for act in (moves.accept, moves.decline, moves.ask, moves.reopen):
            with pytest.raises(Forbidden):
                act(session, people.alice, found, "because")
        for reason in ("", "  ", "x", "nul\0"):
            with pytest.raises(Invalid) as refused:
                moves.accept(session, people.bob, found, reason)
            assert "reason" in refused.value.fields
        moves.accept(session, people.bob, found, "It saves 40 hours a week")
        assert found.next_word_on is not None
        assert found.next_word_on > clock.today()
        with pytest.raises(Invalid, match="cannot become"):
            moves.advance(session, people.bob, found, S.DELIVERED, "too fast")
    with database.reading() as session:
        newest = feed(session, "requirement", 1)[0]
        assert (newest.action, newest.why) == ("requirement.accepted", "It saves 40 hours a week")


def test_an_edit_of_the_same_field_conflicts_and_another_field_does_not(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        shown = {"title": "Block replica perfume", "outcome": "", "markets": []}
        make(session, people.alice)
        found = load(session, 1)
        service.edit(
            session, people.alice, found, {"title": "A", "outcome": ""} | {"title": "Aaa"}, shown
        )
        service.edit(
            session, people.bob, found, {"outcome": "Bob's", "title": shown["title"]}, shown
        )
        assert (found.title, found.outcome) == ("Aaa", "Bob's")
        service.edit(session, people.alice, found, {"markets": ["DE"]}, shown)
        with pytest.raises(Conflict) as conflict:
            service.edit(session, people.bob, found, {"title": "Bbb", "markets": ["FR"]}, shown)
        assert conflict.value.fields == {"title": ("Bbb", "Aaa"), "markets": ("FR", "DE")}
        assert (found.title, queries.codes_of(found)["markets"]) == ("Aaa", ["DE"])


def test_an_edit_that_changes_nothing_leaves_no_event(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found = make(session, people.alice, criteria=["a", "b"], markets=["DE"])
        service.edit(session, people.alice, found, queries.values_of(found))
        assert len(feed(session, "requirement", 1)) == 1


def test_a_reworded_criterion_is_accepted_anew_and_the_others_stay(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        make(session, people.alice, criteria=["Found in time", "Few wrong pauses"])
        found = load(session, 1)
        for row in found.criteria:
            voices.accept_criterion(session, people.alice, found, row.id, True)
        service.edit(
            session, people.alice, found, {"criteria": ["Few wrong pauses", "Found at once"]}
        )
        session.flush()
        told = {row.text: row.accepted_by for row in found.criteria}
        assert told == {"Few wrong pauses": people.alice.id, "Found at once": None}
        with pytest.raises(Forbidden):
            voices.accept_criterion(session, people.charlie, found, found.criteria[0].id, False)


def test_a_question_leaves_the_inbox_until_the_requester_answers(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        assert read_inbox(session, clock.now(), 5).waiting == "1"
        moves.ask(session, people.bob, found, "Which markets?")
        session.flush()
        assert read_inbox(session, clock.now(), 5).waiting == "0"
        voices.comment(session, people.charlie, found, "I wonder too")
        assert read_inbox(session, clock.now(), 5).waiting == "0"
        voices.comment(session, people.alice, found, "Germany")
        inbox = read_inbox(session, clock.now(), 5)
        assert (inbox.waiting, inbox.done_today) == ("1", 1)


def test_a_snoozed_one_wakes_on_its_day(database: Database, people: People, make: Make) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        until = clock.today() + timedelta(days=3)
        for bad in (None, clock.today(), clock.today() - timedelta(days=1)):
            with pytest.raises(Invalid):
                moves.snooze(session, people.bob, found, "later", bad)
        moves.snooze(session, people.bob, found, "later", until)
        session.flush()
        assert waking.wake_due(session, until - timedelta(days=1)) == 0
        assert waking.wake_due(session, until) == 1
        assert (found.state, found.snoozed_until) == (S.SUBMITTED, None)


def test_support_is_counted_once_and_can_be_withdrawn(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        supporting.support(session, people.charlie, found, "yes", 5, "DE")
        supporting.support(session, people.charlie, found, "very much", 7, "FR")
        (one,) = support_queries.supporters(session, 1)
        assert (one.reason, one.weekly_volume, one.team) == (
            "very much",
            7,
            "Moderation operations",
        )
        with pytest.raises(Invalid):
            supporting.support(session, people.charlie, found, "x", -1)
        with pytest.raises(Forbidden):
            supporting.support(session, people.victor, found)
        supporting.withdraw(session, people.charlie, found)
        assert support_queries.supporters(session, 1) == []
        with pytest.raises(Invalid):
            supporting.withdraw(session, people.charlie, found)


def test_a_prerequisite_that_closes_a_circle_is_refused(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        first, second, third = (make(session, people.alice, f"Number {n}") for n in range(3))
        voices.add_prerequisite(session, people.alice, second, first)
        voices.add_prerequisite(session, people.alice, third, second)
        for blocked, blocker in ((first, third), (first, second), (first, first)):
            with pytest.raises(Invalid) as refused:
                voices.add_prerequisite(session, people.alice, blocked, blocker)
            assert "blocker" in refused.value.fields
        assert len(session.scalars(select(RequirementLink)).all()) == 2


def test_a_merge_moves_each_supporter_once_and_remembers_where_from(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        duplicate, target = make(session, people.alice, "Twice"), make(session, people.bob, "Once")
        supporting.support(session, people.charlie, duplicate, "mine", 3, "DE")
        supporting.support(session, people.charlie, target, "here too", 4, "DE")
        assert merging.merge(session, people.bob, duplicate, target, "The same need") == 1
        found = {one.name: one.came_from for one in support_queries.supporters(session, target.id)}
        assert found == {"Alice": "REQ-1", "Charlie": None}
        assert duplicate.state == S.DUPLICATE
        assert [one.name for one in support_queries.supporters(session, duplicate.id)] == [
            "Charlie"
        ]
        with pytest.raises(Invalid, match="support that one"):
            supporting.support(session, people.charlie, duplicate)
        for bad in (duplicate,):
            with pytest.raises(Invalid):
                merging.merge(session, people.bob, target, bad, "round it goes")
        other = make(session, people.charlie, "Third")
        merging.merge(session, people.bob, target, other, "and further")
        with pytest.raises(Invalid, match="Undo that merge first"):
            merging.unmerge(session, people.bob, duplicate)


def snapshot(session: Session) -> dict[str, Any]:
    """Every recorded value of requirements and what hangs on them."""
    session.flush()
    session.expire_all()
    kinds: tuple[Any, ...] = (Requirement, RequirementScope, RequirementSupport, RequirementComment)
    return {
        f"{kind.__name__} {row.id}": {name: value for name, value, _ in column_values(row)}
        for kind in kinds
        for row in session.scalars(select(kind).order_by(kind.id))
    }


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    before=st.sampled_from(["submitted", "asked", "accepted", "snoozed"]),
    on_duplicate=st.sets(st.integers(0, 3)),
    on_target=st.sets(st.integers(0, 3)),
    reason=st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=3, max_size=60).filter(
        lambda text: len(text.strip()) >= 3
    ),
)
def test_merge_then_unmerge_restores_every_byte(
    database: Database, people: People, make: Make, before, on_duplicate, on_target, reason
) -> None:
    with database.session(write=True) as session:
        crowd = [people.alice, people.bob, people.charlie]
        fourth = make_person(session, f"Person{clock.now().timestamp()}", "partner")
        crowd.append(people.alice.__class__(**{**vars(people.alice), "id": fourth.id}))
        duplicate, target = make(session, people.alice, "Twice"), make(session, people.bob, "Once")
        for number in sorted(on_duplicate):
            supporting.support(session, crowd[number], duplicate, reason, number, "FR")
        for number in sorted(on_target):
            supporting.support(session, crowd[number], target, reason)
        if before == "asked":
            moves.ask(session, people.bob, duplicate, reason)
        elif before == "accepted":
            moves.accept(session, people.bob, duplicate, reason)
        elif before == "snoozed":
            later = clock.today() + timedelta(days=9)
            moves.snooze(session, people.bob, duplicate, reason, later)
        old = snapshot(session)
        merging.merge(
            session, people.bob, load(session, duplicate.id), load(session, target.id), reason
        )
        assert snapshot(session) != old
        merging.unmerge(session, people.bob, load(session, duplicate.id))
        assert snapshot(session) == old
        session.rollback()


@pytest.mark.parametrize("act", ["accept", "decline", "ask", "snooze"])
def test_any_triage_move_can_be_taken_back_exactly(
    database: Database, people: People, make: Make, act: str
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        old = snapshot(session)
        more = (clock.today() + timedelta(days=5),) if act == "snooze" else ()
        getattr(moves, act)(session, people.bob, load(session, 1), "for a reason", *more)
        merging.undo(session, people.bob, load(session, 1))
        assert snapshot(session) == old
        with pytest.raises(Invalid):
            merging.undo(session, people.bob, found)


def test_what_was_stored_agrees_with_its_history(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        duplicate = make(session, people.alice, criteria=["a"], efforts={}, markets=["DE"])
        target = make(session, people.charlie, "Target")
        supporting.support(session, people.bob, duplicate, "x")
        merging.merge(session, people.bob, duplicate, target, "the same")
        merging.undo(session, people.bob, duplicate)
        voices.add_prerequisite(session, people.alice, duplicate, target)
        service.edit(session, people.bob, duplicate, {"criteria": [], "markets": ["FR"]})
        service.hand_over(session, None, people.alice.id, people.charlie.id)
    with database.reading() as session:
        assert list(verify(session, "only for tests", None)) == []
        assert load(session, 1).requester_id == people.charlie.id
