"""What every answer has: headers, numbers, error pages that keep what was typed."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from roadmap import jobs
from roadmap.accounts.models import Person
from roadmap.db import Database
from roadmap.history.models import HistoryEvent
from tests.cast import Cast


@pytest.fixture
def guarded(app: Flask) -> Flask:
    """The application with form tokens checked, as it runs."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("path", ["/sign-in", "/nothing-here", "/healthz", "/account"])
def test_every_answer_has_the_security_headers(path: str, app: Flask, cast: Cast) -> None:
    headers = app.test_client().get(path).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Request-ID"]
    assert "Strict-Transport-Security" not in headers


def test_over_https_browsers_are_told_to_stay_there(app: Flask) -> None:
    headers = app.test_client().get("/healthz", base_url="https://localhost").headers
    assert "max-age" in headers["Strict-Transport-Security"]


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(app: Flask) -> None:
    cookie = app.test_client().get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_form_without_its_token_is_refused_and_hands_the_words_back(
    guarded: Flask, cast: Cast, sign_in: Any
) -> None:
    client = sign_in(cast.alice)
    answer = client.post("/account", data={"name": "kept <words>", "time_zone": "UTC"})
    assert answer.status_code == 400
    assert "This form is too old" in answer.text
    assert "kept &lt;words&gt;" in answer.text
    page = client.get("/account").text
    data = {"name": "Alice B.", "time_zone": "UTC", "csrf_token": token_in(page)}
    assert client.post("/account", data=data).status_code == 303


def test_a_form_sent_after_the_session_ended_hands_the_words_back(
    guarded: Flask, cast: Cast, sign_in: Any
) -> None:
    client = sign_in(cast.alice)
    token = token_in(client.get("/account").text)
    client.delete_cookie("roadmap_session")
    data = {"name": "kept words", "time_zone": "UTC", "csrf_token": token}
    answer = client.post("/account", data=data)
    assert answer.status_code == 401
    assert "You are signed out" in answer.text
    assert "kept words" in answer.text
    assert token not in answer.text


def test_passwords_are_never_handed_back(guarded: Flask, cast: Cast, sign_in: Any) -> None:
    data = {"current_password": "secret one", "new_password": "secret two", "x": "kept"}
    for client in (sign_in(cast.alice), guarded.test_client()):
        answer = client.post("/account/password", data=data)
        assert answer.status_code in {400, 401}
        assert "secret" not in answer.text
        assert "kept" in answer.text


def test_an_unknown_address_says_so_and_what_to_do(app: Flask, cast: Cast) -> None:
    answer = app.test_client().get("/nothing-here")
    assert answer.status_code == 404
    assert "Check the address" in answer.text


def test_an_api_error_is_json(app: Flask, cast: Cast) -> None:
    answer = app.test_client().get("/api/nothing-here")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["status"] == 404


def test_a_body_that_is_too_large_is_refused(app: Flask, cast: Cast, sign_in: Any) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 2000
    answer = sign_in(cast.alice).post("/account", data={"name": "x" * 5000, "time_zone": "UTC"})
    assert answer.status_code == 413
    assert "smaller" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/admin/people?q=a%00b",
        "/admin/people?state=%00",
        "/admin/people?after=%00",
        "/admin/people?after=WyJcdTAwMDAiLDFd",
        "/admin/people?before=WzEsMV0",
        "/admin/people?after=bm9uc2Vuc2U",
        "/admin/people?after=WyJBIiw5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ",
        "/admin/teams/a%00b",
        "/admin/people/99999999999999999999999999",
        "/a%00b",
        "/%ff%fe",
        "/admin/people?q=%ff%fe",
    ],
)
def test_odd_addresses_never_break_a_page(path: str, app: Flask, cast: Cast, sign_in: Any) -> None:
    answer = sign_in(cast.erin).get(path)
    assert answer.status_code in {200, 404, 422}


@pytest.mark.parametrize(
    "name", ["a\x00b", "a\x07b", "\ud800", "x" * 5000, "", "\u202eevil", "e\u0301\u0323" * 10]
)
def test_odd_text_is_refused_or_stored_but_never_breaks(
    name: str, app: Flask, cast: Cast, sign_in: Any
) -> None:
    data = {"name": name.encode("utf-8", "surrogatepass"), "time_zone": "UTC"}
    answer = sign_in(cast.alice).post("/account", data=data)
    assert answer.status_code in {303, 422}


def test_a_change_is_told_under_the_number_of_its_request(
    database: Database, cast: Cast, sign_in: Any
) -> None:
    client = sign_in(cast.alice)
    data = {"name": "Alice B.", "time_zone": "UTC"}
    answer = client.post("/account", data=data, headers={"X-Request-ID": "given-7"})
    assert answer.headers["X-Request-ID"] == "given-7"
    with database.reading() as session:
        newest = session.query(HistoryEvent).order_by(HistoryEvent.id.desc()).first()
        assert newest is not None
        assert newest.request_id == "given-7"
    bad = client.get("/account", headers={"X-Request-ID": "<script>"}).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{16}", bad)


def test_healthz_answers_without_a_database(app: Flask) -> None:
    assert app.test_client().get("/healthz").json == {"status": "alive"}


def test_readyz_needs_a_worker_that_was_seen_lately(app: Flask, database: Database) -> None:
    client = app.test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["worker"]) == (503, "none seen")
    jobs.beat(database)
    assert client.get("/readyz").json == {
        "status": "ready",
        "database": "ok",
        "migrations": "ok",
        "worker": "ok",
    }
    with database.writing() as session:
        mark = session.get_one(jobs.WorkerBeat, "worker")
        mark.at = mark.at.replace(year=2020)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["worker"].startswith("silent for")


def test_readyz_says_when_migrations_are_behind(app: Flask, database: Database) -> None:
    jobs.beat(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert "roadmap init" in answer.get_json()["migrations"]


def test_metrics_count_requests_and_are_kept_from_strangers(
    app: Flask, cast: Cast, sign_in: Any
) -> None:
    client = app.test_client()
    client.get("/sign-in")
    page = client.get("/metrics").text
    assert (
        'roadmap_requests_total{endpoint="accounts.sign_in",method="GET",status="200"} 1.0' in page
    )
    elsewhere = {"REMOTE_ADDR": "10.0.0.1"}
    assert client.get("/metrics", environ_base=elsewhere).status_code == 404
    assert sign_in(cast.bob).get("/metrics", environ_base=elsewhere).status_code == 404
    assert sign_in(cast.erin).get("/metrics", environ_base=elsewhere).status_code == 200


def test_a_lost_database_is_one_page_that_keeps_the_words(
    app: Flask, database: Database, cast: Cast, sign_in: Any
) -> None:
    client = sign_in(cast.alice)
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE person RENAME TO away"))
    answer = client.post("/account", data={"name": "kept words", "time_zone": "UTC"})
    assert answer.status_code in {500, 503}
    assert "kept words" in answer.text
    assert Person.__tablename__ not in answer.text
