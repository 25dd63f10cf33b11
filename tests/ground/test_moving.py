"""The application that tests share remembers nothing of the test before."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from config import Config
from roadmap.accounts.models import Person
from roadmap.db import Database
from tests.cast import make_cast
from tests.conftest import postgres_copy
from tests.moving import MovingApp, made_for


@pytest.fixture
def moving(config: Config) -> MovingApp:
    """An application of this test alone."""
    return MovingApp(config)


@pytest.fixture
def another(config: Config, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Config]:
    """The same settings with a second database of the same kind, and a folder of its own."""
    folder = tmp_path / "another"
    folder.mkdir()
    if config.DATABASE_URL.startswith("sqlite"):
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "roadmap.db")
        url = f"sqlite:///{folder / 'roadmap.db'}"
        yield replace(config, DATABASE_URL=url, INSTANCE_DIR=str(folder))
        return
    parts = ("postgres_server", "postgres_admin", "postgres_template")
    with postgres_copy(*(request.getfixturevalue(name) for name in parts)) as url:
        yield replace(config, DATABASE_URL=url, INSTANCE_DIR=str(folder))


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(person.name for person in session.query(Person))


def test_what_one_database_holds_the_next_does_not(
    moving: MovingApp, config: Config, another: Config
) -> None:
    with moving.on(config) as app:
        database: Database = app.extensions["roadmap_db"]
        with database.writing() as session:
            make_cast(session)
        assert len(names(database)) == 6
    with moving.on(another) as app:
        assert app.extensions["roadmap_db"] is database
        assert names(database) == []
        with database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE person RENAME TO away"))
        with pytest.raises(DBAPIError):
            names(database)
    with moving.on(config):
        assert len(names(database)) == 6


def test_no_connection_stays_open_behind_the_move(
    moving: MovingApp, config: Config, another: Config
) -> None:
    with moving.on(config) as app:
        names(app.extensions["roadmap_db"])
        assert app.extensions["roadmap_db"].engine.pool.checkedin() == 1
    with moving.on(another) as app:
        assert app.extensions["roadmap_db"].engine.pool.checkedin() == 0


def test_settings_and_counts_start_again(
    moving: MovingApp, config: Config, another: Config
) -> None:
    with moving.on(config) as app:
        app.config["SIGN_IN_ATTEMPTS"] = 1
        app.config["NEW"] = 1
        app.test_client().get("/sign-in")
        assert "accounts.sign_in" in app.test_client().get("/metrics").text
    with moving.on(another) as app:
        assert app.config["SIGN_IN_ATTEMPTS"] == another.SIGN_IN_ATTEMPTS
        assert app.config["INSTANCE_DIR"] == another.INSTANCE_DIR
        assert "NEW" not in app.config
        assert app.extensions["roadmap_settings"] is another
        assert "accounts.sign_in" not in app.test_client().get("/metrics").text


@pytest.mark.parametrize(
    "change",
    [
        lambda app: app.jinja_env.filters.update(day=str),
        lambda app: app.jinja_env.globals.update(today=None),
        lambda app: app.before_request(lambda: None),
        lambda app: app.add_url_rule("/new", "new", lambda: ""),
    ],
    ids=["filter", "global", "before", "route"],
)
def test_a_changed_application_fails_the_test_that_changed_it(
    change: Callable[[Flask], object], moving: MovingApp, config: Config
) -> None:
    with pytest.raises(AssertionError, match="changed the application"), moving.on(config) as app:
        change(app)


def test_what_nobody_said_how_to_renew_fails_every_test(moving: MovingApp, config: Config) -> None:
    moving.app.extensions["new"] = object()
    with pytest.raises(AssertionError, match="how to renew"), moving.on(config):
        pass


def test_other_settings_are_another_application(config: Config) -> None:
    assert made_for(config) == made_for(replace(config, INSTANCE_DIR="elsewhere"))
    assert made_for(config) != made_for(replace(config, TRUSTED_PROXIES=1))
    assert made_for(config) != made_for(replace(config, SECRET_KEY="other"))
