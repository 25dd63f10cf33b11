"""Decisions as recorded: who may take them on which verdict, and what they leave behind."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.errors import Conflict, Forbidden, Invalid
from roadmap.history.seal import seal, verify
from roadmap.launches.kinds import PhaseState
from roadmap.launches.lifecycle import move_phase
from roadmap.launches.models import Launch
from roadmap.readiness.decision_answers import answer_decision, awaited_of
from roadmap.readiness.decision_rules import AnswerKind, DecisionKind
from roadmap.readiness.decisions import (
    Condition,
    Deciding,
    decide,
    decisions_of,
    launched_against,
    standing_go,
)
from roadmap.readiness.fresh import evaluate_now
from roadmap.readiness.hypercare import GuardSpec, add_guard, read_guard
from roadmap.readiness.signed import digest
from roadmap.readiness.verdict import Word
from tests.cast import Cast, actor
from tests.readiness.test_stories import judge

KEY = "only for tests"


def story(session: Session, number: int) -> Launch:
    judge(session, number)
    return session.get_one(Launch, number)


def go(cast: Cast, kind: DecisionKind = DecisionKind.GO, **more: object) -> Deciding:
    values: dict[str, object] = {
        "kind": kind,
        "statement": "Everything is in order.",
        "deciders": (cast.bob.id,),
    }
    return Deciding(**{**values, **more})  # type: ignore[arg-type]


def emergency(cast: Cast, **more: object) -> Deciding:
    today = clock.today()
    values: dict[str, object] = {
        "statement": "The court order leaves no choice.",
        "deciders": (cast.bob.id, cast.dora.id),
        "expires_on": today + timedelta(days=10),
        "review_on": today + timedelta(days=3),
    }
    return go(cast, DecisionKind.EMERGENCY_GO, **{**values, **more})


def test_a_go_is_frozen_with_its_evidence_and_never_changes(session: Session, cast: Cast) -> None:
    launch, bob = story(session, 13), actor(cast.bob, cast.program)
    session.commit()
    seal(session, KEY)
    request = go(cast, dissent=((cast.dora.id, "The night shift is new."),))
    decision = decide(session, bob, launch, request)
    session.commit()
    assert (decision.word, decision.phase_position) == ("READY", 1)
    assert decision.evidence_digest == digest(decision.evidence)
    assert decision.evidence["parts"]["evidence"]
    assert decision.seal_seq
    assert [(v.person_id, v.kind.value) for v in decisions_of(session, launch.id)[0].voices] == [
        (cast.bob.id, "decider"),
        (cast.dora.id, "dissent"),
    ]
    assert list(verify(session, KEY)) == []
    for change in ("UPDATE decision SET word = 'HOLD'", "DELETE FROM decision_voice"):
        with pytest.raises(DBAPIError, match="never changed"):
            session.execute(text(change))
        session.rollback()


def test_go_is_refused_on_a_verdict_that_does_not_allow_it(session: Session, cast: Cast) -> None:
    launch, bob = story(session, 1), actor(cast.bob, cast.program)
    with pytest.raises(Invalid, match="does not allow a go"):
        decide(session, bob, launch, go(cast))
    with pytest.raises(Forbidden):
        decide(session, actor(cast.alice, cast.ops), launch, go(cast))
    with pytest.raises(Invalid, match="two named people"):
        decide(session, bob, launch, emergency(cast, deciders=(cast.bob.id,)))
    people = (cast.dora.id, cast.charlie.id)
    with pytest.raises(Invalid, match="one of the two"):
        decide(session, bob, launch, emergency(cast, deciders=people))
    with pytest.raises(Invalid, match="until which day"):
        decide(session, bob, launch, emergency(cast, expires_on=None))
    assert decisions_of(session, launch.id) == []
    no_go = decide(session, bob, launch, go(cast, DecisionKind.NO_GO))
    assert no_go.word == "NOT_READY"
    session.commit()


def test_an_emergency_go_lets_it_go_and_is_read_for_ever(session: Session, cast: Cast) -> None:
    launch, bob = story(session, 1), actor(cast.bob, cast.program)
    with pytest.raises(Invalid, match="no go is in force"):
        move_phase(session, bob, launch, 1, PhaseState.LIVE)
    decide(session, bob, launch, emergency(cast))
    assert launched_against(session, [launch.id]) == frozenset()
    move_phase(session, bob, launch, 1, PhaseState.LIVE)
    session.commit()
    assert launched_against(session, [launch.id]) == {launch.id}
    later = clock.today() + timedelta(days=11)
    assert standing_go(session, launch.id, 1, later) is None


def test_a_newer_no_go_takes_a_go_back(session: Session, cast: Cast) -> None:
    launch, bob = story(session, 13), actor(cast.bob, cast.program)
    decide(session, bob, launch, go(cast))
    assert standing_go(session, launch.id, 1, clock.today()) is not None
    decide(session, bob, launch, go(cast, DecisionKind.NO_GO, statement="A strike."))
    assert standing_go(session, launch.id, 1, clock.today()) is None
    session.commit()


def test_a_condition_becomes_a_checklist_item_of_its_owner(session: Session, cast: Cast) -> None:
    launch, bob = story(session, 13), actor(cast.bob, cast.program)
    due = clock.today() + timedelta(days=1)
    condition = Condition(text="Brief the sellers.", owner_id=cast.charlie.id, due_on=due)
    with pytest.raises(Invalid, match="at least one condition"):
        decide(session, bob, launch, go(cast, DecisionKind.CONDITIONAL))
    decide(session, bob, launch, go(cast, DecisionKind.CONDITIONAL, conditions=(condition,)))
    session.commit()
    verdict = evaluate_now(session, [launch.id])[launch.id]
    assert (verdict.word, verdict.open_codes) == (Word.HOLD, ("CHECKLIST",))
    assert [a.owner_id for a in verdict.reasons if not a.passes] == [cast.charlie.id]


def test_a_heavy_launch_needs_a_recorded_go_and_is_watched_from_then_on(
    session: Session, cast: Cast
) -> None:
    launch, bob = story(session, 13), actor(cast.bob, cast.program)
    assert launch.tier < 3
    with pytest.raises(Invalid, match="Record the go"):
        move_phase(session, bob, launch, 1, PhaseState.LIVE)
    decide(session, bob, launch, go(cast))
    spec = GuardSpec(name="Appeals a day", limit=400, owner_id=cast.charlie.id)
    guard = add_guard(session, bob, launch, 1, spec)
    move_phase(session, bob, launch, 1, PhaseState.LIVE)
    assert word(session, launch) is Word.HOLD
    charlie, now = actor(cast.charlie, cast.ops), clock.now()
    read_guard(session, charlie, launch, guard, value=380, observed_at=now)
    assert word(session, launch) is Word.LIVE_OK
    read_guard(session, charlie, launch, guard, value=420, observed_at=now)
    assert word(session, launch) is Word.LIVE_BREACH
    # A late reading of an earlier moment does not hide the breach.
    earlier = now - timedelta(hours=2)
    read_guard(session, charlie, launch, guard, value=10, observed_at=earlier)
    assert word(session, launch) is Word.LIVE_BREACH
    with pytest.raises(Invalid, match="lies in the past"):
        read_guard(session, charlie, launch, guard, value=1, observed_at=now + timedelta(hours=1))
    with pytest.raises(Forbidden):
        read_guard(session, actor(cast.victor), launch, guard, value=1, observed_at=now)
    session.commit()


def word(session: Session, launch: Launch) -> Word:
    session.flush()
    return evaluate_now(session, [launch.id])[launch.id].word


def test_what_is_altered_behind_the_back_of_the_application_is_named(
    session: Session, cast: Cast
) -> None:
    launch, bob = story(session, 11), actor(cast.bob, cast.program)
    decide(session, bob, launch, go(cast, DecisionKind.NO_GO))
    session.commit()
    seal(session, KEY)
    session.commit()
    assert list(verify(session, KEY)) == []
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    off = "DROP TRIGGER decision_no_update" + (" ON decision" if on_postgresql else "")
    session.execute(text(off))
    session.execute(text("UPDATE decision SET word = 'READY'"))
    session.execute(text("UPDATE waiver SET expires_on = '2099-12-31'"))
    faults = {fault.message for fault in verify(session, KEY)}
    assert "decision 1 is not what its last event says" in faults
    assert any(message.startswith("waiver 1 ") for message in faults)
    session.rollback()


def test_people_named_confirm_or_contest_and_an_emergency_go_needs_both(
    session: Session, cast: Cast
) -> None:
    launch, bob = story(session, 1), actor(cast.bob, cast.program)
    dora = actor(cast.dora)
    decide(session, bob, launch, emergency(cast))
    session.commit()
    (decision,) = decisions_of(session, launch.id)
    assert [row.id for row in awaited_of(session, dora, 9)] == [decision.id]
    assert list(awaited_of(session, bob, 9)) == []
    with pytest.raises(Forbidden, match="Only the people this decision names"):
        answer_decision(session, actor(cast.alice), launch, decision, AnswerKind.CONFIRMED)
    with pytest.raises(Invalid, match="what is not so"):
        answer_decision(session, dora, launch, decision, AnswerKind.CONTESTED, " ")
    contest = answer_decision(
        session, dora, launch, decision, AnswerKind.CONTESTED, "I was not there."
    )
    assert list(awaited_of(session, dora, 9)) == []
    assert cast.bob.id in contest.told_to
    assert cast.dora.id not in contest.told_to
    with pytest.raises(Conflict, match="said so already"):
        answer_decision(session, dora, launch, decision, AnswerKind.CONTESTED, "Again.")
    assert standing_go(session, launch.id, 1, clock.today()) is None
    with pytest.raises(Invalid, match="no go is in force"):
        move_phase(session, bob, launch, 1, PhaseState.LIVE)
    answer_decision(session, dora, launch, decision, AnswerKind.CONFIRMED)
    assert standing_go(session, launch.id, 1, clock.today()) is not None
    assert decision.evidence_digest == digest(decision.evidence)
    session.commit()
    for change in ("UPDATE decision_answer SET note = ''", "DELETE FROM decision_answer"):
        with pytest.raises(DBAPIError, match="never changed"):
            session.execute(text(change))
        session.rollback()


def test_a_no_go_holds_a_light_launch_back_whatever_its_verdict(
    session: Session, cast: Cast
) -> None:
    launch, bob = story(session, 13), actor(cast.bob, cast.program)
    launch.tier = 3
    decide(session, bob, launch, go(cast, DecisionKind.NO_GO))
    with pytest.raises(Invalid, match="is a no-go"):
        move_phase(session, bob, launch, 1, PhaseState.LIVE)
    decide(session, bob, launch, go(cast))
    move_phase(session, bob, launch, 1, PhaseState.LIVE)
    session.commit()
