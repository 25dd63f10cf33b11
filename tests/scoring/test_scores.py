"""Scores on the database: stored with their inputs, computed on the server, ranked with reasons."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.db import Database
from roadmap.errors import Forbidden, Invalid
from roadmap.history.queries import feed
from roadmap.history.seal import verify
from roadmap.history.service import record
from roadmap.requirements.models import Requirement, RequirementLink
from roadmap.requirements.rules import RequirementKind, RequirementState
from roadmap.scoring.models import Score
from roadmap.scoring.queries import framework_named
from roadmap.scoring.recompute import recompute
from roadmap.scoring.service import choose_ranking_framework, enter_scores
from tests.cast import Cast, actor, make_person

RICE = {"reach": 450.0, "impact": 3.0, "confidence": 1.0, "effort": 2.0}


def accepted(session: Session, number: int, title: str = "Spanish threshold") -> Requirement:
    requirement = Requirement(
        id=number,
        title=title,
        problem="x",
        kind=RequirementKind.AUTOMATION,
        state=RequirementState.ACCEPTED,
        state_changed_at=clock.now(),
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    session.add(requirement)
    record(session, None, requirement, "requirement.submitted")
    return requirement


def places(session: Session) -> list[tuple[int, float | None, float | None]]:
    query = select(Requirement.id, Requirement.score, Requirement.effective_score)
    ranked = query.where(Requirement.rank.is_not(None)).order_by(Requirement.rank)
    return [(row.id, row.score, row.effective_score) for row in session.execute(ranked)]


def test_a_score_keeps_what_it_was_computed_from(session: Session, cast: Cast) -> None:
    accepted(session, 1)
    enter_scores(session, actor(cast.bob), "rice", {"REQ-1": RICE})
    stored = session.scalars(select(Score)).one()
    assert stored.value == 675
    assert stored.inputs == RICE
    assert places(session) == [(1, 675, 675)]


def test_a_missing_input_leaves_a_requirement_unscored_and_never_zero(
    session: Session, cast: Cast
) -> None:
    accepted(session, 1)
    enter_scores(session, actor(cast.bob), "rice", {"REQ-1": RICE | {"effort": None}})
    stored = session.scalars(select(Score)).one()
    assert stored.value is None
    assert stored.missing == ["effort"]
    assert places(session) == []


def test_a_prerequisite_never_ranks_below_what_needs_it(session: Session, cast: Cast) -> None:
    for number in (1, 2, 3):
        accepted(session, number)
    blocker = session.get_one(Requirement, 3)
    session.add(RequirementLink(blocker_id=3, blocked_id=1, created_at=clock.now()))
    record(session, None, blocker, "requirement.linked")
    enter_scores(
        session,
        actor(cast.bob),
        "rice",
        {"REQ-1": RICE, "REQ-2": RICE | {"reach": 400}, "REQ-3": RICE | {"reach": 1}},
    )
    assert places(session) == [(3, 1.5, 675), (1, 675, 675), (2, 600, 600)]


def test_scorers_meet_in_the_middle_and_their_spread_is_kept(session: Session, cast: Cast) -> None:
    accepted(session, 1)
    second = make_person(session, "Second", "pm")
    for person, reach in ((cast.bob, 100.0), (second, 300.0)):
        enter_scores(session, actor(person), "rice", {"REQ-1": RICE | {"reach": reach}})
    stored = session.scalars(select(Score)).one()
    assert stored.inputs["reach"] == 200
    assert stored.spread == {"reach": [100, 300]}


def test_wrong_numbers_are_refused_together_and_store_nothing(session: Session, cast: Cast) -> None:
    accepted(session, 1)
    accepted(session, 2)
    wrong = {"REQ-1": RICE | {"effort": -1.0}, "REQ-2": RICE | {"impact": 7.0}, "REQ-9": RICE}
    with pytest.raises(Invalid) as refused:
        enter_scores(session, actor(cast.bob), "rice", wrong)
    assert set(refused.value.fields) == {"REQ-1.effort", "REQ-2.impact", "REQ-9"}
    assert session.scalars(select(Score)).all() == []


def test_a_weighted_score_is_computed_again_when_its_set_changes(
    session: Session, cast: Cast
) -> None:
    framework = framework_named(session, "moderation_value")
    codes = [criterion["code"] for criterion in framework.criteria]
    top = {code: _high(framework.criteria, code) for code in codes}
    low = {code: _low(framework.criteria, code) for code in codes}
    accepted(session, 1)
    accepted(session, 2)
    enter_scores(session, actor(cast.bob), framework.code, {"REQ-1": top})
    alone = _score(session, 1)
    digest_alone = alone.set_digest
    assert alone.set_size == 1
    enter_scores(session, actor(cast.bob), framework.code, {"REQ-2": low})
    both = _score(session, 1)
    assert both.set_size == 2
    assert both.set_digest != digest_alone


def _high(criteria: list[dict[str, object]], code: str) -> float:
    found = next(row for row in criteria if row["code"] == code)
    return float(max(found["scale"]) if found["scale"] else found["high"] or 10)  # type: ignore[call-overload,arg-type]


def _low(criteria: list[dict[str, object]], code: str) -> float:
    found = next(row for row in criteria if row["code"] == code)
    return float(min(found["scale"]) if found["scale"] else found["low"] or 1)  # type: ignore[call-overload,arg-type]


def _score(session: Session, number: int) -> Score:
    session.expire_all()
    return session.scalars(select(Score).where(Score.requirement_id == number)).one()


def test_only_program_managers_score(session: Session, cast: Cast) -> None:
    accepted(session, 1)
    with pytest.raises(Forbidden):
        enter_scores(session, actor(cast.alice), "rice", {"REQ-1": RICE})


def test_the_history_tells_the_inputs_and_stays_whole(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        accepted(session, 1)
    with database.writing() as session:
        enter_scores(session, actor(cast.bob), "rice", {"REQ-1": RICE})
    with database.reading() as session:
        newest = feed(session, "requirement", 1)[0]
        assert newest.action == "requirement.scored"
        assert list(verify(session, "only for tests")) == []


def test_another_framework_ranks_after_it_was_chosen_with_a_reason(
    session: Session, cast: Cast
) -> None:
    accepted(session, 1)
    accepted(session, 2)
    bob = actor(cast.bob)
    enter_scores(session, bob, "rice", {"REQ-1": RICE, "REQ-2": RICE | {"reach": 10}})
    cd3 = {
        "REQ-1": {"cost_of_delay": 10, "duration": 2},
        "REQ-2": {"cost_of_delay": 30, "duration": 4},
    }
    enter_scores(session, bob, "cd3", cd3)
    with pytest.raises(Invalid):
        choose_ranking_framework(session, bob, "cd3", " ")
    choose_ranking_framework(session, bob, "cd3", "Dates matter most this quarter.")
    assert places(session) == [(2, 7.5, 7.5), (1, 5, 5)]


def test_computing_again_changes_nothing_when_nothing_changed(session: Session, cast: Cast) -> None:
    accepted(session, 1)
    enter_scores(session, actor(cast.bob), "rice", {"REQ-1": RICE})
    before = _score(session, 1).computed_at
    recompute(session, framework_named(session, None))
    assert _score(session, 1).computed_at == before
