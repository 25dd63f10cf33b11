"""One-time links, one's own account, and what ends sessions."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from roadmap import clock
from roadmap.accounts import links, passwords
from roadmap.accounts.models import AccountLink, Person
from roadmap.db import Database
from roadmap.history.queries import feed
from tests.cast import Cast
from tests.worlds import kept

NEW = "amber window chalk 4"
OLD = "violet anchor tide 9"


def make_link(sign_in: Any, cast: Cast) -> str:
    """Return the path of a link the admin makes for Alice."""
    page = sign_in(cast.erin).post(f"/admin/people/{cast.alice.id}/link").text
    found = re.search(r"http://localhost(/set-password\?token=[\w-]+)", page)
    assert found
    return found[1]


def use(app: Flask, path: str, password: str = NEW, again: str | None = None) -> Any:
    data = {"token": path.partition("=")[2], "password": password}
    return app.test_client().post(
        "/set-password", data={**data, "password_again": password if again is None else again}
    )


def test_a_link_sets_the_password_and_signs_in(
    app: Flask, database: Database, cast: Cast, sign_in: Any
) -> None:
    alice = sign_in(cast.alice)
    path = make_link(sign_in, cast)
    assert b"alice@example.org" in app.test_client().get(path).data
    answer = use(app, path)
    assert (answer.status_code, answer.location) == (303, "/")
    with database.reading() as session:
        person = session.get_one(Person, cast.alice.id)
        entries = feed(session, "person", person.id)
    assert passwords.matches(NEW, person.password_hash)
    assert [entry.action for entry in entries] == [
        "person.password_set",
        "person.link_made",
        "person.created",
    ]
    assert entries[0].actor_id == cast.alice.id
    # Sessions from before the new password are over.
    assert alice.get("/account").status_code == 302


def test_the_token_itself_is_not_stored(database: Database, cast: Cast, sign_in: Any) -> None:
    token = make_link(sign_in, cast).partition("=")[2]
    with database.reading() as session:
        (link,) = session.scalars(select(AccountLink)).all()
    assert token not in link.token_digest
    assert len(link.token_digest) == 64


def test_a_link_works_once(app: Flask, cast: Cast, sign_in: Any) -> None:
    path = make_link(sign_in, cast)
    assert use(app, path).status_code == 303
    assert use(app, path, "another password 7").status_code == 404
    assert app.test_client().get(path).status_code == 404


def test_a_newer_link_replaces_the_older(app: Flask, cast: Cast, sign_in: Any) -> None:
    older, newer = make_link(sign_in, cast), make_link(sign_in, cast)
    assert app.test_client().get(older).status_code == 404
    assert app.test_client().get(newer).status_code == 200


def test_a_link_ends_with_its_hours(app: Flask, cast: Cast, sign_in: Any) -> None:
    path = make_link(sign_in, cast)
    with time_machine.travel(clock.now() + timedelta(hours=71, minutes=59), tick=False):
        assert app.test_client().get(path).status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=72, minutes=1), tick=False):
        assert app.test_client().get(path).status_code == 404
        assert use(app, path).status_code == 404


@pytest.mark.parametrize("token", ["", "x", "x\x00y", "é" * 400])
def test_a_made_up_link_is_not_found(token: str, app: Flask, cast: Cast) -> None:
    answer = app.test_client().get("/set-password", query_string={"token": token})
    assert answer.status_code in {404, 422}


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", None, "at least 12"),
        ("x" * 201, None, "at most 200"),
        ("aaaaaaaaaaaaa", None, "more different"),
        ("alice@example.org", None, "your own name"),
        (NEW, "something else", "not the same"),
    ],
)
def test_a_poor_password_is_refused_and_the_link_lives_on(
    password: str, again: str | None, sentence: str, app: Flask, cast: Cast, sign_in: Any
) -> None:
    path = make_link(sign_in, cast)
    answer = use(app, path, password, again)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert use(app, path).status_code == 303


def test_an_invitation_and_a_reset_are_told_apart(
    app: Flask, database: Database, cast: Cast, sign_in: Any
) -> None:
    use(app, make_link(sign_in, cast))
    make_link(sign_in, cast)
    with database.reading() as session:
        found = session.scalars(select(AccountLink.purpose).order_by(AccountLink.id)).all()
    assert found == [links.INVITE, links.RESET]


@pytest.fixture
@kept
def with_password(database: Database, cast: Cast) -> Cast:
    with database.writing() as session:
        person = session.get_one(Person, cast.alice.id)
        person.password_hash = passwords.hash_password(OLD)
    return cast


def change(client: Any, **changes: str) -> Any:
    data = {"current_password": OLD, "new_password": NEW, "password_again": NEW, **changes}
    return client.post("/account/password", data=data)


def test_a_changed_password_ends_all_other_sessions(
    app: Flask, with_password: Cast, sign_in: Any
) -> None:
    here, there = sign_in(with_password.alice), sign_in(with_password.alice)
    assert change(here).status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"current_password": "wrong password 1"}, "not your present password"),
        ({"new_password": "short", "password_again": "short"}, "at least 12"),
        ({"password_again": "different one 33"}, "not the same"),
    ],
)
def test_a_refused_password_change_changes_nothing(
    changes: dict[str, str], sentence: str, database: Database, with_password: Cast, sign_in: Any
) -> None:
    client = sign_in(with_password.alice)
    answer = change(client, **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert client.get("/account").status_code == 200
    with database.reading() as session:
        person = session.get_one(Person, with_password.alice.id)
    assert passwords.matches(OLD, person.password_hash)


def test_guessing_the_present_password_is_throttled(
    app: Flask, with_password: Cast, sign_in: Any
) -> None:
    app.config["SIGN_IN_ATTEMPTS"] = 2
    client = sign_in(with_password.alice)
    for _ in range(2):
        assert change(client, current_password="wrong password 1").status_code == 422
    assert change(client).status_code == 429


def test_signing_out_everywhere_ends_every_session(
    database: Database, with_password: Cast, sign_in: Any
) -> None:
    here, there = sign_in(with_password.alice), sign_in(with_password.alice)
    assert here.post("/account/sign-out-everywhere").status_code == 303
    assert here.get("/account").status_code == there.get("/account").status_code == 302
    with database.reading() as session:
        assert feed(session, "person", with_password.alice.id)[0].action == "person.signed_out"


def test_times_are_shown_in_the_chosen_zone(
    database: Database, with_password: Cast, sign_in: Any
) -> None:
    client = sign_in(with_password.alice)
    data = {"name": "Alice", "time_zone": "Asia/Tokyo"}
    assert client.post("/account", data=data).status_code == 303
    with database.reading() as session:
        assert session.get_one(Person, with_password.alice.id).time_zone == "Asia/Tokyo"
        changes = feed(session, "person", with_password.alice.id)[0].changes
    assert changes == {"time_zone": ("UTC", "Asia/Tokyo")}
    refused = client.post("/account", data={"name": "Alice <i>", "time_zone": "Mars/Base"})
    assert refused.status_code == 422
    assert "Alice &lt;i&gt;" in refused.text
