"""Moves of launches and phases, the order of commitment, dependencies, copies, hand-over."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.handover import pass_on
from roadmap.errors import Forbidden, Invalid
from roadmap.history.queries import feed
from roadmap.launches.copying import copy_launch
from roadmap.launches.kinds import LaunchState, LaunchType, PhaseState
from roadmap.launches.lifecycle import move_launch, move_phase, phases_of, reorder
from roadmap.launches.links import add_dependency
from roadmap.launches.models import (
    Forecast,
    Launch,
    LaunchCell,
    LaunchDependency,
    LaunchMechanism,
    LaunchTarget,
    Phase,
    TrainingNeed,
)
from roadmap.launches.phases import PhaseSpec, set_phases
from roadmap.launches.scope import TrainingSpec, put_training_need, set_scope
from roadmap.launches.service import NewLaunch, create_launch
from roadmap.readiness.checklists import Answered, answer_many, items_of
from tests.cast import Cast, actor
from tests.launches.world import in_days, make_world
from tests.worlds import kept


def make(session: Session, cast: Cast, title: str, **more: object) -> Launch:
    values: dict[str, object] = {
        "title": title,
        "type": LaunchType.NEW_MARKET,
        "owner_id": cast.bob.id,
        "markets": ["ES"],
        "surfaces": ["live"],
        "starts_on": in_days(40),
        "weekly_volume": 7000,
    }
    new = NewLaunch(**(values | more))  # type: ignore[arg-type]
    return create_launch(session, actor(cast.bob, cast.program), new)


@pytest.fixture
@kept
def three(session: Session, cast: Cast) -> list[Launch]:
    make_world(session, cast)
    found = [make(session, cast, title) for title in ("One", "Two", "Three")]
    session.commit()
    return found


def commit_all(session: Session, cast: Cast, launches: list[Launch]) -> None:
    bob = actor(cast.bob, cast.program)
    for launch in launches:
        move_launch(session, bob, launch, LaunchState.COMMITTED)


def place_of(launch: Launch) -> tuple[LaunchState, int | None]:
    return launch.state, launch.commitment_no


def test_the_life_of_a_launch_is_told_step_by_step(
    session: Session, cast: Cast, three: list[Launch]
) -> None:
    bob = actor(cast.bob, cast.program)
    launch = three[0]
    with pytest.raises(Invalid, match="Commit the launch's date"):
        move_phase(session, bob, launch, 1, PhaseState.LIVE)
    move_launch(session, bob, launch, LaunchState.COMMITTED)
    assert place_of(launch) == (LaunchState.COMMITTED, 1)
    # An import states what is live; a person needs a go, which readiness tests.
    move_phase(session, None, launch, 1, PhaseState.LIVE)
    assert place_of(launch) == (LaunchState.LIVE, 1)
    with pytest.raises(Invalid, match="Say why"):
        move_phase(session, bob, launch, 1, PhaseState.HALTED)
    move_phase(session, bob, launch, 1, PhaseState.HALTED, "Appeals pile up.")
    move_launch(session, bob, launch, LaunchState.ROLLED_BACK, "Too many appeals.")
    assert place_of(launch) == (LaunchState.ROLLED_BACK, None)
    move_launch(session, bob, launch, LaunchState.CANCELLED, "Not this year.")
    session.commit()
    told = [(entry.action, entry.why) for entry in feed(session, "launch", launch.id)]
    assert told[:5] == [
        ("launch.cancelled", "Not this year."),
        ("launch.rolled_back", "Too many appeals."),
        ("phase.halted", "Appeals pile up."),
        ("phase.live", None),
        ("launch.committed", None),
    ]


def test_only_who_may_commit_commits(session: Session, cast: Cast, three: list[Launch]) -> None:
    alice = actor(cast.alice, cast.ops)
    with pytest.raises(Forbidden):
        move_launch(session, alice, three[0], LaunchState.COMMITTED)


def test_a_launch_without_scope_cannot_be_committed(
    session: Session, cast: Cast, three: list[Launch]
) -> None:
    bob = actor(cast.bob, cast.program)
    set_scope(session, bob, three[0], [])
    with pytest.raises(Invalid, match="scope cell"):
        move_launch(session, bob, three[0], LaunchState.COMMITTED)


def test_the_order_of_commitment_is_changed_with_a_reason_and_loses_no_number(
    session: Session, cast: Cast, three: list[Launch]
) -> None:
    bob = actor(cast.bob, cast.program)
    commit_all(session, cast, three)
    assert [launch.commitment_no for launch in three] == [1, 2, 3]
    with pytest.raises(Invalid, match="Say why"):
        reorder(session, bob, three[2], 1, "  ")
    reorder(session, bob, three[2], 1, "Spain goes first.")
    session.commit()
    assert [launch.commitment_no for launch in three] == [2, 3, 1]
    assert feed(session, "launch", three[0].id)[0].changes["commitment_no"] == (1, 2)
    assert feed(session, "launch", three[0].id)[0].why == "Spain goes first."
    with pytest.raises(Invalid, match="Say why"):
        move_launch(session, bob, three[2], LaunchState.PLANNED)
    move_launch(session, bob, three[2], LaunchState.PLANNED, "Not yet.")
    move_launch(session, bob, three[2], LaunchState.COMMITTED)
    # A number given back is never given again: who commits anew goes last.
    assert three[2].commitment_no == 4
    session.commit()


def test_phases_can_change_places_and_live_ones_stay(
    session: Session, cast: Cast, three: list[Launch]
) -> None:
    bob, launch = actor(cast.bob, cast.program), three[0]
    set_phases(
        session,
        bob,
        launch,
        [
            PhaseSpec(name="A", share=0.1, starts_on=in_days(20)),
            PhaseSpec(name="B", share=0.1, starts_on=in_days(20)),
        ],
    )
    first, second = phases_of(session, launch.id)
    specs = [
        PhaseSpec(id=second.id, name="B", share=0.1, starts_on=in_days(20)),
        PhaseSpec(id=first.id, name="A", share=0.5, starts_on=in_days(30)),
    ]
    set_phases(session, bob, launch, specs)
    assert [p.name for p in phases_of(session, launch.id)] == ["B", "A"]
    commit_all(session, cast, [launch])
    moved = [specs[0], PhaseSpec(id=first.id, name="A", share=0.5, starts_on=in_days(31))]
    with pytest.raises(Invalid, match="Say why it moves"):
        set_phases(session, bob, launch, moved)
    set_phases(session, bob, launch, moved, "The vendor is late.")
    move_phase(session, None, launch, 1, PhaseState.LIVE)
    with pytest.raises(Invalid, match="went live and cannot be removed"):
        set_phases(session, bob, launch, moved[1:], "Less is more.")
    session.commit()


def test_a_dependency_cycle_is_refused_by_name(
    session: Session, cast: Cast, three: list[Launch]
) -> None:
    bob = actor(cast.bob, cast.program)
    one, two, last = three
    add_dependency(session, bob, one, two.key)
    add_dependency(session, bob, two, last.key, 1)
    with pytest.raises(Invalid, match="LCH-3"):
        add_dependency(session, bob, last, one.key)
    with pytest.raises(Invalid, match="has no phase 7"):
        add_dependency(session, bob, one, last.key, 7)
    session.rollback()
    assert session.scalars(select(LaunchDependency)).all() == []


def test_a_copy_takes_all_but_dates_answers_and_commitment(
    session: Session, cast: Cast, three: list[Launch]
) -> None:
    bob, source = actor(cast.bob, cast.program), three[0]
    put_training_need(session, bob, source, TrainingSpec(heads=4))
    add_dependency(session, bob, source, three[1].key)
    ids = [item.id for item in items_of(session, source.id)]
    answer_many(session, bob, source, ids, Answered(answer="yes", evidence="seen"))
    commit_all(session, cast, [source])
    copy = copy_launch(session, bob, source, "Again")
    session.commit()
    assert (copy.state, copy.commitment_no) == (LaunchState.DRAFT, None)
    phase = session.scalars(select(Phase).where(Phase.launch_id == copy.id)).one()
    assert (phase.starts_on, phase.state) == (None, PhaseState.PLANNED)
    items = items_of(session, copy.id)
    assert len(items) == len(ids)
    assert {item.answer for item in items} == {None}
    for kind in (
        LaunchCell,
        Forecast,
        TrainingNeed,
        LaunchMechanism,
        LaunchTarget,
        LaunchDependency,
    ):
        counts = [
            len(session.scalars(select(kind).where(kind.launch_id == i)).all())
            for i in (source.id, copy.id)
        ]
        assert counts[0] == counts[1] > 0, kind


def test_a_leavers_launches_items_and_needs_pass_on(
    session: Session, cast: Cast, three: list[Launch]
) -> None:
    bob = actor(cast.bob, cast.program)
    need = put_training_need(session, bob, three[0], TrainingSpec(heads=4, owner_id=cast.bob.id))
    item = items_of(session, three[0].id)[0]
    item.owner_id = cast.bob.id
    session.flush()
    from roadmap.launches.telling import tell

    tell(session, bob, three[0], "checklist.assigned")
    passed = {held.label: held.count for held in pass_on(session, None, cast.bob.id, cast.alice.id)}
    session.commit()
    assert passed["Launches"] == 3
    assert passed["Training needs"] == 1
    assert passed["Checklist items"] == 1
    assert {launch.owner_id for launch in three} == {cast.alice.id}
    assert (need.owner_id, item.owner_id) == (cast.alice.id, cast.alice.id)


def test_a_tier_three_launch_gets_at_most_eight_checks(
    session: Session, cast: Cast, three: list[Launch]
) -> None:
    from roadmap.readiness.queries import full_verdict

    assert three[0].tier == 3
    verdict = full_verdict(session, three[0].id)
    assert verdict is not None
    kinds = {a.code for a in verdict.reasons if a.code != "CHECKLIST" and a.is_required}
    items = [a for a in verdict.reasons if a.code == "CHECKLIST"]
    assert len(kinds) + len(items) <= 8
