"""Columns of a file that name own fields set them, follow the file, and keep edits made here."""

import pytest
from sqlalchemy import select

from roadmap.db import Database
from roadmap.history.seal import verify
from roadmap.lists.own_service import add_field
from roadmap.requirements import own_fields, queries
from roadmap.requirements.models import Requirement
from tests.cast import Cast
from tests.exchange.test_import_requirements import run
from tests.worlds import kept

HEAD = "Key,Summary,Vendor,own_cost,Build phase,Champion,Colour"
FILE = f"""{HEAD}
A-1,First thing,Acme,"1,200.5",Proof of concept,alice@example.org,red
A-2,Second thing,,many,nowhere,,blue
"""


@pytest.fixture(autouse=True)
@kept
def fields(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        for code, kind, label in (
            ("vendor", "text", "Vendor"),
            ("cost", "number", "Cost"),
            ("champion", "person", "Champion"),
        ):
            add_field(session, None, "requirement", code, kind, label=label)
        phases = ("Idea", "Proof of concept")
        add_field(
            session, None, "requirement", "phase", "choice", label="Build phase", choices=phases
        )


def held(database: Database) -> dict[str, dict[str, object]]:
    with database.reading() as session:
        rows = session.execute(select(Requirement.source_key, Requirement.id))
        keys = {row.source_key: row.id for row in rows}
        found = own_fields.held_of(session, own_fields.fields_of(session), list(keys.values()))
        return {str(key): dict(found.of(number)) for key, number in keys.items()}


def test_own_columns_are_taken_and_what_cannot_be_is_named(database, cast) -> None:
    report = run(database, FILE)
    assert report.created == 2
    assert ("Vendor", "own_vendor") in report.columns
    assert report.not_taken == ("Colour",)
    sentences = {(one.line, one.column): one.reason for one in report.problems}
    assert "Write a number" in sentences[3, "own_cost"]
    assert "none of its choices" in sentences[3, "Build phase"]
    assert held(database) == {
        "A-1": {
            "vendor": "Acme",
            "cost": 1200.5,
            "phase": "proof_of_concept",
            "champion": cast.alice.id,
        },
        "A-2": {},
    }
    assert run(database, FILE).unchanged == 2


def test_a_second_file_changes_what_nobody_changed_here(database, cast) -> None:
    run(database, FILE)
    with database.writing() as session:
        number = session.scalar(select(Requirement.id).where(Requirement.source_key == "A-1"))
        one = queries.get_requirement(session, None, int(number or 0), lock=True)
        own_fields.edit(session, None, one, {"own_vendor": "Ours"})
    again = (
        FILE.replace("Acme", "Theirs")
        .replace("1,200.5", "7")
        .replace("A-2,Second thing,", "A-2,Second thing,New")
    )
    report = run(database, again)
    assert [one.column for one in report.problems if "ours is kept" in one.reason] == ["Vendor"]
    found = held(database)
    assert (found["A-1"]["vendor"], found["A-1"]["cost"]) == ("Ours", 7.0)
    assert found["A-2"] == {"vendor": "New"}
    with database.reading() as session:
        assert not list(verify(session, "only for tests"))


def test_a_field_defined_later_is_filled_by_the_same_file(database, cast) -> None:
    run(database, FILE)
    with database.writing() as session:
        add_field(session, None, "requirement", "colour", "text", label="Colour")
    report = run(database, FILE)
    assert report.changed == 2
    assert {key: values["colour"] for key, values in held(database).items()} == {
        "A-1": "red",
        "A-2": "blue",
    }
