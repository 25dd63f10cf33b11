"""export(import(export(x))) is export(x), byte for byte, whatever database stands between."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from roadmap.db import Database
from roadmap.exchange.workspace.shipped_files import DEMO, story_path
from roadmap.mechanisms.models import Measurement, MeasurementVoid
from tests.exchange.workspace_files import (
    HEAD,
    LAUNCH,
    MARKETS,
    MECHANISM,
    REQUIREMENT,
    ROW,
    dump,
    encoded,
    events,
    fresh_database,
    load,
)
from tests.worlds import kept


@pytest.fixture
@kept
def imported(database: Database) -> None:
    load(database, DEMO.read_bytes())


@pytest.mark.usefixtures("imported")
def test_the_demo_survives_export_and_import_byte_for_byte(database: Database) -> None:
    first = dump(database)
    with fresh_database() as other:
        load(other, first.encode())
        assert dump(other) == first
    load(database, first.encode())
    assert dump(database) == first


@pytest.mark.postgres
def test_a_file_means_the_same_on_sqlite_and_postgresql(sqlite_url: str, postgres_url: str) -> None:
    sqlite, postgres = Database(sqlite_url), Database(postgres_url)
    load(sqlite, DEMO.read_bytes())
    text = dump(sqlite)
    load(postgres, text.encode())
    assert dump(postgres) == text
    sqlite.dispose()
    postgres.dispose()


@pytest.mark.usefixtures("imported")
def test_an_export_is_canonical_text(database: Database) -> None:
    text = dump(database)
    assert text.endswith("}\n")
    assert "\r" not in text
    document = json.loads(text)
    assert [one["code"] for one in document["markets"]] == sorted(
        one["code"] for one in document["markets"]
    )
    assert [one["email"] for one in document["people"]] == sorted(
        one["email"] for one in document["people"]
    )
    assert "as_of" not in document
    assert json.dumps(document, ensure_ascii=False, indent=2) + "\n" == text


@pytest.mark.usefixtures("imported")
def test_an_export_holds_no_secret_and_no_history(database: Database) -> None:
    text = dump(database)
    for word in ("password", "argon2", "session_epoch", "digest", "token", "workspace file"):
        assert word not in text


@pytest.mark.usefixtures("imported")
def test_importing_the_same_file_twice_changes_nothing_and_tells_nothing(
    database: Database,
) -> None:
    with database.reading() as session:
        before = events(session)
    again = load(database, DEMO.read_bytes())
    assert again.changed == {}
    with database.reading() as session:
        assert events(session) == before


@pytest.mark.parametrize("number", [1, 3, 4, 5, 7, 8, 12, 13, 14, 18])
def test_every_story_survives_export_and_import(number: int) -> None:
    with fresh_database() as one, fresh_database() as other:
        load(one, story_path(number).read_bytes())
        text = dump(one)
        load(other, text.encode())
        assert dump(other) == text


def link() -> dict[str, Any]:
    """A link with a fallback, a target and a pool somebody named."""
    return {
        "mechanism": "MEC-3",
        "role": "detect",
        "required_stage": "monitor",
        "fallback": "MEC-9",
        "targets": [
            {
                "metric": "precision",
                "target": 0.9,
                "dimensions": ["market"],
                "pools": [{"name": "rare", "members": ["DE/*/*/*"], "named_by": "a@example.org"}],
            }
        ],
    }


def promises() -> list[dict[str, Any]]:
    """Plans whose subjects name other parts of the launch, one of them gone."""
    return [
        {"check_code": "TRAINING", "subject": "need:#2:DE/de/weapons"},
        {"check_code": "MECH_STAGE", "subject": "link:MEC-3/detect"},
        {"check_code": "DEPENDENCY", "subject": "dependency:LCH-5", "owner": "a@example.org"},
        {"check_code": "MECH_RECALL", "subject": "metric:MEC-3/detect:recall:pool rare"},
        {"check_code": "COV_GAP", "subject": "cell:DE/de/live/weapons"},
        {"check_code": "X", "subject": "link:gone-17"},
    ]


def full_launch() -> dict[str, Any]:
    """A launch with every part."""
    return {
        **LAUNCH,
        "confidential": True,
        "reader_people": ["a@example.org"],
        "claim": {"status": "green", "nested": [1, 2.5, None, {"x": "ü"}]},
        "source": "tracker",
        "source_key": "A-1",
        "copied_from": "LCH-5",
        "phases": [
            {"name": "one", "share": 0.5, "starts_on": "2026-12-01"},
            {"name": "two", "share": 1, "precision": "quarter"},
        ],
        "cells": [{"cell": "DE/de/live/weapons", "from_phase": 2}],
        "mechanisms": [link()],
        "training_needs": [{"heads": 3}, {"heads": 3}, {"cells": "DE/*/*/*", "heads": 2}],
        "dependencies": [{"launch": "LCH-5", "phase_position": 1}],
        "gap_plans": promises(),
    }


def custom_framework() -> dict[str, Any]:
    """A framework with a formula of its own."""
    return {
        "code": "house",
        "version": 2,
        "name": "House",
        "method": "custom",
        "expression": "value ^ 2 / cost",
        "criteria": [{"code": "value", "name": "Value"}, {"code": "cost", "name": "Cost"}],
    }


def retired_template() -> dict[str, Any]:
    """A checklist template that is not in use."""
    return {
        "code": "small",
        "version": 1,
        "title": "Small",
        "active": False,
        "items": [
            {"code": "b", "text": "B?", "severity": "info", "types": ["M"]},
            {"code": "a", "text": "A?", "severity": "blocker", "regions": ["EU"], "max_tier": 3},
        ],
    }


def measured_mechanism() -> dict[str, Any]:
    """A mechanism with an old configuration, a voided row and one corrected twice."""
    corrected = {"reason": "Corrected by its source"}
    numbers = [(80, "-5d", "-4d"), (81, "-4d", "-3d"), (82, "-3d", None)]
    chain = [
        {**ROW, "source": "feed", "external_key": "k", "numerator": count, "recorded_at": at}
        | ({"void": {**corrected, "voided_at": by, "corrected_by": by}} if by else {})
        for count, at, by in numbers
    ]
    return {
        **MECHANISM,
        "configurations": [
            {"label": "v1", "parameters": {"threshold": 0.8}},
            {"label": "v0", "parameters": {}, "digest": "0123abcd"},
        ],
        "coverage": ["DE/de/live/*", "*/*/*/weapons"],
        "measurements": [ROW, {**ROW, "void": {"reason": "wrong", "voided_at": "-1d"}}, *chain],
    }


def linked_requirements() -> list[dict[str, Any]]:
    """A scored requirement, one merged into another, one with a prerequisite."""
    return [
        {**REQUIREMENT, "scores": [{"framework": "house", "inputs": {"value": 3.0}}]},
        {
            **REQUIREMENT,
            "key": "REQ-8",
            "state": "duplicate",
            "duplicate_of": "REQ-9",
            "source": "jira",
            "source_key": "X-1",
            "source_data": {"b": 1, "a": [True, "x"]},
        },
        {**REQUIREMENT, "key": "REQ-9", "prerequisites": [{"requirement": "REQ-7"}]},
    ]


def everything() -> bytes:
    """A file that uses what the demo does not."""
    people = [{"email": "a@example.org", "name": "A", "active": False}]
    return encoded(
        **MARKETS,
        people=people,
        frameworks=[custom_framework()],
        frameworks_off=["wsjf@1"],
        backlog_framework="house@2",
        templates=[retired_template()],
        mechanisms=[
            measured_mechanism(),
            {"key": "MEC-9", "name": "Queue", "kind": "review_queue", "stage": "draft"},
        ],
        requirements=linked_requirements(),
        launches=[full_launch(), {**LAUNCH, "key": "LCH-5"}],
    )


def test_what_the_demo_does_not_use_survives_too(database: Database) -> None:
    load(database, everything())
    text = dump(database)
    document = json.loads(text)
    assert [p["subject"] for p in document["launches"][0]["gap_plans"]] == [
        "cell:DE/de/live/weapons",
        "dependency:LCH-5",
        "metric:MEC-3/detect:recall:pool rare",
        "link:MEC-3/detect",
        # Its cells sort after those of the need that names a market.
        "need:#2:DE/de/weapons",
        "link:gone-17",
    ]
    assert document["frameworks_off"] == ["wsjf@1"]
    assert document["backlog_framework"] == "house@2"
    assert load(database, text.encode()).changed == {}
    with fresh_database() as other:
        load(other, text.encode())
        assert dump(other) == text
        with other.reading() as session:
            rows = {row.id: row.numerator for row in session.scalars(select(Measurement))}
            voids = session.scalars(select(MeasurementVoid)).all()
        pairs = [(rows[v.measurement_id], rows.get(v.corrected_by_id or 0)) for v in voids]
        assert sorted(pairs, key=str) == [(80, 81), (81, 82), (90, None)]


words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40
).filter(str.strip)
numbers = st.integers(0, 2_000_000_000)


@st.composite
def requirements(draw: st.DrawFn) -> list[dict[str, Any]]:
    keys = draw(st.lists(st.integers(1, 999), unique=True, min_size=1, max_size=5))
    found = []
    for place, key in enumerate(keys):
        found.append(
            {
                **REQUIREMENT,
                "key": f"REQ-{key}",
                "title": draw(words),
                "problem": draw(
                    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
                ),
                "weekly_volume": draw(st.none() | numbers),
                "needed_by": draw(st.none() | st.dates().map(str)),
                "links": [{"url": draw(words)} for _ in range(draw(st.integers(0, 2)))],
                "source_data": draw(
                    st.none()
                    | st.dictionaries(
                        words, st.none() | st.booleans() | numbers | words, max_size=3
                    )
                ),
                "prerequisites": [
                    {"requirement": f"REQ-{keys[other]}"}
                    for other in draw(st.sets(st.integers(0, place), max_size=2))
                    if other < place
                ],
                "scores": [
                    {
                        "framework": "rice",
                        "inputs": draw(
                            st.dictionaries(st.just("reach"), st.floats(0, 1e6) | st.integers(0, 5))
                        ),
                    }
                ],
            }
        )
    return found


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(requirements())
def test_any_requirements_survive_export_and_import(items: list[dict[str, Any]]) -> None:
    data = json.dumps({**HEAD, "requirements": items}).encode()
    with fresh_database() as one, fresh_database() as other:
        load(one, data)
        text = dump(one)
        assert load(one, text.encode()).changed == {}
        load(other, text.encode())
        assert dump(other) == text
