"""Pages of launches: six fields, every part edited apart, refusals beside the field."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.launches.models import Forecast, Launch, LaunchCell, LaunchMechanism, Phase
from tests.cast import Cast
from tests.launches.world import World, in_days, make_world
from tests.worlds import kept

SignIn = Callable[[Any], FlaskClient]


@pytest.fixture
@kept
def world(session: Session, cast: Cast) -> World:
    return make_world(session, cast)


@pytest.fixture
def bob(world: World, cast: Cast, sign_in: SignIn) -> FlaskClient:
    return sign_in(cast.bob)


def six_fields(cast: Cast, **more: object) -> dict[str, object]:
    return {
        "title": "LIVE in Spain",
        "type": "M",
        "owner_id": str(cast.bob.id),
        "markets": ["ES"],
        "surfaces": ["live"],
        "starts_on": in_days(40).isoformat(),
        "weekly_volume": "7000",
        "precision": "day",
        "team_id": "",
    } | more


def test_a_launch_is_created_from_six_fields(
    bob: FlaskClient, session: Session, cast: Cast
) -> None:
    page = bob.get("/launches/new")
    assert page.status_code == 200
    # A browser would ask for every one of the boxes that say "required".
    assert [
        box for box in re.findall(r"<input[^>]*checkbox[^>]*>", page.text) if "requi" in box
    ] == []
    answer = bob.post("/launches/new", data=six_fields(cast))
    assert answer.status_code == 303
    assert answer.location == "/launches/LCH-1"
    launch = session.scalars(select(Launch)).one()
    assert (launch.tier, launch.state.value) == (3, "planned")
    cells = session.scalars(select(LaunchCell)).all()
    assert {(c.market_code, c.language_code, c.surface_code) for c in cells} == {
        ("ES", "es", "live")
    }
    assert {c.policy_area_code for c in cells} == {"counterfeit", "weapons"}
    assert len(session.scalars(select(LaunchMechanism)).all()) == 3
    assert session.scalars(select(Forecast.likely)).one() == 7000


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "Give the launch a title."),
        ("title", "x" * 301, "Field cannot be longer than 300 characters."),
        ("title", "NUL\x00here", "cannot be stored"),
        ("starts_on", "2026-02-30", "Not a valid date value."),
        ("weekly_volume", "-5", "Give a number of items a week from 0 up."),
        ("weekly_volume", "many", "Write a number, such as 12000."),
        ("weekly_volume", "nan", "Write a number, such as 12000."),
        ("markets", ["XX"], "valid choice"),
        ("owner_id", "999", "Not a valid choice"),
    ],
)
def test_bad_input_answers_beside_the_field_and_keeps_what_was_typed(
    bob: FlaskClient, session: Session, cast: Cast, field: str, value: object, sentence: str
) -> None:
    answer = bob.post(
        "/launches/new", data=six_fields(cast, summary="Kept words", **{field: value})
    )
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert sentence in text
    assert "Kept words" in text
    assert session.scalars(select(Launch)).all() == []


@pytest.fixture
@kept
def created(bob: FlaskClient, cast: Cast) -> None:
    assert bob.post("/launches/new", data=six_fields(cast)).status_code == 303


@pytest.fixture
def stored(created: None, bob: FlaskClient) -> FlaskClient:
    return bob


def test_the_plan_shows_every_part_in_a_fixed_number_of_statements(
    stored: FlaskClient, statements: Any
) -> None:
    stored.get("/launches/LCH-1/plan")
    statements.statements.clear()
    answer = stored.get("/launches/LCH-1/plan")
    assert answer.status_code == 200
    assert len(statements) == 22
    text = answer.get_data(as_text=True)
    for words in ("LIVE in Spain", "Change the phases", "ES/es/live/weapons", "MEC-1", "7,000"):
        assert words in text


PHASES = {"id": ["", ""], "starts_on": ["", ""], "precision": ["day", "day"]}


@pytest.mark.parametrize(
    ("share", "sentence"),
    [
        (["140", "100"], "at most 100 %, not 140 %"),
        (["50", "20"], "smaller share than the phase before it"),
        (["half", "100"], "share in per cent"),
    ],
)
def test_a_refused_ramp_stays_as_it_was(
    stored: FlaskClient, session: Session, share: list[str], sentence: str
) -> None:
    data = PHASES | {"name": ["First step", "Rest"], "share": share}
    answer = stored.post("/launches/LCH-1/phases", data=data)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert sentence in text
    assert "First step" in text
    assert [p.share for p in session.scalars(select(Phase))] == [1.0]


def test_phases_are_stored_in_order(stored: FlaskClient, session: Session) -> None:
    first = session.scalars(select(Phase.id)).one()
    session.rollback()
    data = {
        "id": ["", str(first), ""],
        "name": ["A tenth", "All", ""],
        "share": ["10", "100", ""],
        "starts_on": [in_days(30).isoformat(), in_days(40).isoformat(), ""],
        "precision": ["day", "week", "day"],
    }
    assert stored.post("/launches/LCH-1/phases", data=data).status_code == 303
    session.expire_all()
    rows = session.scalars(select(Phase).order_by(Phase.position)).all()
    assert [(p.position, p.name, p.share) for p in rows] == [(1, "A tenth", 0.1), (2, "All", 1.0)]


@pytest.mark.parametrize(
    ("address", "data", "sentence"),
    [
        ("scope", {"cells": "DE/de/live"}, "Line 1"),
        ("scope", {"cells": "DE/de/live/*"}, "Line 1"),
        ("scope", {"cells": "DE/de/live/poison"}, "Not in the taxonomy: poison"),
        ("scope", {"markets": ["DE"]}, "Tick at least one of each"),
        ("forecasts/new", {"likely": "10", "low": "20", "grade": "estimated"}, "low forecast"),
        ("forecasts/new", {"likely": "10", "prevalence": "140", "grade": "estimated"}, "100 %"),
        ("training/new", {"heads": "0", "from_phase": "1"}, "1 or more"),
        (
            "mechanisms/new",
            {
                "mechanism": "MEC-99",
                "role": "detect",
                "required_stage": "enforce",
                "from_phase": "1",
            },
            "There is no mechanism MEC-99",
        ),
        ("requirements/new", {"requirement": "REQ-5"}, "There is no requirement REQ-5"),
        ("dependencies/new", {"depends_on": "LCH-1"}, "cannot wait for itself"),
        ("dependencies/new", {"depends_on": "LCH-7"}, "There is no launch LCH-7"),
        ("move", {"target": "cancelled", "reason": ""}, "Say why"),
        ("phases/1", {"target": "live"}, "Commit the launch"),
        ("order", {"place": "1", "reason": "first"}, "Only a committed launch"),
    ],
)
def test_refusals_stand_on_the_form(
    stored: FlaskClient, address: str, data: dict[str, object], sentence: str
) -> None:
    blanks = {"market": "", "language": "", "surface": "", "policy_area": "", "owner_id": ""}
    answer = stored.post(f"/launches/LCH-1/{address}", data=blanks | data)
    assert answer.status_code == 422, answer.get_data(as_text=True)[:2000]
    assert sentence in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "address",
    [
        "edit", "tier", "readers", "move", "order", "phases", "phases/1", "scope",
        "forecasts/new", "forecasts/1", "training/new", "mechanisms/new", "mechanisms/1",
        "mechanisms/1/target", "requirements/new", "dependencies/new",
    ],
)  # fmt: skip
def test_every_form_opens_for_the_owner_and_is_refused_to_a_reader(
    stored: FlaskClient, cast: Cast, sign_in: SignIn, address: str
) -> None:
    assert stored.get(f"/launches/LCH-1/{address}").status_code == 200
    assert sign_in(cast.alice).get(f"/launches/LCH-1/{address}").status_code == 403
    assert stored.get(f"/launches/LCH-9/{address}").status_code == 404


def test_two_people_editing_different_fields_both_succeed(
    stored: FlaskClient, session: Session, cast: Cast
) -> None:
    page = stored.get("/launches/LCH-1/edit").get_data(as_text=True)
    shown = page.split('name="shown"')[1].split('value="')[1].split('"')[0]
    shown = shown.replace("&#34;", '"')
    base = {"shown": shown, "type": "M", "owner_id": str(cast.bob.id), "team_id": ""}
    one = base | {"title": "Spain goes LIVE", "summary": ""}
    two = base | {"title": "LIVE in Spain", "summary": "All of Spain."}
    assert stored.post("/launches/LCH-1/edit", data=one).status_code == 303
    assert stored.post("/launches/LCH-1/edit", data=two).status_code == 303
    session.expire_all()
    launch = session.scalars(select(Launch)).one()
    assert (launch.title, launch.summary) == ("Spain goes LIVE", "All of Spain.")
    session.rollback()
    three = base | {"title": "Another name", "summary": "All of Spain."}
    answer = stored.post("/launches/LCH-1/edit", data=three)
    assert answer.status_code == 422
    assert "Spain goes LIVE" in answer.get_data(as_text=True)
    assert "Another name" in answer.get_data(as_text=True)
