"""The launch room as people get it, on both databases."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from roadmap.readiness.models import CurrentVerdict
from tests.cast import Cast
from tests.conftest import StatementCount
from tests.launches.world import measure
from tests.overview.conftest import Stage, new_launch, words


def test_the_room_says_not_ready_with_reason_fix_and_the_verdict_then(
    bob: FlaskClient, stage: Stage
) -> None:
    page = bob.get(f"/launches/{stage.failing.key}")
    assert page.status_code == 200
    text = words(page.text)
    assert "NOT READY for 100 % on" in text
    assert "answered no" in text
    assert "The verdict would then be" in text
    assert "What stands between this and go" in text
    assert "CHECKLIST" in text
    assert "<b>in</b>" not in page.text
    assert "Who, by when" in text


def test_a_ready_launch_says_that_nothing_stands_in_the_way(bob: FlaskClient, stage: Stage) -> None:
    text = words(bob.get(f"/launches/{stage.ready.key}").text)
    assert "READY for 100 % on" in text
    assert "Nothing stands between this and go." in text
    assert "covered" in text


@pytest.mark.parametrize(
    ("tab", "told"),
    [
        ("scope", "Forecast, items a week at full traffic"),
        ("mechanisms", "Mechanisms it leans on"),
        ("checklist", "Answer and evidence"),
        ("links", "Requirements it delivers"),
        ("history", "Verdicts so far"),
    ],
)
def test_every_tab_has_its_address(bob: FlaskClient, stage: Stage, tab: str, told: str) -> None:
    page = bob.get(f"/launches/{stage.ready.key}?tab={tab}")
    assert page.status_code == 200
    assert told in words(page.text)
    assert 'aria-current="page"' in page.text


def test_an_unknown_tab_shows_the_summary(bob: FlaskClient, stage: Stage) -> None:
    page = bob.get(f"/launches/{stage.ready.key}?tab=../../etc")
    assert "What stands between this and go" in page.text


def test_all_checks_are_shown_when_asked_for(bob: FlaskClient, stage: Stage) -> None:
    short = bob.get(f"/launches/{stage.failing.key}").text
    long = bob.get(f"/launches/{stage.failing.key}?checks=all").text
    assert 'id="checks"' not in short
    assert 'id="checks"' in long
    assert long.count("MECH_STAGE") > short.count("MECH_STAGE")


def test_the_room_is_judged_live_when_the_stored_verdict_is_outdated(
    bob: FlaskClient, stage: Stage, session: Session
) -> None:
    measure(session, stage.world.classifier, "*/es/*/weapons", 500, 1000, age=0)
    session.get_one(CurrentVerdict, stage.ready.id).outdated = True
    session.commit()
    text = words(bob.get(f"/launches/{stage.ready.key}").text)
    assert "NOT READY" in text
    assert ".500 of 1,000" in text


def test_a_stranger_gets_404_for_a_confidential_launch(victor: FlaskClient, stage: Stage) -> None:
    assert victor.get(f"/launches/{stage.secret.key}").status_code == 404
    assert victor.get("/launches/LCH-9999").status_code == 404
    assert victor.get("/launches/nothing").status_code == 404


def test_nothing_of_a_confidential_launch_leaks_through_any_page(
    victor: FlaskClient, stage: Stage
) -> None:
    key = stage.failing.key
    paths = ["/", "/launches", "/launches?view=checks", "/roadmap", "/roadmap?by=quarter"]
    paths += ["/search?q=Atlantis", f"/search?q={stage.secret.key}", f"/launches/{key}"]
    paths += [f"/launches/{key}?tab={tab}" for tab in ("links", "history", "mechanisms")]
    paths.append(f"/mechanisms/{stage.world.classifier.key}")
    for path in paths:
        page = victor.get(path)
        assert page.status_code == 200, path
        shown = page.text.replace(f'value="{stage.secret.key}"', "").replace(
            f": {stage.secret.key} ·", ""
        )
        assert "Atlantis" not in shown.replace('value="Atlantis"', "").replace(
            ": Atlantis ·", ""
        ), path
        assert f"{stage.secret.key}<" not in shown, path
        assert f"/{stage.secret.key}" not in shown, path
    links = words(victor.get(f"/launches/{key}?tab=links").text)
    assert "1 confidential launch" in links
    history = words(victor.get(f"/launches/{key}?tab=history").text)
    assert "1 confidential launch" in history


def test_a_reader_sees_no_way_to_change_what_they_may_not(
    victor: FlaskClient, stage: Stage
) -> None:
    page = victor.get(f"/launches/{stage.failing.key}").text
    assert "/gaps?" not in page
    assert "/copy" not in page
    assert "Move on" not in page


def test_a_visitor_signs_in_first(app: Any, stage: Stage) -> None:
    client = app.test_client()
    for path in ("/", "/launches", "/roadmap", "/search", f"/launches/{stage.ready.key}"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert "/sign-in" in answer.location


def test_the_number_of_statements_of_a_room_does_not_grow_with_the_launch(
    bob: FlaskClient, stage: Stage, session: Session, cast: Cast, statements: StatementCount
) -> None:
    bob.get(f"/launches/{stage.ready.key}")
    new_launch(session, cast, "One more", 9)
    session.commit()
    counted = []
    for path in (
        stage.ready.key,
        f"{stage.failing.key}?checks=all",
        f"{stage.failing.key}?tab=scope",
    ):
        statements.statements.clear()
        bob.get(f"/launches/{path}")
        counted.append(len(statements))
    first, second, again = counted
    assert first == second <= 53
    # What capacity finds is kept until something changes.
    assert again <= 37
