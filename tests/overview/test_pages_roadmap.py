"""The roadmap as people get it, on both databases."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.launches.kinds import LaunchType
from roadmap.launches.service import NewLaunch, create_launch
from roadmap.overview import standing, timeline_page, timeline_survey
from roadmap.readiness.models import CurrentVerdict
from roadmap.readiness.service import due, evaluate_launches
from tests.cast import Cast, actor
from tests.conftest import StatementCount
from tests.overview.conftest import Stage, new_launch, words


@pytest.mark.parametrize("scale", ["week", "month", "quarter"])
@pytest.mark.parametrize("group", ["market", "team", "type"])
def test_the_roadmap_draws_every_scale_and_grouping(
    bob: FlaskClient, stage: Stage, scale: str, group: str
) -> None:
    page = bob.get(f"/roadmap?by={scale}&group={group}")
    assert page.status_code == 200
    assert "<svg viewBox" in page.text
    assert "style=" not in page.text
    assert "Today," in page.text
    text = words(page.text)
    assert "Lands in the next four weeks" in text
    assert "Show as a table" in text
    assert {"market": "Spain", "team": "Moderation operations", "type": "New market"}[group] in text
    assert "inside Winter sale" in text


def test_a_dependency_that_cannot_hold_is_red(bob: FlaskClient, stage: Stage) -> None:
    page = bob.get("/roadmap")
    assert 'class="depbad"' in page.text
    assert "which comes too late" in words(page.text)


def test_a_launch_without_a_date_is_listed_apart(
    bob: FlaskClient, stage: Stage, session: Session, cast: Cast
) -> None:
    create_launch(
        session,
        actor(cast.bob, cast.program),
        NewLaunch(title="Some day", type=LaunchType.QUALITY, owner_id=cast.bob.id),
    )
    session.commit()
    text = words(bob.get("/roadmap").text)
    assert "Without a date" in text
    assert text.index("Without a date") < text.index("Some day")


def drawn_of(page: str) -> list[str]:
    """The launches drawn, in their order."""
    return re.findall(r'<a href="/launches/(LCH-\d+)" class="rowlink">', page)


def test_what_the_picture_cannot_hold_is_counted_and_can_be_opened(
    bob: FlaskClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = drawn_of(bob.get("/roadmap").text)
    assert len(everything) == 3
    for name in ("ROWS", "LEAST"):
        monkeypatch.setattr(timeline_survey, name, 1)
    folded = bob.get("/roadmap").text
    assert drawn_of(folded) == everything[:1]
    text = words(folded)
    assert "3 launches land or run by" in text
    assert "+ 2 more in these days, show" in text
    assert "1 of 3 launches are drawn" in text
    assert "/roadmap?open=ES" in folded
    opened = bob.get("/roadmap?open=ES").text
    assert drawn_of(opened) == everything
    assert "Show every group" in words(opened)
    monkeypatch.setattr(timeline_survey, "PART", 2)
    monkeypatch.setattr(timeline_page, "PART", 2)
    assert "Shown: 1 to 2 of 3." in words(bob.get("/roadmap?open=ES").text)
    last = bob.get("/roadmap?open=ES&part=2").text
    assert "Shown: 3 to 3 of 3." in words(last)
    assert drawn_of(last) == everything[2:]


def test_groups_beyond_the_picture_stand_as_one_line_each(
    bob: FlaskClient,
    stage: Stage,
    session: Session,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new_launch(session, cast, "Zebra", 30, type=LaunchType.QUALITY)
    session.commit()
    for module, name in ((timeline_survey, "ROWS"), (timeline_page, "ROWS")):
        monkeypatch.setattr(module, name, 2)
    monkeypatch.setattr(timeline_survey, "LEAST", 2)
    page = bob.get("/roadmap?group=type").text
    text = words(page)
    assert len(drawn_of(page)) == 2
    assert "1 launch in these days, show" in text
    assert "2 of 4 launches are drawn" in text


def test_lists_of_the_roadmap_are_cut_with_a_way_to_the_rest(
    bob: FlaskClient, stage: Stage, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        new_launch(session, cast, f"Soon {number}", 14 + number)
        spec = NewLaunch(title=f"Some day {number}", type=LaunchType.QUALITY, owner_id=cast.bob.id)
        create_launch(session, actor(cast.bob, cast.program), spec)
    session.commit()
    monkeypatch.setattr(timeline_survey, "LANDED", 1)
    monkeypatch.setattr(timeline_page, "LANDED", 1)
    monkeypatch.setattr(timeline_survey, "UNDATED", 1)
    short = bob.get("/roadmap").text
    assert "and 2 more, later ones" in words(short)
    assert "Some day 1" not in short
    assert "whole=undated" in short
    assert "Some day 1" in bob.get("/roadmap?whole=undated").text
    assert "Soon 1" in bob.get("/roadmap?whole=soon").text.partition("Lands in the next")[2]


def test_a_verdict_being_computed_never_counts_as_a_date_that_holds(
    bob: FlaskClient, stage: Stage, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for row in session.scalars(select(CurrentVerdict)):
        row.outdated = True
    session.commit()
    monkeypatch.setattr(standing, "LIVE_LIMIT", 0)
    text = words(bob.get("/roadmap").text)
    assert "can hold" not in text
    assert "Of 1 the verdict is being computed again." in text


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "9999-12-31", "0001-01-01", ""])
def test_an_impossible_day_in_the_address_shows_today(
    bob: FlaskClient, stage: Stage, day: str
) -> None:
    page = bob.get(f"/roadmap?from={day}")
    assert page.status_code == 200
    assert "Today," in page.text


def test_the_statements_of_the_roadmap_are_fixed(
    bob: FlaskClient, stage: Stage, session: Session, cast: Cast, statements: StatementCount
) -> None:
    bob.get("/roadmap")
    statements.statements.clear()
    bob.get("/roadmap")
    few = len(statements)
    new_launch(session, cast, "One more", 9)
    evaluate_launches(session, due(session, clock.now()))
    session.commit()
    statements.statements.clear()
    assert "One more" in bob.get("/roadmap").text
    assert len(statements) == few
    assert few <= 15
