"""Whatever is sent to any page: a sentence, nothing lost, nothing half stored, no script alive."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar
from urllib.parse import parse_qs, parse_qsl, quote_plus, urlsplit

import pytest
from flask import Flask, Request
from flask.testing import FlaskClient
from werkzeug.datastructures import ImmutableMultiDict

from config import Config
from roadmap.db import Database
from roadmap.history.seal import seal, verify
from tests.ground.attack import attack, faults_of
from tests.ground.crawl import crawl
from tests.ground.demo import STARTS, Demo, Kept, build_demo, keep, restore
from tests.ground.nasty import BYTES, VALUES

KEY = "only for tests"
# Programs send JSON there; what they may not send is in tests/api.
NO_FORMS = {"api.send_evidence"}
# Tests on one demo run in one process, so that it is made once for each kind of database.
KINDS = {
    kind: pytest.param(kind, marks=[pytest.mark.xdist_group(f"demo-{kind}"), *more])
    for kind, more in (("sqlite", []), ("postgres", [pytest.mark.postgres]))
}


@pytest.fixture(scope="session")
def kept_demos() -> dict[str, Kept]:
    """The demo of each kind of database, once a test has built it."""
    return {}


@pytest.fixture
def demo(
    app: Flask,
    database: Database,
    config: Config,
    kept_demos: dict[str, Kept],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Demo:
    """The demo organisation on this test's database, and what a walk over its pages found."""
    app.config["SIGN_IN_ATTEMPTS"] = 1_000_000
    kind = database.engine.dialect.name
    admin = request.getfixturevalue("postgres_admin") if kind == "postgresql" else None
    if kind in kept_demos:
        return restore(kept_demos[kind], app, database, admin)
    built = build_demo(app, database, config)
    kept_demos[kind] = keep(built, tmp_path_factory.mktemp("demo"), admin)
    if admin is not None:
        request.getfixturevalue("postgres_kept").append(kept_demos[kind].database)
    return replace(built, found=deepcopy(built.found))


@pytest.mark.parametrize("database_url", list(KINDS.values()), indirect=True)
def test_every_route_that_stores_has_a_form_this_walk_finds(demo: Demo) -> None:
    rules = demo.app.url_map.iter_rules()
    posts = {rule.endpoint for rule in rules if "POST" in (rule.methods or set())}
    # A form that the demo's pages do not show by themselves is brought about in build_demo.
    assert sorted(posts - NO_FORMS - set(demo.found.forms)) == []
    assert demo.found.failed == []


# Each walk takes a minute, so each runs on the database that refuses more of what it sends; the
# sentences of test_bad_input_words are asked for on both.
@pytest.mark.slow
@pytest.mark.parametrize("database_url", [KINDS["postgres"]], indirect=True)
def test_no_form_breaks_loses_words_or_stores_half(demo: Demo) -> None:
    faults: list[str] = []
    forms = demo.forms()
    for turn, (endpoint, form) in enumerate(forms):
        faults += attack(partial(demo.sender, endpoint), form, demo.events, turn)
    # What was stored is seen where it was typed, and by whoever looks next.
    starts = [*(form.page for _endpoint, form in forms), *STARTS]
    again = crawl(demo.app, demo.client(), starts, each=1, faults_of=faults_of)
    assert faults + again.failed == []
    with demo.database.writing() as session:
        seal(session, KEY)
    with demo.database.reading() as session:
        assert list(verify(session, KEY)) == []


@pytest.mark.slow
@pytest.mark.parametrize("database_url", [KINDS["sqlite"]], indirect=True)
def test_no_address_breaks_a_page(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Request, "parameter_storage_class", Noted)
    faults: list[str] = []
    for turn, endpoint in enumerate(demo.found.pages):
        links = demo.found.links[endpoint]
        names = {name for link in links for name in parse_qs(urlsplit(link).query)}
        # The address that asks most.
        page = max(links, key=lambda link: link.count("="))
        faults += ask(demo.client, page, names | demo.found.asked[endpoint], turn)
    assert faults == []


class Noted(ImmutableMultiDict[str, str]):
    """The parameters of an address; it notes which ones a page reads."""

    read: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> str:
        self.read.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.read.add(str(key))
        return super().__contains__(key)

    def getlist(self, key: str, *more: Any, **named: Any) -> list[Any]:
        self.read.add(key)
        return super().getlist(key, *more, **named)


def ask(client: Callable[[], FlaskClient], page: str, names: set[str], turn: int) -> list[str]:
    """Ask a page what it does not expect; return faults. ``names`` is what links and forms ask.

    All parameters that the page reads get a third of the values at once, and each gets another one
    alone; the next page takes the next ones.
    """
    faults: list[str] = []
    parts = urlsplit(page)
    usual = dict(parse_qsl(parts.query, keep_blank_values=True))

    def get(label: str, asked: dict[str, bytes]) -> None:
        Noted.read.clear()
        query = b"&".join(quote_plus(name).encode() + b"=" + value for name, value in asked.items())
        answer = client().get(f"{parts.path}?{query.decode()}")
        names.update(Noted.read)
        faults.extend(f"{parts.path} {label}: {fault}" for fault in faults_of(answer))

    kept = {name: encoded(value) for name, value in usual.items()}
    get("as found", kept)
    values = {label: encoded(value[:2000]) for label, value in VALUES.items()} | BYTES
    labels = list(values)
    for label in labels[turn % 3 :: 3] if names else []:
        get(f"all={label}", dict.fromkeys([*sorted(names), "unknown"], values[label]))
    big = values["ten to the thirty"]
    if names:
        get("a far page", {"tab": b"history", "before": big, "after": big, "view": b"list"})
    for place, name in enumerate(sorted(names)):
        label = labels[(turn + place * 5) % len(labels)]
        get(f"{name}={label}", kept | {name: values[label]})
    return faults


def encoded(value: str) -> bytes:
    """Return text as it stands in an address."""
    return quote_plus(value).encode()
