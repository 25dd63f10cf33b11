"""The demo organisation as the walks of bad input find it: made once, copied for each test."""

import shutil
import sqlite3
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, bindparam, func, make_url, select

from config import Config
from roadmap import clock
from roadmap.accounts.links import address, issue
from roadmap.accounts.models import Person
from roadmap.accounts.permissions import ROLES
from roadmap.db import Database
from roadmap.exchange.workspace.load import import_workspace
from roadmap.exchange.workspace.shipped_files import DEMO
from roadmap.history.models import HistoryEvent
from roadmap.jobs import Job, work_once
from roadmap.readiness.checklists import active_template
from roadmap.readiness.templates import get_template, specs_of, store_version
from tests.cast import make_person
from tests.ground.crawl import Form, Found, crawl, forms_of
from tests.ground.done import Done, do_what_shows_forms
from tests.ground.gated import bring_about_gates, decide_and_import
from tests.ground.heard import bring_about

# Requirements of every state of the demo, and launches with waivers, gaps and readers.
STARTS = [
    *(f"/requirements/REQ-{n}" for n in (1, 7, 53, 57, 34, 15, 24, 59, 65, 60)),
    *(f"/launches/LCH-{n}" for n in (11, 14, 4, 16)),
    "/launches/LCH-11/waivers",
    "/launches/LCH-16/readers",
    # A queue with staff, and a site with holidays.
    "/mechanisms/MEC-25",
    "/mechanisms/MEC-25/people",
    "/mechanisms/sites/berlin/holidays",
    "/",
    "/search?q=live",
]
# What these do takes records away from the rest of the walk: the last most.
LAST = ("person", "move", "confirm", "discard", "handover", "delete")
# Who sends these is not signed in.
VISITORS = {"accounts.sign_in", "accounts.set_password"}

# Asked after each form that is sent; numbers of events only grow.
NEWEST = select(
    select(func.max(HistoryEvent.id)).scalar_subquery(),
    select(Person.session_epoch).where(Person.id == bindparam("person")).scalar_subquery(),
)


@dataclass
class Demo:
    """The demo organisation, somebody with every role, and what a walk over the pages found."""

    app: Flask
    database: Database
    person_id: int
    found: Found
    epoch: int = 1
    # Signing one takes as long as a short page.
    cookies: dict[int, str] = field(default_factory=dict)

    def client(self) -> FlaskClient:
        """Return a browser of the person, however often a post signed them out."""
        client, name = self.app.test_client(), self.app.config["SESSION_COOKIE_NAME"]
        if self.epoch not in self.cookies:
            with client.session_transaction() as cookie:
                cookie["_user_id"] = f"{self.person_id}:{self.epoch}"
            made = client.get_cookie(name)
            assert made is not None
            self.cookies[self.epoch] = made.value
        client.set_cookie(name, self.cookies[self.epoch])
        return client

    def sender(self, endpoint: str) -> FlaskClient:
        """Return a browser as people have who send the endpoint's form."""
        return self.app.test_client() if endpoint in VISITORS else self.client()

    def events(self) -> int:
        """Return the number of the newest event; see whether the person was signed out."""
        with self.database.engine.connect() as connection:
            held, self.epoch = connection.execute(NEWEST, {"person": self.person_id}).one()
        return int(held)

    def forms(self) -> list[tuple[str, Form]]:
        """Return one form of each route, those that take away last."""
        names = sorted(self.found.forms, key=lambda name: (_takes(name), name))
        return [(name, self.found.forms[name][0]) for name in names]


def _takes(endpoint: str) -> int:
    """Return how much an endpoint takes away: nothing, a part, or a record with its parts."""
    return max((place for place, word in enumerate(LAST, 1) if word in endpoint), default=0)


def build_demo(app: Flask, database: Database, config: Config) -> Demo:
    """Load the demo, bring about what its pages show only sometimes, and walk over its pages."""
    with database.writing() as session:
        import_workspace(session, DEMO.read_bytes(), "demo.json")
        person = make_person(session, "Zoe", *ROLES)
        newcomer = make_person(session, "Noa", "viewer")
        session.flush()
        link = address("", issue(session, newcomer, 72))
        template = active_template(session)
        assert template is not None
        items = specs_of(get_template(session, template.code, template.version).items)
        store_version(session, None, items[:-1], based_on=template.version)
        number = person.id
    while work_once(database, config):
        pass
    with database.writing() as session:
        session.add(
            Job(
                kind="none",
                payload={},
                state="failed",
                run_after=clock.now(),
                created_at=clock.now(),
            )
        )
        heard = bring_about(session, number, app.config["SECRET_KEY"])
        heard += bring_about_gates(session, number)
    demo = Demo(app, database, number, Found())
    done = Done(app, demo.client(), database)
    do_what_shows_forms(done, number)
    decide_and_import(done, database, number)
    demo.found = crawl(app, demo.client(), [*STARTS, *heard, *done.starts], each=2)
    for endpoint, form in done.forms:
        demo.found.forms[endpoint].append(form)
    for where in ("/sign-in", link):
        forms, _links = forms_of(app.test_client().get(where).text, where)
        endpoint = "accounts.sign_in" if where == "/sign-in" else "accounts.set_password"
        demo.found.forms[endpoint] += forms
    return demo


@dataclass
class Kept:
    """A copy of the demo: its database (a file, or a PostgreSQL name) and its uploaded files."""

    demo: Demo
    database: str
    uploads: Path


def _uploads(app: Flask) -> Path:
    return Path(app.extensions["roadmap_settings"].INSTANCE_DIR) / "uploads"


def keep(demo: Demo, folder: Path, admin: Connection | None) -> Kept:
    """Copy the demo for later tests; ``admin`` where the database is a PostgreSQL."""
    url = make_url(demo.database.url)
    demo.database.engine.dispose()
    shutil.copytree(_uploads(demo.app), folder / "uploads")
    kept = Kept(demo, str(folder / "demo.db"), folder / "uploads")
    if admin is None:
        with closing(sqlite3.connect(url.database or "")) as full:
            full.execute("VACUUM INTO ?", (kept.database,))
    else:
        kept.database = f"kept_{url.database}"
        _copy_database(admin, str(url.database), kept.database)
    return kept


def restore(kept: Kept, app: Flask, database: Database, admin: Connection | None) -> Demo:
    """Put the copy in the place of the test's empty database and folder."""
    name = make_url(database.url).database or ""
    database.engine.dispose()
    shutil.copytree(kept.uploads, _uploads(app))
    if admin is None:
        for suffix in ("-wal", "-shm"):
            Path(name + suffix).unlink(missing_ok=True)
        shutil.copy(kept.database, name)
    else:
        admin.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        _copy_database(admin, kept.database, name)
    found = deepcopy(kept.demo.found)
    return replace(kept.demo, app=app, database=database, found=found, epoch=1)


def _copy_database(admin: Connection, source: str, name: str) -> None:
    admin.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")
