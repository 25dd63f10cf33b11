"""The kinds of bad input a product meets every week: the sentence, the kept words, the store."""

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.db import Base, Database
from roadmap.history.models import HistoryEvent
from roadmap.launches.kinds import LaunchType
from roadmap.launches.models import LaunchDependency
from roadmap.launches.rules import TierQuestions
from roadmap.launches.service import NewLaunch, create_launch
from roadmap.launches.wording import QUESTIONS
from roadmap.mechanisms.models import Measurement
from roadmap.requirements.models import Requirement
from roadmap.requirements.service import submit
from roadmap.taxonomy.models import Surface
from tests.cast import Cast, actor
from tests.ground.crawl import forms_of
from tests.launches.world import World, in_days, make_world
from tests.worlds import kept

SignIn = Callable[[Any], FlaskClient]
PLAIN = {"title": "Block replicas", "problem": "Sold in live streams.", "kind": "tool"}
HTML = '<script>alert(1)</script><b>bold</b> & "quoted"'
MIXED = "שלום \u202eمرحبا Zo\u0308\u0323e 🏳️\u200d🌈"


@dataclass
class Stage:
    """Bob with his browser, two launches and two requirements."""

    world: World
    bob: FlaskClient
    first: str
    second: str
    one: str
    other: str


@pytest.fixture
@kept
def laid(session: Session, cast: Cast) -> tuple[World, list[str], list[str]]:
    """Make the world, and the keys of two launches and two requirements."""
    world = make_world(session, cast)
    bob = actor(cast.bob, cast.program)
    questions = TierQuestions(**dict.fromkeys(QUESTIONS, False))
    launches = [
        create_launch(
            session,
            bob,
            NewLaunch(
                title=title,
                type=LaunchType.NEW_MARKET,
                owner_id=cast.bob.id,
                markets=["ES"],
                surfaces=["live"],
                starts_on=in_days(60),
                weekly_volume=7000,
                questions=questions,
            ),
        ).key
        for title in ("LIVE in Spain", "Shop in Spain")
    ]
    records = [submit(session, bob, PLAIN | {"title": t}).key for t in ("One", "Other")]
    return world, launches, records


@pytest.fixture
def stage(laid: tuple[World, list[str], list[str]], cast: Cast, sign_in: SignIn) -> Stage:
    world, launches, records = laid
    return Stage(world, sign_in(cast.bob), *launches, *records)


def count(database: Database, table: type[Base]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def refused(answer: TestResponse, sentence: str, *kept: str, status: int = 422) -> None:
    """Check that an answer refuses with a sentence beside a field and keeps what was typed."""
    text = unescape(answer.text)
    assert answer.status_code == status
    assert sentence in text
    assert 'class="err"' in text or 'class="errors"' in text
    for words in kept:
        assert words in text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "before\x00after", "U+0000, which cannot be stored"),
        ("problem", "bell\x07", "U+0007, which cannot be stored"),
        ("title", "long " * 20_000, "200"),
        ("needed_by", "2026-02-30", "2026-02-30"),
        ("needed_by", "tomorrow", "2026-"),
        ("people_affected", "many", "whole number"),
        ("people_affected", "-1", "0"),
        ("people_affected", "1" + "0" * 30, "number"),
        ("people_affected", "NaN", "whole number"),
        ("kind", "no-such-kind", "Choose what is asked for."),
    ],
)
def test_a_requirement_is_refused_beside_the_field(
    stage: Stage, database: Database, field: str, value: str, sentence: str
) -> None:
    before = count(database, Requirement), count(database, HistoryEvent)
    given = {**PLAIN, "title": "A title to keep", "kind": "problem", field: value}
    kept = [given["title"].strip()[:3000]] if field != "title" else [given["problem"]]
    refused(stage.bob.post("/requirements", data=given), sentence, *kept)
    assert (count(database, Requirement), count(database, HistoryEvent)) == before


@pytest.mark.parametrize("text", [MIXED, HTML, '=HYPERLINK("http://x")', "{{ 7*7 }} %(x)s"])
def test_text_of_any_script_is_stored_as_typed_and_shown_as_text(
    stage: Stage, database: Database, text: str
) -> None:
    given = {"title": text, "problem": text, "kind": "tool", "outcome": text, "criteria": text}
    page = stage.bob.post("/requirements", data=given, follow_redirects=True)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<b>bold" not in page.text
    with database.reading() as session:
        newest = session.scalars(select(Requirement).order_by(Requirement.id.desc())).first()
        assert newest is not None
        assert (newest.title, newest.problem) == (text, text)


@pytest.mark.parametrize("weeks", ["-1", "NaN", "1e400", "two"])
def test_an_effort_that_is_none_is_refused(stage: Stage, cast: Cast, weeks: str) -> None:
    data = {**PLAIN, "efforts-0-team": str(cast.ops.id), "efforts-0-weeks": weeks}
    refused(stage.bob.post(f"/requirements/{stage.one}/edit", data=data), "weeks", weeks)


@pytest.mark.parametrize("share", ["140", "-1", "NaN", "1e400", "half", "0"])
def test_a_phase_share_outside_of_100_percent_is_refused(stage: Stage, share: str) -> None:
    data = {"id": "", "name": "Ramp", "share": share, "starts_on": "", "precision": "day"}
    answer = stage.bob.post(f"/launches/{stage.first}/phases", data=data)
    refused(answer, "share", f'value="{share}"', "Ramp")


@pytest.mark.parametrize("day", ["2026-02-30", "0000-00-00", "soon"])
def test_a_day_that_is_none_is_refused_for_a_launch(stage: Stage, day: str) -> None:
    data = {"id": "", "name": "Ramp", "share": "10", "starts_on": day, "precision": "day"}
    refused(stage.bob.post(f"/launches/{stage.first}/phases", data=data), day, "Ramp")
    new = {"title": "Kept", "type": "A", "markets": "ES", "surfaces": "live", "starts_on": day}
    refused(stage.bob.post("/launches/new", data=new), day, "Kept")


def test_launches_never_wait_for_each_other(stage: Stage, database: Database) -> None:
    first, second = stage.first, stage.second
    there = {"depends_on": second, "phase_position": ""}
    assert stage.bob.post(f"/launches/{first}/dependencies/new", data=there).status_code == 303
    back = stage.bob.post(f"/launches/{second}/dependencies/new", data={"depends_on": first})
    refused(back, first, first)
    itself = stage.bob.post(f"/launches/{first}/dependencies/new", data={"depends_on": first})
    refused(itself, "itself", first)
    assert count(database, LaunchDependency) == 1


def test_requirements_never_wait_for_each_other(stage: Stage) -> None:
    one, other = stage.one, stage.other
    sent = stage.bob.post(f"/requirements/{one}/prerequisites", data={"blocker": other})
    assert sent.status_code == 303
    back = stage.bob.post(f"/requirements/{other}/prerequisites", data={"blocker": one})
    refused(back, "wait", one)


def measured(**values: str) -> dict[str, str]:
    """Return a measurement row as the form sends it."""
    today = clock.today()
    return {
        "metric": "precision",
        "numerator": "285",
        "denominator": "300",
        "window_start": (today - timedelta(days=8)).isoformat(),
        "window_end": (today - timedelta(days=1)).isoformat(),
        "sampling": "random",
        "label_source": "human",
        "source": "weekly audit",
    } | values


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"window_end": "2999-01-01"}, "2999-01-01"),
        ({"window_start": "2026-02-30"}, "2026-02-30"),
        ({"numerator": "301"}, "300"),
        ({"numerator": "-1"}, "Counted"),
        ({"denominator": "1" + "0" * 30}, "Out of"),
        ({"numerator": "1.5"}, "whole number"),
        ({"source": "NUL\x00"}, "U+0000"),
    ],
)
def test_a_measurement_that_cannot_be_is_refused(
    stage: Stage, database: Database, values: dict[str, str], sentence: str
) -> None:
    before = count(database, Measurement)
    where = f"/mechanisms/{stage.world.classifier.key}/evidence/new"
    running = forms_value(stage.bob.get(where), "configuration")
    answer = stage.bob.post(where, data=measured(configuration=running, **values))
    refused(answer, sentence, *(text for text in values.values() if "\x00" not in text))
    assert count(database, Measurement) == before


def forms_value(page: TestResponse, name: str) -> str:
    """Return what the page's forms begin with in one field."""
    forms, _links = forms_of(page.text, "/")
    return next(value for form in forms for found, value in form.values if found == name)


def test_two_equal_measurements_are_one(stage: Stage, database: Database) -> None:
    where = f"/mechanisms/{stage.world.classifier.key}/evidence/new"
    row = measured(configuration=forms_value(stage.bob.get(where), "configuration"))
    before = count(database, Measurement)
    assert stage.bob.post(where, data=row).status_code == 303
    again = stage.bob.post(where, data=row, follow_redirects=True)
    assert "1 was known" in again.text
    assert count(database, Measurement) == before + 1


def test_pasted_formula_cells_are_refused_by_row(stage: Stage, database: Database) -> None:
    before = count(database, Measurement)
    where = f"/mechanisms/{stage.world.classifier.key}/evidence/paste"
    rows = 'metric\tnumerator\tdenominator\n=CMD("x")\t=1+1\t-3\n'
    answer = stage.bob.post(where, data={"rows": rows, "source": "sheet"})
    assert answer.status_code == 422
    assert '=CMD("x")' in unescape(answer.text)
    assert count(database, Measurement) == before


def test_imported_formula_cells_stay_text(stage: Stage, database: Database) -> None:
    sheet = b'title,description\n"=HYPERLINK(""http://x"")",@SUM(A1)\n'
    sent = stage.bob.post("/import", data={"file": (io.BytesIO(sheet), "a.csv")})
    assert sent.status_code == 303
    stage.bob.post(f"{sent.location}/confirm")
    with database.reading() as session:
        newest = session.scalars(select(Requirement).order_by(Requirement.id.desc())).first()
        assert newest is not None
        assert newest.title == '=HYPERLINK("http://x")'


def test_an_edit_of_what_somebody_changed_meanwhile_shows_both(stage: Stage) -> None:
    where = f"/requirements/{stage.one}/edit"
    forms, _links = forms_of(stage.bob.get(where).text, where)
    form = next(form for form in forms if form.action == where)
    mine, theirs = (dict(form.values) | {"title": t} for t in ("My words", "Their words"))
    assert stage.bob.post(where, data=theirs).status_code == 303
    refused(stage.bob.post(where, data=mine), "“Their words”", "My words", status=409)


def test_a_form_sent_after_the_session_ended_gives_the_words_back(
    app: Flask, stage: Stage, database: Database
) -> None:
    before = count(database, Requirement)
    app.config["WTF_CSRF_ENABLED"] = True
    given = {**PLAIN, "title": "An hour of typing", "csrf_token": "old"}
    answer = app.test_client().post("/requirements", data=given)
    assert answer.status_code == 401
    assert "An hour of typing" in answer.text
    assert "nothing was stored" in answer.text
    signed_in = stage.bob.post("/requirements", data=given)
    assert signed_in.status_code == 400
    assert "An hour of typing" in signed_in.text
    assert count(database, Requirement) == before


@pytest.mark.parametrize(
    ("where", "given", "table"),
    [
        ("/admin/taxonomy/surfaces", {"code": "live", "name": "Kept name"}, Surface),
        ("/admin/people/new", {"email": "Bob@Example.org", "name": "Kept name"}, Person),
        ("/admin/teams/new", {"code": "ops", "name": "Kept name"}, Person),
    ],
)
def test_what_exists_is_not_made_twice(
    stage: Stage,
    cast: Cast,
    sign_in: SignIn,
    database: Database,
    where: str,
    given: dict[str, str],
    table: type[Base],
) -> None:
    before = count(database, table)
    refused(sign_in(cast.erin).post(where, data=given), "already", "Kept name")
    assert count(database, table) == before


@pytest.mark.parametrize(
    ("where", "given"),
    [
        ("/admin/taxonomy/surfaces", {"code": "clips", "name": "Clips"}),
        ("/admin/people/new", {"email": "new@example.org", "name": "New", "roles": "viewer"}),
        ("/admin/teams/new", {"code": "night", "name": "Night shift"}),
    ],
)
def test_a_form_sent_twice_at_once_is_stored_once(
    stage: Stage, cast: Cast, sign_in: SignIn, where: str, given: dict[str, str]
) -> None:
    browsers = [sign_in(cast.erin) for _ in range(4)]
    gate, answers = threading.Barrier(len(browsers)), []

    def click(browser: FlaskClient) -> None:
        gate.wait()
        answers.append(browser.post(where, data=given).status_code)

    threads = [threading.Thread(target=click, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = [status for status in answers if status < 400]
    assert len(stored) == 1
    assert set(answers) - set(stored) <= {409, 422}


def test_support_given_twice_at_once_counts_once(stage: Stage, cast: Cast, sign_in: SignIn) -> None:
    where, given = f"/requirements/{stage.one}/support", {"support_reason": "Us too."}
    answers: list[int] = []

    def click(browser: FlaskClient) -> None:
        answers.append(browser.post(where, data=given).status_code)

    threads = [threading.Thread(target=click, args=(sign_in(cast.charlie),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {303, 409}
