"""Who hears of what, and why: once, never of one's own doing, never what one may not read."""

from typing import Any

import pytest
from sqlalchemy import select, update

from roadmap import clock
from roadmap.accounts.service import PersonInput, edit_person
from roadmap.history.models import HistoryEvent
from roadmap.history.service import record
from roadmap.launches.kinds import LaunchState, LaunchType
from roadmap.launches.models import Launch
from roadmap.lists.models import SavedView
from roadmap.notifications import service
from roadmap.notifications.models import FeedCursor, Notice, ViewMember, Watch
from roadmap.notifications.rules import Pace, Reason, WatchKind
from roadmap.requirements import moves, queries, voices
from roadmap.requirements.models import TriageTurn
from roadmap.requirements.service import edit
from tests.cast import actor
from tests.worlds import kept


def told(database: Any, event: str | None = None) -> set[tuple[str, str]]:
    """Return (person's name, reason) of every notice, or of those of one action."""
    from roadmap.accounts.models import Person

    query = (
        select(Person.name, Notice.reason)
        .join(Person, Person.id == Notice.person_id)
        .join(HistoryEvent, HistoryEvent.id == Notice.event_id)
    )
    if event:
        query = query.where(HistoryEvent.action == event)
    with database.reading() as session:
        return {(row.name, row.reason.value) for row in session.execute(query)}


@pytest.fixture
@kept
def asked(database, people, make) -> None:
    """Alice asked for one thing."""
    with database.writing() as session:
        make(session, people.alice)


def test_the_requester_hears_of_a_decision_and_who_decides_does_not(
    database, people, asked, work
) -> None:
    with database.writing() as session:
        requirement = queries.get_requirement(session, None, 1)
        moves.accept(session, people.bob, requirement, "It pays for itself.")
    work("follow")
    assert told(database) == {("Alice", "decision")}


def test_one_event_is_one_notice_however_often_it_is_looked_at(
    database, people, asked, work
) -> None:
    with database.writing() as session:
        requirement = queries.get_requirement(session, None, 1)
        voices.comment(session, people.bob, requirement, "@alice please look, @alice")
        service.watch(session, people.alice, WatchKind.REQUIREMENT, 1)
    work("follow")
    assert told(database) == {("Alice", "mention")}
    with database.writing() as session:
        session.execute(update(FeedCursor).values(seq=0))
    work("follow")
    with database.reading() as session:
        assert len(session.scalars(select(Notice)).all()) == 1


def test_an_edited_comment_tells_only_whom_it_newly_mentions(database, people, asked, work) -> None:
    with database.writing() as session:
        requirement = queries.get_requirement(session, None, 1)
        said = voices.comment(session, people.bob, requirement, "@charlie look")
        session.flush()
        voices.edit_comment(session, people.bob, requirement, said.id, "@charlie @dora look")
    work("follow")
    assert told(database, "requirement.comment_edited") == {("Dora", "mention")}
    assert told(database, "requirement.commented") == {
        ("Charlie", "mention"),
        ("Alice", "own"),
    }


def test_supporters_and_watchers_hear_what_concerns_them(
    database, people, asked, work, cast
) -> None:
    from roadmap.requirements import supporting

    with database.writing() as session:
        requirement = queries.get_requirement(session, None, 1)
        supporting.support(session, people.charlie, requirement)
        service.watch(session, people.victor, WatchKind.REQUIREMENT, 1)
        service.watch(session, actor(cast.dora), WatchKind.TEAM, cast.ops.id)
        moves.decline(session, people.bob, requirement, "Somebody else does it.")
        edit(session, people.bob, requirement, {"title": "Block replica scents"}, None)
    work("follow")
    assert told(database, "requirement.declined") == {
        ("Alice", "decision"),
        ("Charlie", "supported"),
        ("Victor", "watched"),
        ("Dora", "team"),
    }
    assert told(database, "requirement.edited") == {("Alice", "own"), ("Victor", "watched")}


def test_whose_week_of_triage_it_is_hears_of_what_comes_in(
    database, people, make, work, cast
) -> None:
    from roadmap.notifications.rules import monday_of

    with database.writing() as session:
        turn = TriageTurn(week=monday_of(clock.today()), person_id=cast.bob.id)
        session.add(turn)
        record(session, None, turn, "triage_turn.set")
        make(session, people.alice)
    work("follow")
    assert told(database, "requirement.submitted") == {("Bob", "turn")}


def test_what_is_switched_off_is_not_told_and_a_weaker_reason_then_counts(
    database, people, asked, work
) -> None:
    with database.writing() as session:
        service.set_paces(session, people.alice, {Reason.DECISION: Pace.OFF})
        service.watch(session, people.alice, WatchKind.REQUIREMENT, 1)
        requirement = queries.get_requirement(session, None, 1)
        moves.accept(session, people.bob, requirement, "Yes.")
    work("follow")
    assert told(database) == {("Alice", "watched")}


def test_a_watch_tells_nothing_of_what_happened_before(database, people, asked, work) -> None:
    with database.writing() as session:
        requirement = queries.get_requirement(session, None, 1)
        voices.comment(session, people.bob, requirement, "Before.")
        service.watch(session, people.victor, WatchKind.REQUIREMENT, 1)
    work("follow")
    assert told(database) == {("Alice", "own")}


def make_launch(database: Any, owner: Any, **values: Any) -> int:
    with database.writing() as session:
        launch = Launch(
            id=1,
            title="Secret market",
            type=LaunchType.NEW_MARKET,
            state=LaunchState.DRAFT,
            tier=3,
            tier_answers={},
            owner_id=owner.id,
            created_at=clock.now(),
            updated_at=clock.now(),
            **values,
        )
        session.add(launch)
        record(session, None, launch, "launch.created")
        return launch.id


def change_launch(database: Any, who: Any, **values: Any) -> None:
    with database.writing() as session:
        launch = session.get_one(Launch, 1)
        for name, value in values.items():
            setattr(launch, name, value)
        record(session, who.id, launch, "launch.edited", why="So it was agreed.")


def test_nobody_hears_of_a_launch_that_became_confidential(
    database, people, work, cast, sign_in
) -> None:
    make_launch(database, people.alice)
    with database.writing() as session:
        service.watch(session, people.victor, WatchKind.LAUNCH, 1)
        service.watch(session, people.bob, WatchKind.LAUNCH, 1)
    change_launch(database, people.charlie, title="Secret market of spring")
    work("follow")
    assert told(database, "launch.edited") == {
        ("Alice", "own"),
        ("Victor", "watched"),
        ("Bob", "watched"),
    }
    victor = sign_in(cast.victor)
    assert "Secret market of spring" in victor.get("/inbox").text
    change_launch(database, people.charlie, confidential=True)
    change_launch(database, people.charlie, summary="Nobody may know.")
    work("follow")
    # Neither by a new notice, nor by the one that is already there, nor by what he watches.
    with database.reading() as session:
        mine = select(Notice).where(Notice.person_id == cast.victor.id)
        assert len(session.scalars(mine).all()) == 1, "only the edit before it was confidential"
    for page in ("/inbox", "/watching"):
        assert "Secret market" not in victor.get(page).text
    assert "Nobody may know" in sign_in(cast.bob).get("/inbox").text
    assert victor.post("/watch/launch/1").status_code == 404


def test_who_left_or_lost_the_right_hears_nothing(database, people, asked, work, cast) -> None:
    with database.writing() as session:
        service.watch(session, people.victor, WatchKind.REQUIREMENT, 1)
        said = PersonInput("victor@example.org", "Victor", ("viewer",), active=False)
        edit_person(session, None, cast.victor.id, said)
        requirement = queries.get_requirement(session, None, 1)
        voices.comment(session, people.bob, requirement, "Now?")
    work("follow")
    assert told(database) == {("Alice", "own")}


# ---- views ----


def make_view(database: Any, owner: Any, query: str, *, shared: bool = True) -> int:
    with database.writing() as session:
        now = clock.now()
        view = SavedView(
            list_code="requirements",
            name="Backlog",
            owner_id=owner.id,
            shared=shared,
            query=query,
            created_at=now,
            updated_at=now,
        )
        session.add(view)
        record(session, owner.id, view, "saved_view.created")
        return view.id


def view_notices(database: Any) -> list[int]:
    with database.reading() as session:
        query = select(Notice.record_id).where(Notice.reason == Reason.VIEW).order_by(Notice.id)
        return list(session.scalars(query))


def test_a_view_tells_what_newly_enters_it_once(database, people, make, work) -> None:
    view = make_view(database, people.bob, "state:accepted")
    with database.writing() as session:
        first, second = make(session, people.alice), make(session, people.alice, "Second thing")
        moves.accept(session, people.bob, first, "Yes.")
    with database.writing() as session:
        service.watch(session, people.victor, WatchKind.VIEW, view)
    with database.writing() as session:
        first, second = (queries.get_requirement(session, None, n) for n in (1, 2))
        # In it already when the watch began: no news.
        edit(session, people.bob, first, {"title": "First thing, reworded"}, None)
        moves.accept(session, people.bob, second, "Yes.")
    work("follow")
    assert view_notices(database) == [2]
    with database.writing() as session:
        second = queries.get_requirement(session, None, 2)
        edit(session, people.bob, second, {"title": "Second thing, reworded"}, None)
    work("follow")
    assert view_notices(database) == [2]
    with database.writing() as session:
        second = queries.get_requirement(session, None, 2)
        moves.decline(session, people.bob, second, "After all not.")
    work("follow")
    with database.writing() as session:
        second = queries.get_requirement(session, None, 2)
        moves.reopen(session, people.bob, second, "Again.")
        moves.accept(session, people.bob, second, "Yes.")
    work("follow")
    assert view_notices(database) == [2, 2]


def test_a_view_of_me_is_the_watchers_own(database, people, make, work) -> None:
    view = make_view(database, people.bob, "requester:me")
    with database.writing() as session:
        service.watch(session, people.charlie, WatchKind.VIEW, view)
        service.watch(session, people.victor, WatchKind.VIEW, view)
        make(session, people.charlie, "By Charlie himself")
        made = make(session, people.alice, "By Alice")
        edit(session, people.bob, made, {"title": "By Alice, reworded"}, None)
    work("follow")
    # Charlie submitted it himself, so it is no news to him; it is not Victor's at all.
    assert view_notices(database) == []


def test_a_view_that_is_changed_or_taken_away_is_followed(
    database, people, make, work, cast
) -> None:
    view = make_view(database, people.bob, "state:accepted")
    with database.writing() as session:
        service.watch(session, people.victor, WatchKind.VIEW, view)
        make(session, people.alice)
        stored = session.get_one(SavedView, view)
        stored.query = "state:submitted"
        record(session, people.bob.id, stored, "saved_view.edited")
    with database.reading() as session:
        assert list(session.scalars(select(ViewMember.requirement_id))) == [1]
    work("follow")
    assert view_notices(database) == []
    with database.writing() as session:
        stored = session.get_one(SavedView, view)
        stored.shared = False
        record(session, people.bob.id, stored, "saved_view.edited")
        make(session, people.alice, "Another thing")
    work("follow")
    assert view_notices(database) == []
    with database.writing() as session:
        stored = session.get_one(SavedView, view)
        stored.removed_at = clock.now()
        record(session, people.bob.id, stored, "saved_view.removed")
    with database.reading() as session:
        assert session.scalars(select(Watch)).all() == []
        assert session.scalars(select(ViewMember)).all() == []


def test_a_view_that_cannot_be_read_any_more_is_no_accident(
    database, people, make, work, cast, sign_in
) -> None:
    view = make_view(database, people.bob, "state:accepted")
    broken = make_view(database, people.bob, "nonsense:1")
    with database.writing() as session:
        service.watch(session, people.victor, WatchKind.VIEW, view)
        stored = session.get_one(SavedView, view)
        stored.query = "no_such_field:1"
        record(session, people.bob.id, stored, "saved_view.edited")
        make(session, people.alice)
    work("follow")
    assert view_notices(database) == []
    answer = sign_in(cast.victor).post("/watching", data={"what": f"view:{broken}"})
    assert answer.status_code == 422
    assert "cannot be read any more" in answer.text
