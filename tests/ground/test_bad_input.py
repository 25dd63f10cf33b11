"""Whatever is sent to any page: a sentence, nothing lost, nothing half stored, no script alive."""

from copy import deepcopy
from dataclasses import replace
from functools import partial
from urllib.parse import quote_plus, urlsplit

import pytest
from flask import Flask

from config import Config
from roadmap.db import Database
from roadmap.history.seal import seal, verify
from tests.ground.attack import attack, faults_of
from tests.ground.crawl import crawl
from tests.ground.demo import STARTS, Demo, Kept, build_demo, keep, restore
from tests.ground.nasty import BYTES, VALUES

KEY = "only for tests"
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


def test_every_route_that_stores_has_a_form_this_walk_finds(demo: Demo) -> None:
    rules = demo.app.url_map.iter_rules()
    posts = {rule.endpoint for rule in rules if "POST" in (rule.methods or set())}
    # A form that the demo's pages do not show by themselves is brought about in build_demo.
    assert sorted(posts - set(demo.found.forms)) == []
    assert demo.found.failed == []


# Each walk takes a minute, so each runs on the database that refuses more of what it sends; the
# sentences of test_bad_input_words are asked for on both.
@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("part", ["launches", "requirements", "rest"])
def test_no_form_breaks_loses_words_or_stores_half(demo: Demo, part: str) -> None:
    faults: list[str] = []
    for turn, (endpoint, form) in enumerate(demo.forms(part)):
        faults += attack(partial(demo.sender, endpoint), form, 1, demo.events, turn)
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
