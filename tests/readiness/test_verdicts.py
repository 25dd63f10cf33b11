"""Verdicts through the database: stored when they change, outdated when an input does."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.db import Database
from roadmap.events import publish
from roadmap.jobs import Job, Run
from roadmap.launches.kinds import LaunchState, LaunchType
from roadmap.launches.lifecycle import move_launch
from roadmap.launches.links import add_dependency, put_requirement, remove_link
from roadmap.launches.models import Launch, LaunchMechanism
from roadmap.launches.scope import TrainingSpec, put_training_need, set_scope
from roadmap.launches.service import NewLaunch, create_launch, edit_launch
from roadmap.mechanisms.events import EvidenceChanged, MechanismChanged
from roadmap.mechanisms.kinds import MechanismKind
from roadmap.mechanisms.models import Mechanism
from roadmap.readiness import queries, service
from roadmap.readiness.checklists import Answered, answer_many, items_of
from roadmap.readiness.gather import gather, gather_each
from roadmap.readiness.jobs import evaluate_due
from roadmap.readiness.judged import Judged, judge
from roadmap.readiness.models import ChecklistItem, CurrentVerdict, StoredVerdict
from roadmap.readiness.queries import full_verdict, verdict_for, verdicts_for
from roadmap.readiness.service import due, evaluate_launches, refresh
from roadmap.readiness.stored import as_json, from_json
from roadmap.readiness.verdict import Word
from roadmap.requirements.events import RequirementChanged
from roadmap.taxonomy.events import CalendarChanged, PolicyChanged
from tests.cast import Cast, actor
from tests.conftest import StatementCount
from tests.launches.world import (
    NEW_MARKET,
    World,
    in_days,
    make_mechanism,
    make_requirement,
    make_world,
)


def make_spanish_launch(session: Session, cast: Cast) -> Launch:
    bob = actor(cast.bob, cast.program)
    return create_launch(
        session,
        bob,
        NewLaunch(
            title="LIVE in Spain",
            type=LaunchType.NEW_MARKET,
            owner_id=cast.bob.id,
            markets=["ES"],
            surfaces=["live"],
            starts_on=in_days(40),
            weekly_volume=7000,
            questions=NEW_MARKET,
        ),
    )


def answer_all(session: Session, cast: Cast, launch: Launch) -> None:
    bob = actor(cast.bob, cast.program)
    ids = [item.id for item in items_of(session, launch.id)]
    answer_many(session, bob, launch, ids, Answered(answer="yes", evidence="seen"))


def put_in_order(session: Session, cast: Cast) -> Launch:
    make_world(session, cast)
    launch = make_spanish_launch(session, cast)
    bob = actor(cast.bob, cast.program)
    put_training_need(session, bob, launch, TrainingSpec(heads=12))
    answer_all(session, cast, launch)
    move_launch(session, bob, launch, LaunchState.COMMITTED)
    return launch


def test_a_launch_with_everything_in_order_is_ready(session: Session, cast: Cast) -> None:
    launch = put_in_order(session, cast)
    verdict = evaluate_launches(session, [launch.id])[launch.id]
    assert verdict.open_codes == ()
    assert verdict.word is Word.READY
    session.commit()
    assert verdict_for(session, launch.id).word is Word.READY


def test_an_empty_committed_launch_holds_with_every_check_unknown(
    session: Session, cast: Cast
) -> None:
    launch = put_in_order(session, cast)
    bob = actor(cast.bob, cast.program)
    set_scope(session, bob, launch, [])
    for link in session.scalars(
        select(LaunchMechanism.id).where(LaunchMechanism.launch_id == launch.id)
    ).all():
        remove_link(session, bob, launch, link)
    ids = [item.id for item in items_of(session, launch.id)]
    answer_many(session, bob, launch, ids, Answered(answer=None))
    verdict = evaluate_launches(session, [launch.id])[launch.id]
    assert verdict.word is Word.HOLD
    required = [answer for answer in verdict.reasons if answer.is_required]
    assert {answer.status.value for answer in required} == {"unknown"}
    session.commit()


def outdated(session: Session) -> dict[int, bool]:
    rows = session.execute(select(CurrentVerdict.launch_id, CurrentVerdict.outdated))
    return {row.launch_id: row.outdated for row in rows}


def settle(session: Session, launch: Launch) -> None:
    evaluate_launches(session, [launch.id])
    session.commit()
    assert outdated(session) == {launch.id: False}


def touch_launch(session: Session, cast: Cast, launch: Launch, world: World) -> None:
    edit_launch(session, actor(cast.bob), launch, {"title": "Another name"})


def touch_mechanism(session: Session, cast: Cast, launch: Launch, world: World) -> None:
    publish(session, MechanismChanged(world.queue.id))


def touch_evidence(session: Session, cast: Cast, launch: Launch, world: World) -> None:
    publish(session, EvidenceChanged(world.classifier.id))


def touch_policy(session: Session, cast: Cast, launch: Launch, world: World) -> None:
    publish(session, PolicyChanged("weapons"))


def touch_calendar(session: Session, cast: Cast, launch: Launch, world: World) -> None:
    publish(session, CalendarChanged("ES"))


def touch_requirement(session: Session, cast: Cast, launch: Launch, world: World) -> None:
    requirement = make_requirement(session, accepted=True)
    put_requirement(session, actor(cast.bob), launch, requirement.key)
    settle(session, launch)
    publish(session, RequirementChanged(requirement.id))


def touch_predecessor(session: Session, cast: Cast, launch: Launch, world: World) -> None:
    other = make_spanish_launch(session, cast)
    add_dependency(session, actor(cast.bob), launch, other.key)
    evaluate_launches(session, [launch.id, other.id])
    session.commit()
    edit_launch(session, actor(cast.bob), other, {"title": "Another name"})


@pytest.mark.parametrize(
    "touch",
    [
        touch_launch,
        touch_mechanism,
        touch_evidence,
        touch_policy,
        touch_calendar,
        touch_requirement,
        touch_predecessor,
    ],
)
def test_a_change_of_an_input_marks_the_verdict_in_its_own_transaction(
    session: Session, cast: Cast, touch: Any
) -> None:
    launch = put_in_order(session, cast)
    by_kind = {m.kind.value: m for m in session.scalars(select(Mechanism))}
    world = World(
        by_kind["classifier"], by_kind["review_queue"], by_kind["appeals_queue"], guidelines=[]
    )
    settle(session, launch)
    touch(session, cast, launch, world)
    assert outdated(session)[launch.id] is True
    session.rollback()
    assert outdated(session)[launch.id] is False


def test_what_has_nothing_to_do_with_a_launch_leaves_its_verdict_alone(
    session: Session, cast: Cast
) -> None:
    launch = put_in_order(session, cast)
    stranger = make_mechanism(session, MechanismKind.CLASSIFIER, "US/en/listing/weapons")
    settle(session, launch)
    publish(session, MechanismChanged(stranger.id))
    publish(session, EvidenceChanged(stranger.id))
    publish(session, PolicyChanged("alcohol"))
    publish(session, CalendarChanged("US"))
    assert outdated(session) == {launch.id: False}


def test_a_page_never_shows_an_old_truth(session: Session, cast: Cast) -> None:
    launch = put_in_order(session, cast)
    settle(session, launch)
    number = items_of(session, launch.id)[0].id
    answer_many(session, actor(cast.bob), launch, [number], Answered(answer="no", evidence="x"))
    session.commit()
    shown = verdict_for(session, launch.id)
    assert (shown.word, shown.recomputing) == (Word.NOT_READY, False)
    # Stored again only when the worker has looked.
    assert [row.word for row in session.scalars(select(StoredVerdict))] == ["READY"]


def test_a_verdict_is_appended_only_when_it_changes(
    database: Database, session: Session, cast: Cast
) -> None:
    launch = put_in_order(session, cast)
    session.commit()
    run = Run(database, None, session.scalars(select(Job.id)).first() or 0, {})
    session.rollback()
    assert evaluate_due(run) == {"evaluated": 1}
    assert evaluate_due(run) == {"evaluated": 0}
    edit_launch(session, actor(cast.bob), launch, {"summary": "Nothing that matters."})
    session.commit()
    assert evaluate_due(run) == {"evaluated": 1}
    assert [row.word for row in session.scalars(select(StoredVerdict))] == ["READY"]
    number = items_of(session, launch.id)[0].id
    answer_many(session, actor(cast.bob), launch, [number], Answered(answer="no", evidence="x"))
    session.commit()
    assert evaluate_due(run) == {"evaluated": 1}
    session.commit()
    words = session.scalars(select(StoredVerdict.word).order_by(StoredVerdict.id)).all()
    assert words == ["READY", "NOT_READY"]


def test_a_change_while_a_verdict_is_computed_is_not_lost(
    database: Database, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch = put_in_order(session, cast)
    number = items_of(session, launch.id)[0].id
    bob, launch_id = actor(cast.bob, cast.program), launch.id
    session.commit()

    def then_changed(reading: Session, ids: Any, at: Any) -> Any:
        facts = list(gather_each(reading, ids, at))
        with database.writing() as other:
            here = other.get_one(Launch, launch_id)
            answer_many(other, bob, here, [number], Answered(answer="no", evidence="x"))
        return facts

    monkeypatch.setattr(service, "gather_each", then_changed)
    assert refresh(database, [launch_id]) == 0
    monkeypatch.undo()
    assert outdated(session) == {launch_id: True}
    assert session.scalars(select(StoredVerdict)).all() == []
    session.rollback()
    assert refresh(database, [launch_id]) == 1
    assert [row.word for row in session.scalars(select(StoredVerdict))] == ["NOT_READY"]


def test_an_expired_verdict_is_computed_anew(session: Session, cast: Cast) -> None:
    launch = put_in_order(session, cast)
    settle(session, launch)
    shown = verdict_for(session, launch.id)
    assert shown.valid_until is not None
    later = shown.valid_until + timedelta(seconds=1)
    assert due(session, clock.now()) == []
    assert due(session, later) == [launch.id]
    assert verdict_for(session, launch.id, later).evaluated_at == later


def test_what_was_recorded_later_is_not_known_before(session: Session, cast: Cast) -> None:
    launch = put_in_order(session, cast)
    session.commit()
    past = full_verdict(session, launch.id, clock.now() - timedelta(hours=1))
    assert past is not None
    assert past.word is Word.HOLD
    assert {"CHECKLIST", "EVIDENCE_THIN"} <= set(past.open_codes)


def test_facts_take_the_same_statements_for_one_launch_and_for_many(
    session: Session, cast: Cast, statements: Any
) -> None:
    launch = put_in_order(session, cast)
    others = [make_spanish_launch(session, cast) for _ in range(5)]
    session.commit()
    session.execute(select(Launch.id)).all()
    statements.statements.clear()
    gather(session, [launch.id], clock.now())
    one = len(statements)
    statements.statements.clear()
    gather(session, [launch.id, *(other.id for other in others)], clock.now())
    assert len(statements) == one == 33
    evaluate_launches(session, [launch.id])
    session.commit()
    session.execute(select(Launch.id)).all()
    statements.statements.clear()
    verdict_for(session, launch.id)
    assert len(statements) == 1


def test_a_room_sends_every_statement_again_and_judges_anew_what_nobody_told(
    session: Session, cast: Cast, database: Database, statements: StatementCount
) -> None:
    launch = put_in_order(session, cast)
    session.commit()

    def judged() -> tuple[Judged, int]:
        statements.statements.clear()
        with database.reading() as reader:
            return judge(reader, launch.id, clock.now()), len(statements)

    (first, sent), (again, sent_again) = judged(), judged()
    assert again is first
    assert sent_again == sent, "a statement past `ask` is not sent again"
    with database.engine.begin() as connection:
        connection.execute(update(ChecklistItem).values(answer="no"))
    changed, sent_then = judged()
    assert (first.verdict.word, changed.verdict.word) == (Word.READY, Word.NOT_READY)
    assert sent_then == sent, "no statement is sent twice"


def test_a_board_computes_some_and_holds_the_rest(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch = put_in_order(session, cast)
    other = make_spanish_launch(session, cast)
    session.commit()
    monkeypatch.setattr(queries, "LIVE_LIMIT", 1)
    found = verdicts_for(session, [launch.id, other.id])
    assert found[launch.id].word is Word.READY
    assert (found[other.id].word, found[other.id].recomputing) == (Word.HOLD, True)


def test_a_stored_answer_comes_back_as_it_was(session: Session, cast: Cast) -> None:
    launch = put_in_order(session, cast)
    set_scope(session, actor(cast.bob), launch, [])
    session.commit()
    verdict = full_verdict(session, launch.id)
    assert verdict is not None
    open_ones = [answer for answer in verdict.reasons if not answer.passes]
    assert open_ones
    assert [from_json(as_json(answer)) for answer in open_ones] == open_ones
