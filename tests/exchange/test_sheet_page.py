"""A roadmap sheet: previewed, corrected, stored, answered, asked about, given back."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.test import TestResponse

from config import Config
from roadmap import clock, jobs
from roadmap.db import Database
from roadmap.exchange.sheet_answers import SheetAnswers
from roadmap.exchange.sheet_grid import read_grids
from roadmap.exchange.sheet_import import import_sheet
from roadmap.history.queries import feed
from roadmap.launches.kinds import LaunchState
from roadmap.launches.lifecycle import move_launch
from roadmap.launches.models import Launch
from roadmap.launches.service import edit_launch
from roadmap.notifications import outbox
from roadmap.notifications.letters import Post
from roadmap.notifications.models import Mail
from roadmap.notifications.weekly import Day
from tests.cast import Cast, actor
from tests.conftest import StatementCount
from tests.launches.world import make_words

SignIn = Callable[[Any], FlaskClient]
SHEET = """Launch plan Q1;;;;;;
as of 20 Nov;;;;;;
Launch;RAG;Owner;Target date;Markets;Vol/wk;Training done?
Live in Germany;G;Alice;mid Jan;DE;approx 40k;Y
Listing checks;Green;Nobody Known;Q1;DE/FR;TBD;N
Video policy;R;Charlie;w/c 12 Jan;FR;;Y
Thai live;gren;;TBD;XX;lots;
Total;;;;;40000;
"""


def launches(database: Database) -> dict[str, Launch]:
    with database.reading() as session:
        query = select(Launch).options(
            selectinload(Launch.phases), selectinload(Launch.forecasts), selectinload(Launch.cells)
        )
        return {row.title: row for row in session.scalars(query)}


def take(database: Database, text: str = SHEET, **answers: Any) -> Any:
    return import_sheet(database, text.encode(), "plan.csv", SheetAnswers(**answers))


def test_the_same_sheet_again_changes_nothing_and_a_changed_cell_its_launch(
    database: Database, cast: Cast
) -> None:
    first = take(database)
    assert (first.created, first.refused, first.rows) == (4, 0, 4)
    again = take(database)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 4)
    found = launches(database)
    live = found["Live in Germany"]
    assert (live.owner_id, live.tier, live.commitment_no) == (cast.alice.id, 1, None)
    assert live.phases[0].precision.value == "month"
    assert live.forecasts[0].likely == 40_000
    assert live.claim is not None
    assert (live.claim["status"], live.claim["sheet"]["light"]) == ("G", "green")
    assert dict(live.claim["sheet"]["cells"])["Training done?"] == "Y"
    assert found["Thai live"].claim["sheet"]["light"] is None  # type: ignore[index]
    changed = take(database, SHEET.replace("mid Jan", "early Feb").replace("Video", "Film"))
    assert (changed.created, changed.changed, changed.unchanged) == (1, 1, 2)
    assert changed.gone == (found["Video policy"].key,)
    moved = launches(database)["Live in Germany"]
    assert moved.phases[0].starts_on is not None
    assert moved.phases[0].starts_on.month == 2
    with database.reading() as session:
        told = [one.action for one in feed(session, "launch", live.id)]
    assert told[0] == "launch.imported_again"
    assert "launch.imported" in told


def test_what_was_changed_here_is_kept_and_said(database: Database, cast: Cast) -> None:
    take(database)
    with database.writing() as session:
        launch = session.scalars(select(Launch).where(Launch.title == "Live in Germany")).one()
        edit_launch(session, None, launch, {"owner_id": cast.charlie.id})
    report = take(database, SHEET.replace("G;Alice", "A;Bob"))
    assert [one.reason for one in report.problems if one.column == "Owner" and one.line == 4] == [
        "Changed here and in the sheet since the last import; ours is kept."
    ]
    live = launches(database)["Live in Germany"]
    assert live.owner_id == cast.charlie.id
    assert live.claim is not None
    assert live.claim["sheet"]["light"] == "amber"


def test_markets_and_surfaces_become_scope_and_follow_the_sheet(
    database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        make_words(session)
    text = "Launch;Status;Markets;Surface\nLive;G;DE/FR;LIVE\nList;G;Germany and Mars;LIVE\n"
    report = take(database, text)
    assert [one.column for one in report.problems] == ["Markets"]
    found = launches(database)
    assert {(c.market_code, c.language_code) for c in found["Live"].cells} == {
        ("DE", "de"), ("FR", "fr"),
    }  # fmt: skip
    assert found["List"].cells == []
    take(database, text.replace("DE/FR", "EU"))
    assert {c.market_code for c in launches(database)["Live"].cells} == {"DE", "ES", "FR"}


def send(browser: FlaskClient, text: str = SHEET, **fields: str) -> TestResponse:
    file = (io.BytesIO(text.encode()), "folder/plan.csv")
    return browser.post("/import/sheet", data={"file": file, **fields})


def work(database: Database, config: Config) -> None:
    while jobs.work_once(database, config):
        pass


def test_a_sheet_is_previewed_corrected_stored_by_the_worker_and_answered(
    database: Database, cast: Cast, sign_in: SignIn, config: Config, statements: StatementCount
) -> None:
    browser = sign_in(cast.bob)
    assert browser.get("/import/sheet").status_code == 200
    assert "No roadmap sheet was imported yet." in browser.get("/week-one").text
    sent = send(browser)
    assert sent.status_code == 303
    preview = browser.get(sent.location).text
    assert "4 launches would be created" in preview
    assert "Nobody has said what this status means" in preview
    assert launches(database) == {}
    again = browser.post(f"{sent.location}/answers", data={"states": "gren=green", "column-6": "-"})
    assert again.status_code == 303
    assert "Nobody has said what this status" not in browser.get(sent.location).text
    wrong = browser.post(f"{sent.location}/answers", data={"states": "gren=violet"})
    assert (wrong.status_code, "gren=violet" in wrong.text) == (422, True)
    assert browser.post(f"{sent.location}/confirm").status_code == 303
    assert "Waiting for the worker" in browser.get(sent.location).text
    work(database, config)
    done = browser.get(sent.location).text
    assert "4 launches created" in done
    assert browser.post(f"{sent.location}/confirm").status_code == 409
    assert sign_in(cast.charlie).get("/import/sheet").status_code == 403
    page = browser.get("/week-one")
    assert "Your sheet says 3 green." in page.text
    assert "We agree with 0." in page.text
    assert "3 cannot be judged" in page.text
    assert "Not green in the sheet" in page.text
    plan = browser.get("/launches/LCH-1/plan").text
    assert "As the sheet had it" in plan
    assert "approx 40k" in plan
    statements.statements.clear()
    browser.get("/week-one?sheet=plan")
    assert len(statements) <= 40
    assert browser.get("/week-one?sheet=nothing").status_code == 404


def test_questions_are_shown_then_sent_once_with_a_link_for_each_field(
    database: Database, cast: Cast, sign_in: SignIn
) -> None:
    take(database)
    browser = sign_in(cast.bob)
    shown = browser.get("/week-one/questions")
    assert "Where does LCH-1 Live in Germany go live" in shown.text
    assert "Name an owner first" in shown.text
    assert mails(database) == []
    sent = browser.post("/week-one/questions", follow_redirects=True)
    assert "to 1 person." in sent.text
    (mail,) = mails(database)
    assert (mail.person_id, mail.kind.value) == (cast.alice.id, "questions")
    assert "/answer/scope/LCH-1" in mail.text
    post = Post("https://roadmap.example.org", "secret", Day("monday", 8))
    with database.writing() as session:
        (going,) = outbox.claim(session, post, clock.now())
    assert (going.letter.to_address, going.letter.text) == (cast.alice.email, mail.text)
    again = browser.post("/week-one/questions", follow_redirects=True)
    assert "Nothing was sent" in again.text
    assert len(mails(database)) == 1
    own = sign_in(cast.alice)
    assert own.get("/launches/LCH-1/questions").status_code == 200
    assert own.post("/week-one/questions").status_code == 403
    assert own.post("/launches/LCH-3/questions").status_code == 403
    assert own.get("/launches/LCH-99/questions").status_code == 404
    assert 'href="/answer/scope/LCH-1"' in own.get("/").text, "whether or not mail is set up"
    assert "Bob asks" in own.get("/").text
    assert "Asked of you" not in browser.get("/").text
    with database.writing() as session:
        make_words(session)
    filled = own.post("/launches/LCH-1/scope", data={"cells": "DE/de/live/weapons"})
    assert filled.status_code == 303
    assert "/answer/scope/LCH-1" not in own.get("/").text, "it was answered"
    assert "/LCH-1" in asked_at_home(own)
    with database.writing() as session:
        bob = actor(cast.bob, cast.program)
        launch = session.get_one(Launch, 1)
        move_launch(session, bob, launch, LaunchState.CANCELLED, "Not this year.")
    assert "/LCH-1" not in asked_at_home(own), "a launch that ended asks nothing"


def asked_at_home(browser: FlaskClient) -> str:
    found = re.search(r'id="asked".*?</section>', browser.get("/").text, re.DOTALL)
    return found[0] if found else ""


def mails(database: Database) -> list[Mail]:
    with database.reading() as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def test_the_sheet_comes_back_with_its_columns_then_ours_and_goes_in_again(
    database: Database, cast: Cast, sign_in: SignIn
) -> None:
    take(database, SHEET.replace("mid Jan", "'=1+1"))
    browser = sign_in(cast.bob)
    answer = browser.get("/week-one/export.csv?sheet=plan")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0] == [
        *("Launch", "RAG", "Owner", "Target date", "Markets", "Vol/wk", "Training done?"),
        *("Roadmap key", "Roadmap verdict", "Roadmap outlook"),
        *("Roadmap reason", "Roadmap fix", "Roadmap owner"),
    ]
    assert rows[1][:3] == ["Live in Germany", "G", "Alice"]
    assert rows[1][7:9] == ["LCH-1", "NOT_ASSESSED"]
    book = browser.get("/week-one/export.xlsx?sheet=plan")
    (grid,) = read_grids(book.data)
    assert [line.cells[0] for line in grid.lines][1:] == [row[0] for row in rows[1:]]
    again = import_sheet(database, answer.data, "plan.csv", SheetAnswers(source="plan"))
    assert (again.created, again.changed, again.unchanged) == (0, 0, 4)
    assert browser.get("/week-one/export.pdf").status_code == 404
