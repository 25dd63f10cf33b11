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
# Programs send JSON there; what they may not send is in tests/api.
NO_FORMS = {"api.send_evidence"}
# Every parameter that some page reads from its address.
# fmt: off
PARAMETERS = [
    "q", "sort", "after", "before", "tab", "zoom", "group", "market", "team", "weeks", "framework",
    "show", "view", "by", "from", "checks", "at", "phase", "version", "into", "done", "submitted",
    "title", "metric", "target", "try", "kind", "owner", "state", "year", "first", "second", "next",
    "token", "code", "subject", "language", "surface", "policy_area", "severity", "needed", "cols",
    "c", "place-title", "usual", "pick", "mark", "edit", "cancel", "back", "draft", "key", "week",
    "page", "whole", "open", "part", "to", "volume", "starts", "propose", "method", "health",
    "sheet", "scope", "policy", "status", "stage", "heads-14", "extra-14", "aht-14", "share-14",
    "shift-14",
]
# fmt: on
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
@pytest.mark.parametrize("part", ["launches", "requirements", "rest"])
def test_no_form_breaks_loses_words_or_stores_half(demo: Demo, part: str) -> None:
    faults: list[str] = []
    for turn, (endpoint, form) in enumerate(demo.forms(part)):
        faults += attack(partial(demo.sender, endpoint), form, 1, demo.events, turn)
    again = crawl(demo.app, demo.client(), STARTS, each=2, faults_of=faults_of)
    assert faults + again.failed == []
    with demo.database.writing() as session:
        seal(session, KEY)
    with demo.database.reading() as session:
        assert list(verify(session, KEY)) == []


@pytest.mark.slow
@pytest.mark.parametrize("database_url", [KINDS["sqlite"]], indirect=True)
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

    Each page takes a third of the values and a sixth of the parameters, the next page the next:
    over the pages of a part every value and every parameter comes.
    """
    short = {label: quote_plus(value[:2000]) for label, value in VALUES.items()}
    short |= {label: value.decode() for label, value in BYTES.items()}
    labels = list(short)
    found = [
        (label, "&".join(f"{name}={short[label]}" for name in PARAMETERS))
        for label in labels[turn % 3 :: 3]
    ]
    for place in range(turn % 6, len(PARAMETERS), 6):
        name, label = PARAMETERS[place], labels[(turn + place * 7) % len(labels)]
        found.append((f"{name}={label}", f"{name}={short[label]}"))
    big = short["ten to the thirty"]
    return [*found, ("a far page", f"tab=history&before={big}&after={big}&view=list")]
