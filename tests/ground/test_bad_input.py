"""Whatever is sent to any page: a sentence, nothing lost, nothing half stored, no script alive."""

import io
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from config import Config
from roadmap.accounts.models import Person
from roadmap.accounts.permissions import ROLES
from roadmap.db import Database
from roadmap.exchange.workspace.load import import_workspace
from roadmap.exchange.workspace.shipped_files import DEMO
from roadmap.history.models import HistoryEvent
from roadmap.history.seal import seal, verify
from roadmap.jobs import work_once
from tests.cast import make_person
from tests.ground.attack import attack, faults_of
from tests.ground.crawl import Form, Found, crawl
from tests.ground.nasty import BYTES, VALUES

KEY = "only for tests"
SAMPLE = Path(__file__).parents[1] / "samples" / "jira_cloud.csv"
# Requirements of every state of the demo, and launches with waivers, gaps and readers.
STARTS = [
    *(f"/requirements/REQ-{n}" for n in (1, 7, 53, 57, 34, 15, 24, 59, 65, 60)),
    *(f"/launches/LCH-{n}" for n in (11, 14, 4, 16)),
    "/launches/LCH-11/waivers",
    "/launches/LCH-16/readers",
    "/",
    "/search?q=live",
]
# They need a one-time link, a failed job, a newer checklist or a passed decision; tested apart.
NO_FORM = {
    "accounts.set_password",
    "accounts.sign_in",
    "mechanism_parts.deploy",
    "readiness.take",
    "requirements.remove_prerequisite",
    "system.retry_job",
    "triage.undo",
}
# What these do takes records away from the rest of the walk.
LAST = ("person", "move", "delete", "remove", "confirm", "discard", "handover")
# Every parameter that some page reads from its address.
PARAMETERS = [
    "q",
    "sort",
    "after",
    "before",
    "tab",
    "zoom",
    "group",
    "market",
    "team",
    "weeks",
    "framework",
    "show",
    "view",
    "by",
    "from",
    "checks",
    "at",
    "phase",
    "version",
    "into",
    "done",
    "submitted",
    "title",
    "metric",
    "target",
    "try",
    "kind",
    "owner",
    "state",
    "year",
    "first",
    "second",
    "next",
    "token",
    "code",
    "subject",
    "language",
    "surface",
    "policy_area",
    "severity",
    "needed",
]


@dataclass
class Demo:
    """The demo organisation, somebody with every role, and what a walk over the pages found."""

    app: Flask
    database: Database
    person_id: int
    found: Found

    def client(self) -> FlaskClient:
        """Return a browser of the person, however often a post signed them out."""
        with self.database.reading() as session:
            epoch = session.get_one(Person, self.person_id).session_epoch
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{self.person_id}:{epoch}"
        return client

    def events(self) -> int:
        """Return how many events the history holds."""
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(HistoryEvent)) or 0

    def forms(self, part: str) -> list[Form]:
        """Return one form of each route of a part of the house, those that take away last."""
        names = [name for name in self.found.forms if part_of(name) == part]
        names.sort(key=lambda name: (name.endswith(LAST), name))
        return [self.found.forms[name][0] for name in names]


def part_of(endpoint: str) -> str:
    """Return which third of the house an endpoint is in, so that the parts run side by side."""
    room = endpoint.split(".", maxsplit=1)[0]
    if room in {"launches", "readiness", "overview", "checklists"}:
        return "launches"
    return "requirements" if room in {"requirements", "triage", "scoring", "imports"} else "rest"


@pytest.fixture
def demo(app: Flask, database: Database, config: Config) -> Demo:
    with database.writing() as session:
        import_workspace(session, DEMO.read_bytes(), "demo.json")
        person = make_person(session, "Zoe", *ROLES)
        session.flush()
        number = person.id
    while work_once(database, config):
        pass
    found = Demo(app, database, number, Found())
    client = found.client()
    sent = client.post("/import", data={"file": (io.BytesIO(SAMPLE.read_bytes()), "a.csv")})
    client.post("/requirements/REQ-1/comments", data={"body": "First."})
    client.post("/requirements/REQ-1/support", data={"support_reason": "Me too."})
    found.found = crawl(app, client, [*STARTS, sent.location], each=5)
    return found


def test_every_route_that_stores_has_a_form_this_walk_finds(demo: Demo) -> None:
    rules = demo.app.url_map.iter_rules()
    posts = {rule.endpoint for rule in rules if "POST" in (rule.methods or set())}
    assert posts - set(demo.found.forms) == NO_FORM
    assert demo.found.failed == []


# Each walk takes a minute, so each runs on the database that refuses more of what it sends; the
# sentences of test_bad_input_words are asked for on both.
@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("part", ["launches", "requirements", "rest"])
def test_no_form_breaks_loses_words_or_stores_half(demo: Demo, part: str) -> None:
    faults: list[str] = []
    for turn, form in enumerate(demo.forms(part)):
        faults += attack(demo.client, form, 1, demo.events, turn)
    again = crawl(demo.app, demo.client(), STARTS, each=2)
    for pages in again.pages.values():
        for path in pages:
            faults += [f"{path}: {fault}" for fault in faults_of(demo.client().get(path))]
    assert faults + again.failed == []
    with demo.database.writing() as session:
        seal(session, KEY)
    with demo.database.reading() as session:
        assert list(verify(session, KEY)) == []


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_address_breaks_a_page(demo: Demo) -> None:
    faults: list[str] = []
    for turn, pages in enumerate(demo.found.pages.values()):
        for path in {urlsplit(page).path for page in pages[:1]}:
            for label, query in queries(turn):
                answer = demo.client().get(f"{path}?{query}")
                faults += [f"{path} {label}: {fault}" for fault in faults_of(answer)]
    assert faults == []


def queries(turn: int) -> list[tuple[str, str]]:
    """Return (what is wrong, query): values in all parameters at once, and parameters alone.

    Each page takes a third of both, the next page the next third: over the pages of a part every
    value and every parameter comes.
    """
    short = {label: quote_plus(value[:2000]) for label, value in VALUES.items()}
    short |= {label: value.decode() for label, value in BYTES.items()}
    labels = list(short)
    found = [
        (label, "&".join(f"{name}={short[label]}" for name in PARAMETERS))
        for label in labels[turn % 3 :: 3]
    ]
    for place in range(turn % 3, len(PARAMETERS), 3):
        name, label = PARAMETERS[place], labels[(turn + place * 7) % len(labels)]
        found.append((f"{name}={label}", f"{name}={short[label]}"))
    big = short["ten to the thirty"]
    return [*found, ("a far page", f"tab=history&before={big}&after={big}&view=list")]
