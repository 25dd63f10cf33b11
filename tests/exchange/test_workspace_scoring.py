"""Ranges, scores set by hand, capacity and frozen rankings travel in workspace files."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from roadmap.db import Database
from roadmap.exchange.workspace.shipped_files import DEMO
from roadmap.scoring.baselines import take_baseline, untouched
from roadmap.scoring.models import Baseline, Score, ScoreEntry, ScoreOverride, TeamCapacity
from tests.exchange.workspace_files import dump, encoded, fresh_database, load, problems

TEAM = {"code": "data", "name": "Data science"}
SCORE: dict[str, Any] = {
    "framework": "rice",
    "inputs": {"reach": 450, "impact": 3, "confidence": 1, "effort": 2},
    "ranges": {"effort": [1, 4]},
}
REQUIREMENT = {
    "key": "REQ-1",
    "title": "A title",
    "problem": "x",
    "kind": "tool",
    "state": "accepted",
    "efforts": [{"team": "data", "weeks": 3}],
    "scores": [SCORE],
}
OVERRIDE = {
    "requirement": "REQ-1",
    "framework": "rice",
    "value": 900,
    "reason": "Promised",
    "expires_on": "+10d",
    "created_at": "-1d",
}


def file(**sections: Any) -> bytes:
    whole = {
        "teams": [TEAM],
        "requirements": [REQUIREMENT],
        "capacities": [{"team": "data", "weeks": 5}],
        "overrides": [OVERRIDE],
    }
    return encoded(**{**whole, **sections})


def test_everything_of_scoring_comes_back_the_same_elsewhere(database: Database) -> None:
    load(database, file())
    with database.writing() as session:
        assert session.scalars(select(ScoreEntry)).one().ranges == {"effort": [1, 4]}
        stored = session.scalars(select(Score)).one()
        assert (stored.value, stored.effective, stored.fit) == (675, 900, "fits")
        assert session.scalars(select(TeamCapacity.weeks)).all() == [5]
        take_baseline(session, None, "Before Q1", "The plan")
    text = dump(database)
    assert load(database, text.encode()).changed == {}
    with fresh_database() as other:
        load(other, text.encode())
        assert dump(other) == text
        with other.reading() as session:
            frozen = session.scalars(select(Baseline)).one()
            assert untouched(session, frozen)
            assert session.scalars(select(ScoreOverride)).one().reason == "Promised"


PLACE = {"requirement": "REQ-1", "rank": 1, "score": 675, "effective_score": 675}
FROZEN = {"name": "Q1", "framework": "rice@1", "taken_at": "-9d", "places": [PLACE]}


@pytest.mark.parametrize(
    ("sections", "problem"),
    [
        ({"overrides": [{**OVERRIDE, "framework": "nope"}]}, "overrides[0].framework"),
        ({"overrides": [{**OVERRIDE, "reason": " "}]}, "overrides[0].reason"),
        ({"capacities": [{"team": "data", "weeks": -1}]}, "capacities[0].weeks"),
        ({"capacities": [{"team": "else", "weeks": 1}]}, "capacities[0].team"),
        ({"baselines": [{**FROZEN, "framework": "rice@9"}]}, "baselines[0].framework"),
        ({"baselines": [{**FROZEN, "digest": "0" * 64}]}, "baselines[0].digest"),
        ({"baselines": [{**FROZEN, "places": [PLACE, PLACE]}]}, "baselines[0].places"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(
    database: Database, sections: dict[str, Any], problem: str
) -> None:
    assert any(problem in one for one in problems(database, file(**sections)))


def test_a_range_must_hold_its_number(database: Database) -> None:
    score = SCORE | {"ranges": {"effort": [3, 4]}}
    wrong = file(requirements=[{**REQUIREMENT, "scores": [score]}])
    assert any("ranges.effort" in one for one in problems(database, wrong))


def test_a_frozen_ranking_is_never_changed_by_a_file(database: Database) -> None:
    load(database, file(baselines=[FROZEN]))
    other = {**FROZEN, "places": [{**PLACE, "score": 1}]}
    assert any("baselines[0].name" in one for one in problems(database, file(baselines=[other])))


def test_the_demo_has_ranges_capacity_and_a_score_set_by_hand() -> None:
    demo = json.loads(DEMO.read_text())
    assert demo["capacities"]
    assert demo["overrides"]
    assert any(s.get("ranges") for r in demo["requirements"] for s in r.get("scores", ()))
