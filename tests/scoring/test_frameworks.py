"""Frameworks changed in the browser: previewed, versioned, with errors that point at the place."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from roadmap.db import Database
from roadmap.scoring.definitions import definition
from roadmap.scoring.framework_forms import read_framework, typed_from
from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.models import Framework, Score
from roadmap.scoring.queries import framework_named
from roadmap.scoring.service import enter_scores
from tests.cast import Cast, actor
from tests.scoring.test_scores import RICE, accepted

Browser = Callable[[Any], FlaskClient]

CUSTOM = {
    "code": "quick",
    "name": "Quick wins",
    "method": "custom",
    "expression": "gain / effort",
    "c0.code": "gain",
    "c0.name": "Gain",
    "c0.scale": "3, 2, 1",
    "c0.rubric": "3: Large\n1: Small\nAs measured.",
    "c1.code": "effort",
    "c1.name": "Effort",
    "why": "Start small.",
    "do": "save",
}


def posted(framework: FrameworkDef) -> dict[str, str]:
    """Return what the form of a framework posts untouched."""
    typed = typed_from(framework)
    lines = {
        f"c{n}.{name}": value for n, line in enumerate(typed.lines) for name, value in line.items()
    }
    return {**typed.values, **lines}


def test_a_new_framework_scores_by_its_own_formula(
    database: Database, cast: Cast, sign_in: Browser
) -> None:
    bob = sign_in(cast.bob)
    assert bob.post("/prioritise/frameworks/new", data=CUSTOM).status_code == 303
    with database.writing() as session:
        made = definition(framework_named(session, "quick"))
        assert list(made.criteria[0].scale or ()) == [3, 2, 1]
        assert [level.value for level in made.criteria[0].rubric] == [3, 1, None]
        accepted(session, 1)
        enter_scores(session, actor(cast.bob), "quick", {"REQ-1": {"gain": 3, "effort": 2}})
        assert session.scalars(select(Score.value)).one() == 1.5
    page = bob.get("/prioritise/frameworks/quick").text
    assert "gain / effort" in page
    again = bob.post("/prioritise/frameworks/new", data=CUSTOM)
    assert again.status_code == 422
    assert "There is a framework of this code" in again.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"expression": "gain * / effort"}, "missing before"),
        ({"expression": "gain / weeks"}, "is not a criterion of this framework"),
        ({"expression": ""}, "The formula is empty"),
        ({"c0.code": "Gain!"}, "Use small letters"),
        ({"c1.code": "gain"}, "is there twice"),
        ({"c0.scale": "3, two"}, "Write the levels as numbers"),
        ({"c0.low": "ten"}, "Write a number"),
        ({"c7.weight": "heavy"}, "Write a number"),
        ({"name": ""}, "Give it a name"),
        ({"method": "magic"}, "Choose how the score is computed"),
        ({"code": "9x"}, "Use small letters"),
    ],
)
def test_what_is_wrong_is_said_where_it_is_and_what_was_typed_stays(
    cast: Cast, sign_in: Browser, change: dict[str, str], sentence: str
) -> None:
    answer = sign_in(cast.bob).post("/prioritise/frameworks/new", data=CUSTOM | change)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Start small." in answer.text


def test_a_wrong_formula_is_marked_at_the_place(cast: Cast, sign_in: Browser) -> None:
    data = CUSTOM | {"expression": "gain * / effort"}
    answer = sign_in(cast.bob).post("/prioritise/frameworks/new", data=data)
    assert "<code>gain * <mark>/</mark> effort</code>" in answer.text


def test_a_change_is_seen_before_it_is_saved_and_old_scores_stay_readable(
    database: Database, cast: Cast, sign_in: Browser
) -> None:
    bob = sign_in(cast.bob)
    bob.post("/prioritise/frameworks/new", data=CUSTOM)
    with database.writing() as session:
        accepted(session, 1, "Small and quick")
        accepted(session, 2, "Large and slow")
        numbers = {"REQ-1": {"gain": 1.0, "effort": 1.0}, "REQ-2": {"gain": 3.0, "effort": 4.0}}
        enter_scores(session, actor(cast.bob), "quick", numbers)
        base = posted(definition(framework_named(session, "quick")))
    changed = base | {"expression": "gain ^ 2 / effort", "why": "Size counts.", "based_on": "1"}
    seen = bob.post("/prioritise/frameworks/quick/edit", data=changed | {"do": "preview"})
    assert seen.status_code == 200
    assert "2 requirements change place" in seen.text
    with database.reading() as session:
        assert framework_named(session, "quick").version == 1
    unsaid = bob.post("/prioritise/frameworks/quick/edit", data=changed | {"why": " "})
    assert unsaid.status_code == 422
    saved = bob.post("/prioritise/frameworks/quick/edit", data=changed | {"do": "save"})
    assert saved.status_code == 303
    late = bob.post("/prioritise/frameworks/quick/edit", data=changed | {"do": "save"})
    assert late.status_code == 409
    with database.reading() as session:
        row = framework_named(session, "quick")
        assert row.version == 2
        values = dict(
            session.execute(
                select(Score.requirement_id, Score.value).where(Score.framework_id == row.id)
            ).all()
        )
        assert values == {1: 1, 2: 2.25}
        assert [
            f.active
            for f in session.scalars(
                select(Framework).where(Framework.code == "quick").order_by(Framework.version)
            )
        ] == [False, True]
    then = bob.get("/prioritise?framework=quick@1").text
    assert "as it was" in then
    assert then.index("Small and quick") < then.index("Large and slow")
    assert 'name="REQ-1.gain"' not in then
    now = bob.get("/prioritise?framework=quick").text
    assert now.index("Large and slow") < now.index("Small and quick")


def test_the_version_that_ranks_the_backlog_hands_that_on(
    database: Database, cast: Cast, sign_in: Browser
) -> None:
    with database.writing() as session:
        accepted(session, 1)
        enter_scores(session, actor(cast.bob), "rice", {"REQ-1": RICE})
        base = posted(definition(framework_named(session, "rice")))
    data = base | {"c0.low": "500", "why": "Small reach is noise.", "based_on": "1", "do": "save"}
    bob = sign_in(cast.bob)
    assert bob.post("/prioritise/frameworks/rice/edit", data=data).status_code == 303
    with database.reading() as session:
        row = framework_named(session, None)
        assert (row.code, row.version) == ("rice", 2)
        stored = session.scalars(select(Score).where(Score.framework_id == row.id)).one()
        assert (stored.value, stored.rank) == (None, None)
        assert "at least 500" in (stored.error or "")
    assert "Enter at least 500" in bob.get("/prioritise").text


def test_a_partner_reads_frameworks_and_cannot_change_them(cast: Cast, sign_in: Browser) -> None:
    alice = sign_in(cast.alice)
    assert alice.get("/prioritise/frameworks").status_code == 200
    assert alice.get("/prioritise/frameworks/rice@1").status_code == 200
    assert alice.get("/prioritise/frameworks/rice/edit").status_code == 403
    assert alice.post("/prioritise/frameworks/new", data=CUSTOM).status_code == 403
    assert alice.get("/prioritise/frameworks/nope").status_code == 404
    assert alice.get("/prioritise?framework=rice@99999999999").status_code == 404


texts = st.text(max_size=60)
fields = st.sampled_from([*CUSTOM, "c0.low", "c0.high", "c0.weight", "c1.scale", "variant"])


@given(st.dictionaries(fields, texts, max_size=5))
def test_whatever_is_typed_gives_a_framework_or_says_why_not(change: dict[str, str]) -> None:
    made, typed = read_framework({**CUSTOM, **change}, "quick")
    assert (made is None) == bool(typed.errors)
