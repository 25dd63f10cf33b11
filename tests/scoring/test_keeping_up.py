"""Rankings that keep up: marked with what changed, computed by the worker, never silently old."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from roadmap import jobs
from roadmap.db import Database
from roadmap.history.service import record
from roadmap.jobs import Job
from roadmap.requirements.models import Requirement, RequirementEffort
from roadmap.requirements.rules import RequirementState
from roadmap.scoring import recompute
from roadmap.scoring.models import Framework, Score
from roadmap.scoring.queries import framework_named
from roadmap.scoring.recompute import JOB, mark, outdated, rank_in_background
from roadmap.scoring.service import enter_scores
from roadmap.scoring.stability import Estimate
from tests.cast import Cast, actor, make_person
from tests.conftest import StatementCount
from tests.scoring.test_scores import RICE, accepted, places

Browser = Callable[[Any], FlaskClient]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every backlog counts as a large one."""
    monkeypatch.setattr(recompute, "SMALL", 0)


def _quiet(_done: int, _of: int) -> None:
    pass


def work(database: Database) -> None:
    while jobs.work_once(database, None):
        pass


def rice(session: Session) -> Framework:
    return session.scalars(
        select(Framework).where(Framework.code == "rice").execution_options(populate_existing=True)
    ).one()


@pytest.mark.usefixtures("large")
def test_a_large_backlog_is_ranked_by_the_worker_and_says_so_until_then(
    database: Database, cast: Cast, sign_in: Browser
) -> None:
    with database.writing() as session:
        accepted(session, 1, "First")
        accepted(session, 2, "Second")
        enter_scores(session, actor(cast.bob), "rice", {"REQ-1": RICE})
    with database.reading() as session:
        assert places(session) == []
        assert session.scalars(select(Score.value)).all() == [675]
        assert rice(session).outdated_since is not None
    bob = sign_in(cast.bob)
    assert "Being computed for the first time" in bob.get("/prioritise").text
    work(database)
    with database.reading() as session:
        assert places(session) == [(1, 675, 675)]
        assert rice(session).outdated_since is None
    assert "Being computed" not in bob.get("/prioritise").text
    changed = bob.post("/prioritise", data={"framework": "rice", "REQ-2.reach": "1"})
    assert changed.status_code == 303
    html = bob.get("/prioritise").text
    assert "Recomputing, as of" in html
    assert "waits for the worker" in html
    fetched = bob.get("/prioritise/progress?framework=rice")
    assert "Recomputing, as of" in fetched.text
    work(database)
    assert "Ranked again" in bob.get("/prioritise/progress?framework=rice").text


def test_the_share_done_is_shown_while_the_worker_computes(
    database: Database, cast: Cast, sign_in: Browser
) -> None:
    with database.writing() as session:
        accepted(session, 1)
        enter_scores(session, actor(cast.bob), "rice", {"REQ-1": RICE})
    work(database)
    with database.writing() as session:
        mark(session, "rice")
    with database.writing() as session:
        session.execute(
            update(Job)
            .where(Job.kind == JOB, Job.state == "queued")
            .values(state="running", done_steps=62, total_steps=100)
        )
    assert "62 %" in sign_in(cast.bob).get("/prioritise").text


def test_an_input_that_changes_while_the_worker_computes_leaves_the_ranking_out_of_date(
    database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        accepted(session, 1)
        enter_scores(session, actor(cast.bob), "rice", {"REQ-1": RICE})
        framework_id = framework_named(session, "rice").id
    told: list[int] = []

    def meddle(done: int, _of: int) -> None:
        told.append(done)
        if done == 40:
            with database.writing() as session:
                mark(session, "rice")

    rank_in_background(database, framework_id, meddle)
    assert told.count(0) == 3
    with database.reading() as session:
        assert framework_id in outdated(session)
        waiting = session.scalars(select(Job).where(Job.kind == JOB, Job.state == "queued"))
        assert waiting.first() is not None
    rank_in_background(database, framework_id, _quiet)
    with database.reading() as session:
        assert framework_id not in outdated(session)


@pytest.mark.parametrize("change", ["state", "effort"])
def test_what_the_order_depends_on_marks_every_framework(
    database: Database, cast: Cast, change: str
) -> None:
    with database.writing() as session:
        accepted(session, 1)
    work(database)
    with database.writing() as session:
        requirement = session.get_one(Requirement, 1)
        if change == "state":
            requirement.state = RequirementState.DELIVERED
        else:
            session.add(RequirementEffort(requirement_id=1, team_id=cast.ops.id, weeks=2))
        record(session, None, requirement, "requirement.edited")
    with database.reading() as session:
        assert len(outdated(session)) > 1


def test_words_of_a_requirement_change_nothing_of_the_order(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        accepted(session, 1)
        enter_scores(session, actor(cast.bob), "rice", {"REQ-1": RICE})
    work(database)
    with database.writing() as session:
        requirement = session.get_one(Requirement, 1)
        requirement.title = "Another title"
        record(session, None, requirement, "requirement.edited")
    with database.reading() as session:
        assert outdated(session) == []


def test_the_worker_and_the_request_store_the_same(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        for number in range(1, 8):
            accepted(session, number)
        numbers: dict[str, Any] = {
            f"REQ-{n}": {**RICE, "reach": Estimate(10.0 * n, 20.0 * n, 40.0 * n)}
            for n in range(1, 7)
        }
        enter_scores(session, actor(cast.bob), "rice", numbers)
        framework_id = framework_named(session, "rice").id
    with database.reading() as session:
        before = [tuple(row) for row in session.execute(select(Score.__table__).order_by(Score.id))]
    rank_in_background(database, framework_id, _quiet)
    with database.reading() as session:
        after = [tuple(row) for row in session.execute(select(Score.__table__).order_by(Score.id))]
    assert before == after
    assert before[0][-1] != []


def test_a_range_of_a_scorer_and_the_spread_between_scorers_make_the_uncertainty(
    session: Session, cast: Cast
) -> None:
    accepted(session, 1)
    enter_scores(session, actor(cast.bob), "rice", {"REQ-1": {**RICE, "effort": Estimate(2, 3, 5)}})
    stored = session.scalars(select(Score)).one()
    assert stored.inputs["effort"] == 3
    assert stored.uncertainty == {"effort": [2, 5]}
    enter_scores(
        session, actor(make_person(session, "Second", "pm")), "rice", {"REQ-1": {"effort": 6.0}}
    )
    session.expire_all()
    stored = session.scalars(select(Score)).one()
    assert stored.uncertainty == {"effort": [2, 6]}
    assert stored.spread == {"effort": [3, 6]}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("3 (2–5)", True), ("3 (2-5)", True), ("3 (4–5)", False), ("3 (0–5)", False)],
)
def test_a_range_is_typed_behind_the_number_and_must_hold_it(
    database: Database, cast: Cast, sign_in: Browser, typed: str, kept: bool
) -> None:
    with database.writing() as session:
        accepted(session, 1)
        enter_scores(session, actor(cast.bob), "rice", {"REQ-1": RICE})
    bob = sign_in(cast.bob)
    answer = bob.post("/prioritise", data={"framework": "rice", "REQ-1.effort": typed})
    assert answer.status_code == (303 if kept else 422)
    if kept:
        html = bob.get("/prioritise").text
        assert 'value="3 (2–5)"' in html


def test_the_page_reads_what_is_stored_and_ranks_nothing(
    database: Database, cast: Cast, sign_in: Browser, statements: StatementCount
) -> None:
    with database.writing() as session:
        for number in range(1, 61):
            accepted(session, number)
        enter_scores(
            session,
            actor(cast.bob),
            "rice",
            {f"REQ-{n}": RICE | {"reach": 1000.0 - n} for n in range(1, 61)},
        )
    bob = sign_in(cast.bob)
    bob.get("/prioritise")
    began = len(statements)
    first = bob.get("/prioritise").text
    assert len(statements) - began <= 7
    assert 'name="REQ-50.reach"' in first
    assert 'name="REQ-51.reach"' not in first
    second = bob.get("/prioritise?after=50").text
    assert 'name="REQ-51.reach"' in second
    assert bob.get("/prioritise?after=nonsense").status_code == 200
