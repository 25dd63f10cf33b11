"""Signing in and out, throttling, and where one may be sent afterwards."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from argon2 import PasswordHasher, Type
from flask import Flask
from flask.testing import FlaskClient

from roadmap.accounts import passwords
from roadmap.accounts.models import Person
from roadmap.db import Database
from roadmap.history.service import record
from tests.cast import Cast
from tests.worlds import kept

PASSWORD = "violet anchor tide 9"


@pytest.fixture
@kept
def alice(database: Database, cast: Cast) -> Person:
    with database.writing() as session:
        person = session.get_one(Person, cast.alice.id)
        person.password_hash = passwords.hash_password(PASSWORD)
    return person


def send(client: FlaskClient, password: str = PASSWORD, **more: str) -> Any:
    data = {"email": "alice@example.org", "password": password, **more}
    return client.post("/sign-in", data=data)


def test_the_right_password_signs_in_and_leads_home(app: Flask, alice: Person) -> None:
    client = app.test_client()
    answer = send(client, email=" Alice@Example.org ")
    assert (answer.status_code, answer.location) == (303, "/")
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] == f"{alice.id}:1"
        assert cookie.permanent
    assert client.get("/sign-in").status_code == 302
    assert client.post("/sign-out").location == "/sign-in"
    assert client.get("/sign-in").status_code == 200


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(
    app: Flask, alice: Person
) -> None:
    client = app.test_client()
    wrong = send(client, "something else 1")
    unknown = client.post("/sign-in", data={"email": "nobody@example.org", "password": PASSWORD})
    assert wrong.status_code == unknown.status_code == 422
    assert b"do not match" in wrong.data

    def without_tokens(page: bytes) -> bytes:
        return re.sub(rb'(csrf_token" value="|X-CSRFToken": ")[^"]+', b"", page)

    assert without_tokens(wrong.data.replace(b"alice@", b"nobody@")) == without_tokens(unknown.data)
    assert b"alice@example.org" in wrong.data
    assert b"something else 1" not in wrong.data


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil",
        "",
    ],
)
def test_signing_in_never_leads_to_another_site(target: str, app: Flask, alice: Person) -> None:
    assert send(app.test_client(), next=target).location == "/"


def test_signing_in_leads_to_the_page_one_wanted(app: Flask, alice: Person) -> None:
    client = app.test_client()
    asked = client.get("/account?tab=1&x=%2F")
    assert asked.status_code == 302
    page = client.get(asked.location).text
    assert 'value="/account?tab=1&amp;x=%2F"' in page
    assert send(client, next="/account?tab=1&x=%2F").location == "/account?tab=1&x=%2F"


def test_too_many_failures_stop_even_the_right_password(app: Flask, alice: Person) -> None:
    app.config["SIGN_IN_ATTEMPTS"] = 3
    client = app.test_client()
    for _ in range(3):
        assert send(client, "wrong password 1").status_code == 422
    answer = send(client)
    assert answer.status_code == 429
    assert b"too many failed sign-ins" in answer.data
    assert b"alice@example.org" in answer.data
    assert PASSWORD.encode() not in answer.data


def test_failures_count_for_the_account_from_wherever_they_come(app: Flask, alice: Person) -> None:
    app.config["SIGN_IN_ATTEMPTS"] = 3
    client = app.test_client()
    data = {"email": "alice@example.org", "password": "wrong password 1"}
    for number in range(3):
        client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": f"10.0.0.{number}"})
    assert (
        client.post(
            "/sign-in",
            data={**data, "password": PASSWORD},
            environ_base={"REMOTE_ADDR": "10.0.0.9"},
        ).status_code
        == 429
    )


def test_failures_of_one_place_count_whoever_is_tried(app: Flask, alice: Person) -> None:
    app.config["SIGN_IN_ATTEMPTS"] = 3
    client = app.test_client()
    for number in range(3):
        data = {"email": f"guess{number}@example.org", "password": "wrong password 1"}
        client.post("/sign-in", data=data)
    assert send(client).status_code == 429


def test_failures_are_forgotten_after_a_quarter_of_an_hour(app: Flask, alice: Person) -> None:
    app.config["SIGN_IN_ATTEMPTS"] = 3
    client = app.test_client()
    with time_machine.travel(datetime(2026, 11, 22, 9, 0, tzinfo=UTC), tick=False):
        for _ in range(3):
            send(client, "wrong password 1")
        assert send(client).status_code == 429
    with time_machine.travel(datetime(2026, 11, 22, 9, 15, tzinfo=UTC), tick=False):
        assert send(client).status_code == 303


def test_signing_in_clears_the_accounts_failures(
    app: Flask, database: Database, alice: Person
) -> None:
    app.config["SIGN_IN_ATTEMPTS"] = 3
    client = app.test_client()
    for number in range(5):
        address = {"REMOTE_ADDR": f"10.0.0.{number}"}
        data = {"email": "alice@example.org", "password": "wrong password 1"}
        for _ in range(2):
            client.post("/sign-in", data=data, environ_base=address)
        data["password"] = PASSWORD
        assert client.post("/sign-in", data=data, environ_base=address).status_code == 303


def test_a_deactivated_person_cannot_sign_in(app: Flask, database: Database, alice: Person) -> None:
    with database.writing() as session:
        person = session.get_one(Person, alice.id)
        person.active = False
        record(session, None, person, "person.edited")
    assert send(app.test_client()).status_code == 422


def test_an_outdated_digest_is_renewed_at_sign_in(
    app: Flask, database: Database, alice: Person
) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with database.writing() as session:
        session.get_one(Person, alice.id).password_hash = old
    assert send(app.test_client()).status_code == 303
    with database.reading() as session:
        renewed = session.get_one(Person, alice.id).password_hash
    assert renewed is not None
    assert renewed != old
    assert passwords.matches(PASSWORD, renewed)
    assert not passwords.outdated(renewed)


class CountingHasher(PasswordHasher):
    """Counts how often the work of a digest was done."""

    done = 0

    def hash(self, *given: Any, **named: Any) -> str:
        self.done += 1
        return super().hash(*given, **named)

    def verify(self, *given: Any, **named: Any) -> Any:
        self.done += 1
        return super().verify(*given, **named)


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_an_unknown_address_costs_as_much_work_as_a_known_one(
    email: str, app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Counted, not timed: what a digest costs is the same for all of the same parameters.
    counting = CountingHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", counting)
    data = {"email": email, "password": "wrong password 1"}
    assert app.test_client().post("/sign-in", data=data).status_code == 422
    assert counting.done == 1


def test_a_digest_costs_as_much_work_as_rfc_9106_asks(strong_hasher: PasswordHasher) -> None:
    """The second recommended option of section 4: 3 passes over 64 MiB in 4 lanes."""
    assert strong_hasher.type is Type.ID
    assert strong_hasher.memory_cost >= 64 * 1024
    assert strong_hasher.time_cost >= 3
    assert strong_hasher.parallelism >= 4


@pytest.mark.parametrize(
    ("email", "password"),
    [("", "x"), ("a@b.org", ""), ("a\x00@b.org", "x"), ("a@b.org", "x\x00y"), ("a" * 300, "x")],
)
def test_an_incomplete_form_is_refused(email: str, password: str, app: Flask, cast: Cast) -> None:
    answer = app.test_client().post("/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 422


def test_a_password_keeps_its_outer_spaces_and_its_letters_in_any_form(
    app: Flask, database: Database, alice: Person
) -> None:
    with database.writing() as session:
        digest = passwords.hash_password(" café violet tide ")
        session.get_one(Person, alice.id).password_hash = digest
    assert send(app.test_client(), "café violet tide").status_code == 422
    assert send(app.test_client(), " cafe\u0301 violet tide ").status_code == 303


def test_signing_out_by_get_is_not_possible(alice: Person, sign_in: Any) -> None:
    client = sign_in(alice)
    assert client.get("/sign-out").status_code == 405
    assert client.get("/account").status_code == 200
