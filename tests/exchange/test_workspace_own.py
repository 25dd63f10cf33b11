"""Fields admins define, what requirements hold in them, and saved views travel in files."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from roadmap.history.seal import verify
from roadmap.lists.models import CustomField, SavedView
from roadmap.requirements import own_fields
from tests.exchange.workspace_files import dump, encoded, events, fresh_database, load, problems

PEOPLE = [{"email": "pm@example.org", "name": "Petra", "roles": ["pm"]}]
FIELDS: list[dict[str, Any]] = [
    {"code": "vendor", "label": "Vendor", "kind": "text", "position": 1},
    {
        "code": "phase",
        "label": "Phase",
        "kind": "choice",
        "choices": [
            {"code": "idea", "label": "Idea"},
            {"code": "old", "label": "Old", "active": False},
        ],
        "position": 2,
    },
    {"code": "cost", "label": "Cost", "kind": "number", "position": 3},
    {"code": "review", "label": "Review", "kind": "date", "position": 4, "active": False},
    {"code": "owner", "label": "Owner", "kind": "person", "position": 5},
]
HELD = {
    "cost": 12.5,
    "owner": "pm@example.org",
    "phase": "old",
    "review": "2027-03-01",
    "vendor": "Ácme, =GmbH",
}
REQUIREMENT = {
    "key": "REQ-1",
    "title": "A title",
    "problem": "x",
    "kind": "tool",
    "state": "submitted",
    "fields": HELD,
}
VIEW = {
    "owner": "pm@example.org",
    "name": "Costly",
    "shared": True,
    "query": "cost>10",
    "sort": "-cost",
    "columns": ["state", "cost"],
}

LATE = {
    "of": "launches",
    "owner": "pm@example.org",
    "name": "Costly",
    "query": "outlook:late",
    "sort": "date",
}


def file(**sections: Any) -> bytes:
    whole = {
        "people": PEOPLE,
        "fields": FIELDS,
        "views": [LATE, VIEW],
        "requirements": [REQUIREMENT],
    }
    return encoded(**{**whole, **sections})


def test_fields_values_and_views_come_back_as_they_were() -> None:
    with fresh_database() as database, fresh_database() as other:
        load(database, file())
        text = dump(database)
        found = json.loads(text)
        assert found["fields"] == FIELDS
        assert found["views"] == [LATE, VIEW]
        assert found["requirements"][0]["fields"] == HELD
        load(other, text.encode())
        assert dump(other) == text
        with other.reading() as session:
            before = events(session)
            assert not list(verify(session, "any key"))
        load(other, text.encode())
        with other.reading() as session:
            assert events(session) == before


def test_a_file_changes_and_empties_values() -> None:
    with fresh_database() as database:
        load(database, file())
        load(database, file(requirements=[{**REQUIREMENT, "fields": {"cost": 3}}]))
        with database.reading() as session:
            fields = own_fields.fields_of(session, retired=True)
            assert own_fields.held_of(session, fields, [1]).of(1) == {"cost": 3.0}
            assert len(session.scalars(select(CustomField)).all()) == 5
            views = session.scalars(select(SavedView.list_code)).all()
            assert sorted(views) == ["launches", "requirements"]


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        ({"size": "x"}, "requirements[0].fields.size: is no field of this file or the database"),
        ({"cost": "12"}, "requirements[0].fields.cost: needs a number for a number"),
        ({"vendor": 3}, "requirements[0].fields.vendor: needs a number for a number"),
        ({"phase": "gone"}, "requirements[0].fields.phase: is none of the choices"),
        ({"owner": "ghost@example.org"}, "nobody's e-mail address"),
        ({"review": "soon"}, "Write a date that exists"),
        ({"vendor": " "}, "is empty: leave it out"),
    ],
)
def test_values_that_do_not_fit_are_named(held: dict[str, Any], sentence: str) -> None:
    with fresh_database() as database:
        (problem,) = problems(database, file(requirements=[{**REQUIREMENT, "fields": held}]))
        assert sentence in problem


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"code": "state"}, "fields[0].code: is a built-in name"),
        ({"kind": "choice"}, "fields[0].choices: belong to a choice"),
        ({"choices": [{"code": "a", "label": "A"}]}, "fields[0].choices: belong to a choice"),
    ],
)
def test_fields_that_cannot_be_are_named(change: dict[str, Any], sentence: str) -> None:
    with fresh_database() as database:
        field = {**FIELDS[0], **change}
        found = problems(database, encoded(fields=[field]))
        assert any(sentence in problem for problem in found)


def test_a_stored_field_keeps_its_kind() -> None:
    with fresh_database() as database:
        load(database, file())
        field = {**FIELDS[0], "kind": "number"}
        (problem,) = problems(database, encoded(fields=[field]))
        assert "cannot change" in problem
