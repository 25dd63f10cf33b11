"""The page each person starts from, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.history.service import record
from roadmap.overview import home
from roadmap.readiness.service import evaluate_launches
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import RequirementState
from tests.cast import Cast
from tests.conftest import StatementCount
from tests.launches.world import measure
from tests.overview.conftest import Stage, words


def test_home_shows_each_person_what_waits_for_them(
    sign_in: Callable[[Any], FlaskClient], cast: Cast, stage: Stage, session: Session
) -> None:
    measure(session, stage.world.classifier, "*/es/*/weapons", 500, 1000, age=0)
    evaluate_launches(session, [stage.ready.id, stage.failing.id])
    session.commit()
    text = words(sign_in(cast.charlie).get("/").text)
    assert "checks wait for you" in text
    assert "Precision" in text
    assert "rehearse the kill switch" in text
    assert "Your launches" in text


def test_home_counts_the_launches_it_does_not_show(
    bob: FlaskClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "SHOWN", 2)
    page = bob.get("/").text
    assert "and 1 more" in words(page)
    assert '/launches?show=mine">and 1 more' in page


def test_home_tells_the_pm_how_many_wait_for_triage(
    bob: FlaskClient, stage: Stage, session: Session
) -> None:
    assert "to triage" not in words(bob.get("/").text)
    row = session.get_one(Requirement, stage.requirement.id)
    row.state = RequirementState.SUBMITTED
    record(session, None, row, "requirement.submitted")
    session.commit()
    assert "1 requirement to triage" in words(bob.get("/").text)
    row.asked_at = clock.now()
    record(session, None, row, "requirement.asked", why="In which market?")
    session.commit()
    assert "to triage" not in words(bob.get("/").text), "it waits for the requester"


def test_home_tells_the_requester_what_was_decided_and_why(
    sign_in: Callable[[Any], FlaskClient], cast: Cast, stage: Stage, session: Session
) -> None:
    row = session.get_one(Requirement, stage.requirement.id)
    row.requester_id = cast.alice.id
    row.state = RequirementState.DECLINED
    row.state_changed_at, row.state_changed_by = clock.now(), cast.bob.id
    record(session, cast.bob.id, row, "requirement.declined", why="Another tool does it already.")
    session.commit()
    text = words(sign_in(cast.alice).get("/").text)
    assert "Show the seller&#39;s address" in text
    assert "Declined" in text
    assert "Another tool does it already." in text


def test_an_empty_home_says_so(victor: FlaskClient) -> None:
    assert "Nothing waits for you" in words(victor.get("/").text)


def test_the_statements_of_home_are_fixed(
    bob: FlaskClient, stage: Stage, statements: StatementCount
) -> None:
    bob.get("/")
    statements.statements.clear()
    bob.get("/")
    assert len(statements) <= 16
