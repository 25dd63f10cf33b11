"""Scores set by hand, capacity by team and frozen rankings, as commands and as pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.db import Database
from roadmap.errors import Forbidden, Invalid
from roadmap.history.queries import feed
from roadmap.history.seal import verify
from roadmap.history.service import record
from roadmap.requirements.models import Requirement, RequirementEffort, RequirementLink
from roadmap.scoring.baselines import take_baseline, untouched
from roadmap.scoring.capacities import set_capacity
from roadmap.scoring.detail import facts_of, standing_sentences
from roadmap.scoring.models import Baseline, BaselineRow, Score, ScoreOverride
from roadmap.scoring.overrides import lapse, set_override, withdraw_override
from roadmap.scoring.recompute import JOB
from roadmap.scoring.service import enter_scores
from tests.cast import Cast, actor
from tests.conftest import StatementCount
from tests.scoring.test_scores import RICE, accepted, places
from tests.worlds import kept

Browser = Callable[[Any], FlaskClient]
SOON = timedelta(days=10)


@pytest.fixture
@kept
def backlog(database: Database, cast: Cast) -> None:
    """Three ranked requirements; 1 and 2 need the operations team, 3 needs both teams."""
    with database.writing() as session:
        for number, teams in ((1, "o"), (2, "o"), (3, "op")):
            requirement = accepted(session, number, f"Number {number}")
            for team in teams:
                team_id = cast.ops.id if team == "o" else cast.program.id
                session.add(RequirementEffort(requirement_id=number, team_id=team_id, weeks=2))
            record(session, None, requirement, "requirement.edited")
        numbers = {f"REQ-{n}": RICE | {"reach": 100.0 * (4 - n)} for n in (1, 2, 3)}
        enter_scores(session, actor(cast.bob), "rice", numbers)


def order(session: Session) -> list[int]:
    return [key for key, _own, _effective in places(session)]


@pytest.mark.usefixtures("backlog")
def test_a_score_set_by_hand_ranks_is_shown_with_its_reason_and_taken_back(
    database: Database, cast: Cast, sign_in: Browser
) -> None:
    bob = sign_in(cast.bob)
    day = (clock.today() + SOON).isoformat()
    data = {"value": "1,000", "reason": "Promised to Legal", "expires_on": day}
    assert bob.post("/prioritise/override/REQ-3", data=data).status_code == 303
    with database.reading() as session:
        assert places(session)[0] == (3, 150, 1000)
        newest = feed(session, "requirement", 3)[0]
        assert newest.action == "requirement.set_the_score_by_hand"
        assert newest.why == "Promised to Legal"
        assert list(verify(session, "only for tests")) == []
    for path in ("/prioritise", "/requirements/REQ-3"):
        html = bob.get(path).text
        assert "Promised to Legal" in html
        assert "Bob" in html
    assert bob.post("/prioritise/override/REQ-3/withdraw").status_code == 303
    with database.reading() as session:
        assert order(session) == [1, 2, 3]


@pytest.mark.usefixtures("backlog")
def test_it_runs_out_by_itself_and_the_page_knows_before_the_worker_does(
    database: Database, cast: Cast, sign_in: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        set_override(session, actor(cast.bob), "REQ-3", 1000, "Promised", clock.today() + SOON)
    while jobs.work_once(database, None):
        pass
    bob = sign_in(cast.bob)
    assert "Recomputing" not in bob.get("/prioritise").text
    later = clock.today() + SOON + timedelta(days=1)
    monkeypatch.setattr(clock, "today", lambda: later)
    html = bob.get("/prioritise").text
    assert "Recomputing, as of" in html
    assert "Promised" not in html
    with database.writing() as session:
        jobs.enqueue(session, JOB)
    while jobs.work_once(database, None):
        pass
    with database.reading() as session:
        assert order(session) == [1, 2, 3]
        newest = feed(session, "requirement", 3)[0]
        assert newest.action == "requirement.let_the_score_set_by_hand_run_out"
    with database.writing() as session:
        assert lapse(session) == 0


@pytest.mark.usefixtures("backlog")
def test_a_prerequisite_with_a_low_score_set_by_hand_is_still_lifted(
    session: Session, cast: Cast
) -> None:
    session.add(RequirementLink(blocker_id=2, blocked_id=1, created_at=clock.now()))
    record(session, None, session.get_one(Requirement, 2), "requirement.linked")
    set_override(session, actor(cast.bob), "REQ-2", 1, "Too early", clock.today())
    assert order(session) == [2, 1, 3]
    stored = session.scalars(select(Score).where(Score.requirement_id == 2)).one()
    assert (stored.overridden, stored.effective, stored.lifted_by) == (1, 450, 1)


@pytest.mark.usefixtures("backlog")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"value": float("nan")}, "value"),
        ({"value": 1e13}, "value"),
        ({"expires_on": clock.today() - timedelta(days=1)}, "expires_on"),
        ({"expires_on": clock.today() + timedelta(days=400)}, "expires_on"),
    ],
)
def test_a_score_by_hand_needs_a_number_a_reason_and_a_near_day(
    session: Session, cast: Cast, change: dict[str, Any], field: str
) -> None:
    said: dict[str, Any] = {"value": 5.0, "reason": "x", "expires_on": clock.today()} | change
    with pytest.raises(Invalid) as refused:
        set_override(session, actor(cast.bob), "REQ-1", **said)
    assert field in refused.value.fields
    with pytest.raises(Forbidden):
        set_override(session, actor(cast.alice), "REQ-1", 5.0, "x", clock.today())
    with pytest.raises(Invalid):
        withdraw_override(session, actor(cast.bob), "REQ-1")
    assert session.scalars(select(ScoreOverride)).all() == []


@pytest.mark.usefixtures("backlog")
def test_a_team_says_what_it_has_and_the_line_is_drawn(
    database: Database, cast: Cast, sign_in: Browser
) -> None:
    bob = sign_in(cast.bob)
    assert "has not said what it has" in bob.get("/prioritise?team=ops").text
    assert bob.post("/prioritise/capacity", data={"weeks.ops": "5"}).status_code == 303
    html = bob.get("/prioritise?team=ops").text
    assert "<b>2 of 3</b>" in html
    assert "Cut line: 4 of 5 weeks used" in html
    assert html.index("Number 2") < html.index("Cut line") < html.index("Number 3")
    assert "2 of 3" in bob.get("/prioritise/capacity").text
    wrong = bob.post("/prioritise/capacity", data={"weeks.ops": "-1"})
    assert wrong.status_code == 422
    assert 'value="-1"' in wrong.text
    assert (
        sign_in(cast.alice).post("/prioritise/capacity", data={"weeks.ops": "9"}).status_code == 403
    )
    assert bob.get("/prioritise?team=nope").status_code == 404
    with database.reading() as session:
        assert list(verify(session, "only for tests")) == []
        stored = dict(session.execute(select(Score.requirement_id, Score.fit)).all())
        assert stored == {1: "fits", 2: "fits", 3: "full"}


@pytest.mark.usefixtures("backlog")
def test_a_requirement_says_which_line_it_misses_and_what_would_move_it_up(
    database: Database, cast: Cast, statements: StatementCount
) -> None:
    with database.writing() as session:
        set_capacity(session, actor(cast.bob), {"ops": 5.0, "program": 10.0})
    with database.reading() as session:
        began = len(statements)
        facts = facts_of(session, 3)
        assert len(statements) - began == 5
        assert list(facts.above or ()) == [2, 2, 300]
        sentences = standing_sentences(facts)
        assert sentences[0] == "Needs Moderation operations, whose cut line is 2."
        assert sentences[1] == "Would move up at effort under 1 (now 2)."
        assert standing_sentences(facts_of(session, 1)) == [
            "Fits Moderation operations, which has room for 2 of 3."
        ]
        assert standing_sentences(facts_of(session, 99)) == []


@pytest.mark.usefixtures("backlog")
def test_a_frozen_ranking_is_compared_later_and_shows_when_it_was_touched(
    database: Database, cast: Cast, sign_in: Browser
) -> None:
    bob = sign_in(cast.bob)
    while jobs.work_once(database, None):
        pass
    data = {"name": "Before Q1", "note": "The plan"}
    assert bob.post("/prioritise/baselines", data=data).status_code == 303
    assert bob.post("/prioritise/baselines", data=data).status_code == 422
    with database.writing() as session:
        frozen = session.scalars(select(Baseline)).one()
        assert frozen.rows == 3
        assert untouched(session, frozen)
        assert list(verify(session, "only for tests")) == []
        enter_scores(session, actor(cast.bob), "rice", {"REQ-3": {"reach": 5000.0}})
        address = f"/prioritise/baselines/{frozen.id}"
    html = bob.get(address).text
    assert "2 places up" in html
    assert "still holds what was frozen" in html
    with database.writing() as session:
        session.execute(update(BaselineRow).where(BaselineRow.rank == 1).values(rank=3))
    assert "was changed after it was frozen" in bob.get(address).text
    assert bob.get("/prioritise/baselines/99").status_code == 404
    assert bob.get("/prioritise/baselines/99999999999").status_code == 404
    assert sign_in(cast.alice).post("/prioritise/baselines", data={"name": "x"}).status_code == 403


@pytest.mark.usefixtures("backlog")
def test_what_is_out_of_date_is_not_frozen(session: Session, cast: Cast) -> None:
    requirement = session.get_one(Requirement, 1)
    session.add(RequirementLink(blocker_id=1, blocked_id=2, created_at=clock.now()))
    record(session, None, requirement, "requirement.linked")
    session.expire_all()
    with pytest.raises(Invalid, match="being computed"):
        take_baseline(session, actor(cast.bob), "Too early", "")


@pytest.mark.usefixtures("backlog")
def test_the_picture_links_each_point_and_has_its_table(cast: Cast, sign_in: Browser) -> None:
    victor = sign_in(cast.victor)
    html = victor.get("/prioritise/picture").text
    assert 'aria-label="1. Number 1"' in html
    assert "In numbers" in html
    assert "has no effort" in victor.get("/prioritise/picture?framework=ice_mean").text
