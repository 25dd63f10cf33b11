"""The clock of triage: it stops while others owe the next step, and is read at the decision."""

from datetime import UTC, datetime, timedelta

import pytest

from roadmap import clock
from roadmap.db import Database
from roadmap.errors import Invalid
from roadmap.requirements import merging, moves, service, triage_weeks, voices
from roadmap.requirements.inbox import read_inbox, spans_of
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import RequirementState
from roadmap.requirements.waiting import DAY
from roadmap.taxonomy import calendars
from tests.requirements.conftest import Make, People

S = RequirementState
# A Monday.
START = datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch):
    """Set the time: `at(days=3)` after the start."""

    def go(**after: float) -> datetime:
        moment = START + timedelta(**after)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    go()
    return go


def is_asked(requirement: Requirement) -> bool:
    """Return whether a question to the requester is open."""
    return requirement.asked_at is not None


def has_next_word(requirement: Requirement) -> bool:
    """Return whether the requester can read by when there is an answer."""
    return requirement.next_word_on is not None


def test_time_with_the_requester_is_nobody_elses_waiting(
    database: Database, people: People, make: Make, at
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        at(days=1)
        moves.ask(session, people.bob, found, "Which markets?")
        assert not has_next_word(found)
        now = at(days=3)
        assert spans_of(session, found, now).waited == DAY
        assert spans_of(session, found, now).paused == 2 * DAY
        voices.comment(session, people.charlie, found, "I wonder")
        assert is_asked(found)
        voices.comment(session, people.alice, found, "Germany")
        assert not is_asked(found)
        assert found.paused_seconds == 2 * DAY
        assert has_next_word(found)
        # Over a weekend.
        at(days=7)
        moves.accept(session, people.bob, found, "It saves hours")
        assert (found.decided_at, found.waited_seconds) == (clock.now(), 3 * DAY)


def test_an_edit_answers_too_and_asking_again_goes_on_waiting(
    database: Database, people: People, make: Make, at
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        moves.ask(session, people.bob, found, "Which markets?")
        at(days=1)
        moves.ask(session, people.bob, found, "And how many?")
        assert found.paused_seconds == DAY
        at(days=2)
        service.edit(session, people.bob, found, {"outcome": "Mine"})
        assert is_asked(found)
        service.edit(session, people.alice, found, {"markets": ["DE"]})
        assert not is_asked(found)
        assert found.paused_seconds == 2 * DAY


def test_sleep_is_no_waiting_and_undoing_restores_the_clock(
    database: Database, people: People, make: Make, at
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        at(days=1)
        moves.snooze(session, people.bob, found, "later", clock.today() + timedelta(days=30))
        assert found.waited_seconds == DAY
        at(days=9)
        moves.reopen(session, people.bob, found, "sooner after all")
        assert found.paused_seconds == 6 * DAY
        now = at(days=10)
        assert spans_of(session, found, now).waited == 2 * DAY
        moves.decline(session, people.bob, found, "not now")
        assert found.waited_seconds == 2 * DAY
        merging.undo(session, people.bob, found)
        assert (found.waited_seconds, found.paused_seconds) == (DAY, 6 * DAY)


def test_holidays_of_everywhere_do_not_count(
    database: Database, people: People, make: Make, at
) -> None:
    with database.writing() as session:
        found = make(session, people.alice)
        day = START.date() + timedelta(days=1)
        calendars.add_calendar_day(session, None, "holiday", "Everybody rests", None, day)
        calendars.add_calendar_day(session, None, "holiday", "Germany", "DE", day)
        session.flush()
        assert spans_of(session, found, at(days=2)).waited == DAY


def test_the_inbox_says_median_oldest_and_overdue(
    database: Database, people: People, make: Make, at
) -> None:
    with database.writing() as session:
        make(session, people.alice, "Oldest")
        asked = make(session, people.alice, "Asked for long")
        moves.ask(session, people.bob, asked, "Which?")
        at(days=4)
        make(session, people.alice, "Second")
        make(session, people.alice, "Third")
        at(days=8)
        voices.comment(session, people.alice, asked, "This one")
        now = at(days=9)
        inbox = read_inbox(session, now, 5)
        assert [row.title for row in inbox.rows] == ["Oldest", "Second", "Third", "Asked for long"]
        assert [row.waited // DAY for row in inbox.rows] == [7, 3, 3, 1]
        assert (inbox.oldest, inbox.middle, inbox.overdue) == (7 * DAY, 3 * DAY, 1)
        assert read_inbox(session, now, 8).overdue == 0
        empty = read_inbox(session, START, 5)
        assert (empty.after(99), empty.before(99)) == (1, None)


def test_the_last_weeks_count_what_came_was_decided_and_how_long_it_took(
    database: Database, people: People, make: Make, at
) -> None:
    with database.writing() as session:
        first, second = make(session, people.alice, "One"), make(session, people.alice, "Two")
        at(days=2)
        moves.accept(session, people.bob, first, "yes")
        at(days=9)
        moves.decline(session, people.bob, second, "not now")
        make(session, people.alice, "Waits")
        session.flush()
        this, last, *older = triage_weeks.last_weeks(session, clock.today())
        assert (this.came_in, this.decided, this.middle) == (1, 1, 7 * DAY)
        assert (last.came_in, last.decided, last.middle) == (2, 1, 2 * DAY)
        assert {(week.came_in, week.decided, week.middle) for week in older} == {(0, 0, None)}
        assert len(older) == 6


def test_a_duplicate_leaves_by_undoing_the_merge_alone(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found, other = make(session, people.alice), make(session, people.alice, "Other")
        merging.merge(session, people.bob, found, other, "the same")
        for act in (moves.ask, moves.reopen):
            with pytest.raises(Invalid, match="undo the merge"):
                act(session, people.bob, found, "because")
