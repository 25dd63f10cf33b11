"""Snoozed until a day or an event, woken by either, also when the event can no longer happen."""

from datetime import timedelta

import pytest

from roadmap import clock
from roadmap.db import Database
from roadmap.errors import Invalid
from roadmap.history.queries import feed
from roadmap.history.service import record
from roadmap.launches import lifecycle
from roadmap.launches.kinds import LaunchState, LaunchType, PhaseState
from roadmap.launches.models import Launch
from roadmap.launches.service import NewLaunch, create_launch
from roadmap.requirements import merging, moves, waking
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import RequirementState
from tests.requirements.conftest import Make, People

S = RequirementState


def test_an_event_is_written_as_key_and_word(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found, other = make(session, people.alice), make(session, people.alice, "Other")
        for bad in ("LCH-4", "REQ-2 eaten", "MEC-1 live", "soon", "REQ-0", "REQ-1", "REQ-99"):
            with pytest.raises(Invalid) as refused:
                moves.snooze(session, people.bob, found, "later", None, bad)
            assert list(refused.value.fields) == ["awaited"]
        with pytest.raises(Invalid) as refused:
            moves.snooze(session, people.bob, found, "later")
        assert list(refused.value.fields) == ["until"]
        moves.snooze(session, people.bob, found, "later", None, " req-2 ")
        assert (found.snoozed_for, found.snoozed_until) == ("REQ-2 delivered", None)
        assert found.next_word_on is not None
        moves.decline(session, people.bob, other, "not now")
        assert found.state == S.SUBMITTED


def test_a_delivered_requirement_wakes_who_waited_for_it(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found, other = make(session, people.alice), make(session, people.alice, "Other")
        until = clock.today() + timedelta(days=60)
        moves.snooze(session, people.bob, found, "later", until, "REQ-2 delivered")
        for state in (S.ACCEPTED, S.PLANNED):
            getattr(moves, "accept" if state == S.ACCEPTED else "advance")(
                session, people.bob, other, *([] if state == S.ACCEPTED else [state]), "as agreed"
            )
            assert found.state == S.SNOOZED
        moves.advance(session, people.bob, other, S.DELIVERED, "done")
        assert (found.state, found.snoozed_for, found.snoozed_until) == (S.SUBMITTED, None, None)
        woken = feed(session, "requirement", 1)[0]
        assert woken.action == "requirement.woken"
        assert woken.why == "REQ-2 is delivered. This slept until then."
        with pytest.raises(Invalid, match="decide now"):
            moves.snooze(session, people.bob, found, "again", None, "REQ-2 planned")


@pytest.mark.parametrize("end", ["declined", "merged"])
def test_what_can_no_longer_happen_wakes_with_the_reason(
    database: Database, people: People, make: Make, end: str
) -> None:
    with database.writing() as session:
        found, other = make(session, people.alice), make(session, people.alice, "Other")
        moves.snooze(session, people.bob, found, "later", None, "REQ-2 accepted")
        if end == "declined":
            moves.decline(session, people.bob, other, "not now")
        else:
            merging.merge(session, people.bob, other, make(session, people.bob, "Third"), "same")
        assert found.state == S.SUBMITTED
        said = "declined" if end == "declined" else "merged into REQ-3"
        assert found.state_reason == f"REQ-2 was {said}. What this waited for will not be."
        with pytest.raises(Invalid, match="cannot be waited for"):
            moves.snooze(session, people.bob, found, "later", None, "REQ-2 accepted")


def sleeping(session, people: People, make: Make) -> tuple[Requirement, Launch]:
    """Put a requirement to sleep until a launch that could be committed is live."""
    new = NewLaunch(
        title="LIVE in Germany",
        type=LaunchType.NEW_MARKET,
        owner_id=people.bob.id,
        markets=["DE"],
        surfaces=["live"],
        weekly_volume=700.0,
        starts_on=clock.today() + timedelta(days=40),
    )
    launch = create_launch(session, people.bob, new)
    found = make(session, people.alice)
    moves.snooze(session, people.bob, found, "later", None, launch.key)
    return found, launch


def test_a_launch_that_goes_live_wakes_who_waited_for_it(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found, launch = sleeping(session, people, make)
        assert found.snoozed_for == f"{launch.key} live"
        assert waking.settle_all(session) == 0
        lifecycle.move_launch(session, None, launch, LaunchState.COMMITTED)
        assert found.state.value == "snoozed"
        lifecycle.move_phase(session, None, launch, 1, PhaseState.LIVE)
        assert found.state.value == "submitted"
        assert found.state_reason == f"{launch.key} is live. This slept until then."


def test_a_cancelled_launch_wakes_who_waited_for_it(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found, launch = sleeping(session, people, make)
        lifecycle.move_launch(session, None, launch, LaunchState.CANCELLED, "No market")
        assert found.state == S.SUBMITTED
        assert f"{launch.key} was cancelled." in found.state_reason


def test_the_hourly_job_wakes_what_nobody_told_of(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found, launch = sleeping(session, people, make)
        # As an import writes it: no command said that anything moved.
        found.snoozed_for = "LCH-999 live"
        record(session, None, found, "requirement.imported")
        assert waking.settle_all(session) == 1
        assert "There is no LCH-999." in found.state_reason
        assert launch.state is not LaunchState.LIVE


def test_taking_a_snooze_back_restores_what_it_waited_for(
    database: Database, people: People, make: Make
) -> None:
    with database.writing() as session:
        found, other = make(session, people.alice), make(session, people.alice, "Other")
        moves.snooze(session, people.bob, found, "later", None, "REQ-2")
        moves.decline(session, people.bob, other, "not now")
        merging.undo(session, people.bob, found)
        assert (found.state, found.snoozed_for) == (S.SNOOZED, "REQ-2 delivered")
        # The next hour wakes it again, for the same reason.
        assert waking.settle_all(session) == 1
