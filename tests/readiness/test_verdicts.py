"""Verdicts through the database: stored when they change, outdated when an input does."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.launches.kinds import LaunchState, LaunchType
from roadmap.launches.lifecycle import move_launch
from roadmap.launches.links import remove_link
from roadmap.launches.models import Launch, LaunchMechanism
from roadmap.launches.rules import TierQuestions
from roadmap.launches.scope import TrainingSpec, put_training_need, set_scope
from roadmap.launches.service import NewLaunch, create_launch
from roadmap.readiness.checklists import Answered, answer_many, items_of
from roadmap.readiness.queries import verdict_for
from roadmap.readiness.service import evaluate_launches
from roadmap.readiness.verdict import Word
from tests.cast import Cast, actor
from tests.launches.world import in_days, make_world

NEW_MARKET = TierQuestions(
    new_market=True,
    new_surface=False,
    automatic_action=False,
    new_policy=False,
    minors_or_safety=False,
    load_over_5_percent=False,
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
