"""The import page: send a file, look at what it would do, confirm; large files by a job."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from config import Config
from roadmap import jobs
from roadmap.db import Database
from roadmap.exchange import uploads
from roadmap.exchange.models import ImportUpload
from roadmap.history.queries import feed
from roadmap.requirements.models import Requirement
from tests.cast import Cast

SAMPLES = Path(__file__).parents[1] / "samples"
SignIn = Callable[[Any], FlaskClient]


def send(browser: FlaskClient, data: bytes, name: str = "sheet.csv", **fields: str) -> TestResponse:
    return browser.post("/import", data={"file": (io.BytesIO(data), name), **fields})


def stored(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Requirement)) or 0


def files(config: Config) -> list[Path]:
    return list((Path(config.INSTANCE_DIR) / "uploads").glob("*"))


def test_a_file_is_previewed_then_confirmed_and_removed(
    database: Database, cast: Cast, sign_in: SignIn, config: Config
) -> None:
    browser = sign_in(cast.bob)
    assert browser.get("/import").status_code == 200
    sent = send(browser, (SAMPLES / "jira_cloud.csv").read_bytes(), "exports/jira_cloud.csv")
    assert sent.status_code == 303
    assert stored(database) == 0
    assert len(files(config)) == 1
    preview = browser.get(sent.location)
    assert "3 would be created" in preview.text
    assert "Import 3 rows" in preview.text
    assert "Subtask" in preview.text
    done = browser.post(f"{sent.location}/confirm", follow_redirects=True)
    assert "3 requirements were created." in done.text
    assert (stored(database), files(config)) == (3, [])
    with database.reading() as session:
        row = session.scalars(select(Requirement).where(Requirement.source_key == "MOD-1")).one()
        told = feed(session, "requirement", row.id)
    assert (told[-1].actor_id, told[-1].why) == (cast.bob.id, "jira_cloud.csv")
    shown = browser.get(f"/requirements/{row.key}")
    assert "As the source had it" in shown.text
    assert "first note, second note" in shown.text
    assert browser.post(f"{sent.location}/confirm").status_code == 409


def test_refused_rows_and_hostile_cells_are_shown_as_text(
    database: Database, cast: Cast, sign_in: SignIn
) -> None:
    browser = sign_in(cast.bob)
    text = "key,title,due\nA-1,<script>alert(1)</script>,2026-02-30\nA-2,=1+1,\n"
    page = browser.get(send(browser, text.encode(), "<b>.csv").location).text
    assert "1 row is refused." in page
    assert "There is no such day or time" in page
    assert "<script>alert" not in page
    assert "<b>.csv" not in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This file is empty"),
        (b"a;b\n1;2\n", "No column holds the title"),
        (b"title\n\xff\xfe\n", "is not utf-8 text"),
        (b'title\n"open', "is never closed"),
    ],
)
def test_a_file_that_is_no_table_is_refused_and_not_kept(
    database: Database, cast: Cast, sign_in: SignIn, config: Config, data: bytes, sentence: str
) -> None:
    sent = send(sign_in(cast.bob), data, source="board")
    assert sent.status_code == 422
    assert sentence in sent.text
    assert 'value="board"' in sent.text
    assert files(config) == []


def test_without_a_file_or_with_an_unreadable_answer_the_form_comes_back(
    database: Database, cast: Cast, sign_in: SignIn
) -> None:
    browser = sign_in(cast.bob)
    assert "Choose a file." in browser.post("/import", data={}).text
    sent = send(browser, b"title\nOne\n", states="no equals sign")
    assert sent.status_code == 422
    assert "no equals sign" in sent.text


def test_answers_on_the_preview_change_what_would_be_taken(
    database: Database, cast: Cast, sign_in: SignIn
) -> None:
    browser = sign_in(cast.bob)
    where = send(browser, b"Ref,What,title,Status\nA-1,Long words,One,Parked\n").location
    page = browser.get(where).text
    assert "Nobody has said which state" in page
    named = {label: number for number, label in re.findall(r'id="label-(\d+)">([^<]+)<', page)}
    again = browser.post(
        f"{where}/answers",
        data={"states": "Parked=snoozed", f"column-{named['Ref']}": "key"},
        follow_redirects=True,
    )
    assert "1 would be created" in again.text
    browser.post(f"{where}/confirm")
    with database.reading() as session:
        row = session.scalars(select(Requirement)).one()
    assert (row.source_key, row.state.value) == ("A-1", "snoozed")
    wrong = browser.post(f"{where}/answers", data={"states": ""})
    assert wrong.status_code == 409


def test_a_discarded_file_is_gone(
    database: Database, cast: Cast, sign_in: SignIn, config: Config
) -> None:
    browser = sign_in(cast.bob)
    where = send(browser, b"title\nOne\n").location
    assert "nothing was stored" in browser.post(f"{where}/discard", follow_redirects=True).text
    assert (browser.get(where).status_code, files(config), stored(database)) == (404, [], 0)


def test_only_those_who_may_import_see_it_and_nobody_sees_the_file_of_another(
    database: Database, cast: Cast, sign_in: SignIn
) -> None:
    where = send(sign_in(cast.bob), b"title\nOne\n").location
    assert sign_in(cast.erin).get(where).status_code == 404
    assert sign_in(cast.erin).post(f"{where}/confirm").status_code == 404
    assert sign_in(cast.alice).get("/import").status_code == 403
    assert 'href="/import"' in sign_in(cast.bob).get("/requirements").text
    assert 'href="/import"' not in sign_in(cast.alice).get("/requirements").text
    assert send(sign_in(cast.victor), b"title\nOne\n").status_code == 403


def test_a_large_file_is_read_and_stored_by_the_worker(
    database: Database,
    cast: Cast,
    sign_in: SignIn,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads, "AT_ONCE", 10)
    browser = sign_in(cast.bob)
    where = send(browser, b"key,title\nA-1,One\nA-2,Two\n").location
    waiting = browser.get(where).text
    assert "Waiting for the worker." in waiting
    assert "Look again" in waiting
    while jobs.work_once(database, config):
        pass
    assert "2 would be created" in browser.get(where).text
    assert stored(database) == 0
    browser.post(f"{where}/confirm")
    assert stored(database) == 0
    while jobs.work_once(database, config):
        pass
    assert "2 created, 0 changed, 0 unchanged." in browser.get(where).text
    assert (stored(database), files(config)) == (2, [])


def test_a_large_file_that_is_no_table_says_so(
    database: Database,
    cast: Cast,
    sign_in: SignIn,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads, "AT_ONCE", 10)
    browser = sign_in(cast.bob)
    where = send(browser, b"a,b\n1,2\n1,2\n").location
    while jobs.work_once(database, config):
        pass
    assert "No column holds the title" in browser.get(where).text


def test_files_nobody_confirmed_are_removed_after_a_day(
    database: Database,
    cast: Cast,
    sign_in: SignIn,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send(sign_in(cast.bob), b"title\nOne\n")
    run = jobs.Run(database, config, 1, {})
    assert uploads.tidy_uploads(run) == {"removed": 0}
    monkeypatch.setattr(uploads, "KEPT", -uploads.KEPT)
    assert uploads.tidy_uploads(run) == {"removed": 1}
    assert files(config) == []
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ImportUpload)) == 0


@pytest.mark.parametrize("form", ["confirm", "answers"])
def test_a_file_that_is_gone_from_the_disk_is_asked_for_again(
    form: str, database: Database, cast: Cast, sign_in: SignIn, config: Config
) -> None:
    browser = sign_in(cast.bob)
    sent = send(browser, (SAMPLES / "jira_cloud.csv").read_bytes())
    for path in files(config):
        path.unlink()
    answer = browser.post(f"{sent.location}/{form}")
    assert answer.status_code == 409
    assert "no longer on the server. Upload it again." in answer.text
    assert stored(database) == 0
