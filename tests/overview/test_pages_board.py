"""The board of launches as people get it, on both databases."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.overview import board_page
from roadmap.readiness.models import CurrentVerdict, StoredVerdict
from roadmap.readiness.service import due, evaluate_launches
from tests.cast import Cast
from tests.conftest import StatementCount
from tests.launches.world import measure
from tests.overview.conftest import Stage, new_launch, words


def test_the_board_counts_then_shows_the_worst_first(bob: FlaskClient, stage: Stage) -> None:
    page = bob.get("/launches")
    text = words(page.text)
    assert "3 launches: 2 ready" in text
    assert text.index("Handbags") < text.index("nothing stands between these and go")
    assert "answered no" in text
    assert "data-l=" in page.text or 'class="full"' in page.text
    assert "8 weeks" in text


def test_the_board_shows_launches_by_groups_of_checks(bob: FlaskClient, stage: Stage) -> None:
    text = words(bob.get("/launches?view=checks").text)
    assert "Guidelines and training" in text
    assert "nothing open" in text


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("show=not-ready", {"Handbags"}),
        ("show=hold", set()),
        ("show=mine", {"Handbags", "LIVE in Spain", "Atlantis"}),
        ("show=soon", {"Handbags"}),
        ("market=ES", {"Handbags", "LIVE in Spain", "Atlantis"}),
        ("market=DE", set()),
        ("show=nonsense", {"Handbags", "LIVE in Spain", "Atlantis"}),
    ],
)
def test_filters_of_the_board_are_addresses(
    bob: FlaskClient, stage: Stage, query: str, titles: set[str]
) -> None:
    page = bob.get(f"/launches?{query}")
    assert page.status_code == 200
    panel = page.text.partition('<section class="panel"')[2]
    assert {t for t in ("Handbags", "LIVE in Spain", "Atlantis") if t in panel} == titles


def test_a_team_filter_keeps_its_launches(bob: FlaskClient, stage: Stage, cast: Cast) -> None:
    panel = bob.get(f"/launches?team={cast.ops.id}").text.partition('<section class="panel"')[2]
    assert "Handbags" in panel
    assert "LIVE in Spain" not in panel


def test_a_change_since_monday_is_told(bob: FlaskClient, stage: Stage, session: Session) -> None:
    old = session.scalars(
        select(StoredVerdict).where(StoredVerdict.launch_id == stage.failing.id)
    ).one()
    columns = {c.name: getattr(old, c.name) for c in StoredVerdict.__table__.columns}
    past = columns | {"evaluated_at": clock.now() - timedelta(days=20), "word": "READY"}
    past |= {"id": None, "reasons": []}
    # The newest verdict has the highest number, as when verdicts are stored one after another.
    session.add(StoredVerdict(**past))
    session.flush()
    newest = StoredVerdict(**(columns | {"id": None}))
    session.add(newest)
    session.flush()
    session.get_one(CurrentVerdict, stage.failing.id).verdict_id = newest.id
    session.delete(old)
    session.commit()
    text = words(bob.get("/launches").text)
    assert "Worse since Monday:" in text
    assert "from READY" in text
    room = words(bob.get(f"/launches/{stage.failing.key}").text)
    assert "was READY" in room


def test_an_outdated_verdict_is_computed_and_never_an_old_truth(
    bob: FlaskClient, stage: Stage, session: Session
) -> None:
    measure(session, stage.world.classifier, "*/es/*/weapons", 500, 1000, age=0)
    for row in session.scalars(select(CurrentVerdict)):
        row.outdated = True
    session.commit()
    text = words(bob.get("/launches").text)
    assert "3 launches: 0 ready" in text
    assert "nothing stands between these and go" not in text


def keys_of(page: str) -> list[str]:
    """The launches of a board, in their order."""
    panel = page.partition('<section class="panel"')[2]
    return re.findall(r'<th scope="row"><a href="/launches/(LCH-\d+)"', panel)


def test_the_pages_of_a_board_hold_every_launch_once(
    bob: FlaskClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = keys_of(bob.get("/launches").text)
    monkeypatch.setattr(board_page, "PAGE_SIZE", 1)
    address, walked = "/launches", []
    for number in range(1, 4):
        page = bob.get(address).text
        walked += keys_of(page)
        assert f"Shown: {number} to {number} of 3." in words(page)
        after = re.search(r'rel="next" href="([^"]+)"', page)
        address = after[1].replace("&amp;", "&") if after else ""
    assert walked == whole
    assert len(set(walked)) == 3
    assert address == ""


@pytest.mark.parametrize("mark", ["7", "nonsense", "9__1", "0_2026-13-40_1", "1_2026-01-01_x"])
def test_a_place_of_the_board_that_is_not_known_is_said(
    bob: FlaskClient, stage: Stage, mark: str
) -> None:
    page = bob.get(f"/launches?after={mark}")
    assert page.status_code == 200
    assert "names a place on the board that is not known" in words(page.text)
    assert len(keys_of(page.text)) == 3
    assert "is not known" not in bob.get("/launches").text


def test_a_place_of_the_board_holds_when_its_launch_moved(bob: FlaskClient, stage: Stage) -> None:
    """The mark names a place, not a launch: what stands behind it follows, whatever moved."""
    page = bob.get(f"/launches?after=4_2020-01-01_{stage.ready.id}")
    assert "is not known" not in page.text
    assert len(keys_of(page.text)) == 2
    end = words(bob.get("/launches?after=6_2099-01-01_9").text)
    assert "Nothing follows here All 3 launches that match now stand before this place." in end


def test_an_empty_board_says_what_to_do(bob: FlaskClient) -> None:
    text = words(bob.get("/launches").text)
    assert "No launches yet" in text
    assert "New launch" in text


def test_the_statements_of_the_board_do_not_grow_with_its_rows(
    bob: FlaskClient, stage: Stage, session: Session, cast: Cast, statements: StatementCount
) -> None:
    bob.get("/launches")
    statements.statements.clear()
    bob.get("/launches")
    few = len(statements)
    for number in range(6):
        new_launch(session, cast, f"More {number}", 20 + number)
    # Each takes capacity from those beside it, so all are judged again.
    evaluate_launches(session, due(session, clock.now()))
    session.commit()
    statements.statements.clear()
    page = bob.get("/launches")
    assert "More 5" in page.text
    assert len(statements) == few
    assert few <= 13
