"""The list of launches: a query, saved views, files of exactly the view, for each reader."""

import csv
import io
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from roadmap.launches.kinds import LaunchState
from roadmap.launches.lifecycle import move_launch
from roadmap.lists.language import parse
from roadmap.overview import launch_list
from roadmap.overview.launch_fields import DEFAULT_SORT
from roadmap.readiness.models import CurrentVerdict
from roadmap.readiness.service import evaluate_launches
from tests.cast import Cast, actor
from tests.conftest import StatementCount
from tests.launches.world import in_days
from tests.overview.conftest import Stage, words

LIST = "/launches/list"


def keys(session: Session, who: Any, text: str, sort: str = DEFAULT_SORT) -> list[int]:
    known = launch_list.known_to(session, who).vocabulary
    return [row.id for row in launch_list.page_of(session, who, known, parse(text), sort).rows]


def test_every_field_finds_what_it_names(session: Session, cast: Cast, stage: Stage) -> None:
    who = actor(cast.bob, cast.program)
    ready, failing, secret = stage.ready.id, stage.failing.id, stage.secret.id
    day = in_days(12).isoformat()
    for text, expected in {
        "": {ready, failing, secret},
        "verdict:ready": {ready, secret},
        "verdict:not_ready outlook:late,at_risk,on_track": {failing},
        "-verdict:ready": {failing},
        "outlook:ready": {ready, secret},
        "tier:1": {ready, failing, secret},
        "tier>1": set(),
        "type:new_market": {ready, failing, secret},
        "type:policy": set(),
        "owner:me": {ready, failing, secret},
        "-owner:none owner:BOB@example.org": {ready, failing, secret},
        "owner:alice@example.org": set(),
        "team:ops": {failing},
        "team:none": {ready, secret},
        "market:ES": {ready, failing, secret},
        "market:DE": set(),
        "language:none": set(),
        "surface:live policy:weapons": {ready, failing, secret},
        f"date:{day}": {failing},
        f"date>{day}": {ready, secret},
        "state:committed": {ready, failing, secret},
        "commitment:1": {ready},
        "is:confidential": {secret},
        "is:ended": set(),
        "is:soon": {failing},
        "is:mine is:open": {ready, failing, secret},
        "key:LCH-2": {failing},
        "spain -handbags": {ready},
        "ATLANTIS": {secret},
    }.items():
        assert set(keys(session, who, text)) == expected, text
    for sort in ("outlook", "date", "title", "tier", "commitment", "created", "updated", "key"):
        assert len(keys(session, who, "", sort)) == len(keys(session, who, "", f"-{sort}")) == 3
    assert keys(session, who, "", "date") == [failing, ready, secret]


def test_an_old_verdict_is_judged_anew_or_told_as_such_and_what_ended_stands_nowhere(
    session: Session,
    cast: Cast,
    stage: Stage,
) -> None:
    who = actor(cast.bob, cast.program)
    session.get_one(CurrentVerdict, stage.ready.id).outdated = True
    session.commit()
    assert stage.ready.id in keys(session, who, "verdict:ready")
    known = launch_list.words_known(session, who)
    found = launch_list.page_of(session, who, known, parse("verdict:recomputing"), "key").rows
    assert [(row.id, row.word, row.group) for row in found] == [
        (stage.ready.id, None, "RECOMPUTING")
    ]
    move_launch(session, who, stage.failing, LaunchState.CANCELLED, reason="no longer wanted")
    evaluate_launches(session, [stage.ready.id])
    session.commit()
    assert keys(session, who, "verdict:none outlook:none is:ended") == [stage.failing.id]
    assert stage.failing.id not in keys(session, who, "-verdict:none")


def test_the_page_answers_with_the_reason_and_marks_a_wrong_word(
    bob: FlaskClient,
    stage: Stage,
    statements: StatementCount,
) -> None:
    page = bob.get(f"{LIST}?q=tier:1 is:help")
    assert page.status_code == 200
    text = words(page.text)
    assert "NOT READY" in text
    assert "answered no" in text
    assert "1 launch." in text
    assert "<b>in</b>" not in page.text
    before = len(statements)
    bob.get(LIST)
    # Who asks, views, what is outdated, the page, its phases, cells, people, verdicts, four for the
    # words of the reasons, the states, and whether the worker lives.
    assert len(statements) - before <= 15
    wrong = bob.get(f"{LIST}?q=tier:1 marke:DE")
    assert wrong.status_code == 422
    assert "<mark>marke:DE</mark>" in wrong.text
    assert bob.get(f"{LIST}?sort=nothing").status_code == 422
    assert bob.get(f"{LIST}?after=nothing").status_code == 422
    assert bob.get(f"{LIST}?view=99").status_code == 404
    assert bob.get(f"{LIST}/export.pdf").status_code == 404
    assert bob.get(f"{LIST}/export.csv?q=marke:DE").status_code == 422
    moved = bob.get(f"{LIST}/filter?q=spain&by-tier=1&by-market=ES&by-team=")
    assert moved.location == f"{LIST}?q=tier:1+market:ES+spain"
    picked = bob.get(f"{LIST}/columns?c=tier&c=date&place-tier=2&place-date=1&q=tier:1")
    assert '<th scope="col"' in bob.get(picked.location).text
    assert picked.location.endswith("cols=date%2Ctier")
    offered = bob.get(f"{LIST}/complete?q=outlook:at&at=10").get_json()["options"]
    assert offered[0]["text"] == "at_risk"
    assert "outlook" in bob.get(f"{LIST}/fields").text


def test_a_view_is_kept_opened_with_and_served_to_spreadsheets(
    bob: FlaskClient,
    victor: FlaskClient,
    stage: Stage,
) -> None:
    form = {
        "name": "Spain",
        "query": "market:ES",
        "sort": "date",
        "cols": "tier,date",
        "shared": "y",
    }
    kept = bob.post("/views/of/launches", data=form)
    assert kept.status_code == 303
    assert bob.post("/views/of/launches", data=form | {"query": "marke:ES"}).status_code == 422
    page = bob.get(kept.location)
    assert "<h1>Spain</h1>" in page.text
    assert "Spain" in bob.get("/views").text
    bob.post("/views/1/open-with")
    assert "<h1>Spain</h1>" in bob.get(LIST).text
    assert "<h1>Launches</h1>" in bob.get(f"{LIST}?view=all").text
    address = re.search(r"http://[^\s\"<]+/sheets/[^\s\"<]+", bob.post("/views/1/addresses").text)
    assert address is not None
    sheet = list(csv.reader(io.StringIO(bob.get(address[0]).text)))
    export = bob.get(f"{LIST}/export.csv?view=1")
    assert list(csv.reader(io.StringIO(export.text))) == sheet
    assert sheet[0] == ["Key", "Title", "Tier", "Next date"]
    assert [row[0] for row in sheet[1:]] == [
        one.key for one in (stage.failing, stage.ready, stage.secret)
    ]
    assert bob.get(f"{LIST}/export.xlsx?view=1").data[:2] == b"PK"
    # The same shared view, as somebody sees it who may not know of the third.
    theirs = list(csv.reader(io.StringIO(victor.get(f"{LIST}/export.csv?view=1").text)))
    assert [row[0] for row in theirs[1:]] == [stage.failing.key, stage.ready.key]
    assert "2 launches." in words(victor.get(f"{LIST}?view=1").text)
