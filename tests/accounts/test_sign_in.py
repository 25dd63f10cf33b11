"""Signing in and out, throttling, and where one may be sent afterwards."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from roadmap.accounts import passwords
from roadmap.accounts.models import Person
from roadmap.db import Database
from tests.cast import Cast

PASSWORD = "violet anchor tide 9"


@pytest.fixture
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
    assert wrong.data.replace(b"alice@", b"nobody@") == unknown.data
    assert b"alice@example.org" in wrong.data
    assert b"something else 1" not in wrong.data
