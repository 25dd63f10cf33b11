"""The event stream: nothing changes untold, and what was told can be proven."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.db import Database
from roadmap.history.capture import UnrecordedChange
from roadmap.history.queries import feed
from roadmap.history.seal import head, keep_head, seal, verify
from roadmap.history.service import record
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import RequirementKind, RequirementState
from tests.cast import Cast, make_person

KEY = "only for tests"


def make_requirement(session: Session, number: int = 1) -> Requirement:
    requirement = Requirement(
        id=number,
        title="Block replica perfume",
        problem="Replica perfume is shown in streams.",
        kind=RequirementKind.TOOL,
        state=RequirementState.SUBMITTED,
        state_changed_at=clock.now(),
        created_at=clock.now(),
        updated_at=clock.now(),
        needed_by=date(2026, 12, 7),
    )
    session.add(requirement)
    record(session, None, requirement, "requirement.submitted")
    return requirement


def faults(database: Database, kept: Path | None = None) -> list[str]:
    with database.reading() as session:
        return [f"{fault.record}: {fault.message}" for fault in verify(session, KEY, kept)]


def test_a_change_without_an_event_is_refused_at_commit(database: Database) -> None:
    with (
        pytest.raises(UnrecordedChange, match="Person"),
        database.writing() as session,
    ):
        session.add(Person(email="a@example.org", name="A", created_at=clock.now()))


def test_an_event_tells_who_what_before_and_after_and_why(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        requirement = make_requirement(session)
    with database.writing() as session:
        again = session.get_one(Requirement, requirement.id)
        again.title = "Block replica perfume in LIVE"
        again.problem = "Replica perfume is shown in French streams."
        record(session, cast.bob.id, again, "requirement.edited", why="clearer")
    with database.reading() as session:
        newest, first = feed(session, "requirement", requirement.id)
    assert first.action == "requirement.submitted"
    assert newest.actor_id == cast.bob.id
    assert newest.why == "clearer"
    assert newest.changes["title"] == ("Block replica perfume", "Block replica perfume in LIVE")
    assert newest.changes["problem"][1] == "Replica perfume is shown in French streams."


def test_an_edit_that_changes_nothing_leaves_no_event(database: Database) -> None:
    with database.writing() as session:
        requirement = make_requirement(session)
        requirement.title = "Block replica perfume"
        assert record(session, None, requirement, "requirement.edited") is None


@pytest.mark.parametrize(
    "build",
    [lambda: update(Person).values(name="X"), lambda: delete(Person)],
    ids=["update", "delete"],
)
def test_bulk_statements_on_recorded_tables_are_refused(
    database: Database, build: Callable[[], object]
) -> None:
    with database.session(write=True) as session, pytest.raises(UnrecordedChange):
        session.execute(build())  # type: ignore[call-overload]


def test_bulk_statements_on_the_table_itself_are_refused(database: Database) -> None:
    with database.session(write=True) as session, pytest.raises(UnrecordedChange):
        session.execute(update(Person.__table__).values(name="X"))  # type: ignore[arg-type]


def test_derived_columns_may_be_updated_in_bulk(database: Database) -> None:
    with database.writing() as session:
        make_requirement(session)
    with database.writing() as session:
        session.execute(update(Requirement).values(score=3.0, rank=1))
    assert faults(database) == []
    with database.session(write=True) as session, pytest.raises(UnrecordedChange):
        session.execute(update(Requirement).values(score=3.0, title="x"))


def test_the_database_itself_refuses_to_change_an_event(database: Database) -> None:
    with database.writing() as session:
        make_requirement(session)
    for statement in ("UPDATE history_event SET action = 'x'", "DELETE FROM history_event"):
        with pytest.raises(DBAPIError, match="never changed"), database.writing() as session:
            session.execute(text(statement))


def test_sealing_numbers_all_committed_events_without_gaps(database: Database) -> None:
    with database.writing() as session:
        before = seal(session, KEY)
    for number in (1, 2, 3):
        with database.writing() as session:
            make_requirement(session, number)
    with database.writing() as session:
        assert seal(session, KEY) == 3
    with database.writing() as session:
        assert seal(session, KEY) == 0
        assert head(session)[0] == before + 3
    assert faults(database) == []


def test_a_row_altered_behind_the_application_is_named(database: Database) -> None:
    with database.writing() as session:
        make_requirement(session, 12)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE requirement SET title = 'altered'"))
    assert faults(database) == ["requirement 12: requirement 12 is not what its last event says"]


def test_a_row_removed_behind_the_application_is_named(database: Database) -> None:
    with database.writing() as session:
        make_person(session, "Zoe", "viewer")
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM person"))
    assert faults(database) == ["person 1: was removed without an event"]


def test_an_altered_event_breaks_the_chain(database: Database) -> None:
    with database.writing() as session:
        make_requirement(session, 12)
    with database.writing() as session:
        seal(session, KEY)
    disable = {
        "sqlite": "DROP TRIGGER history_event_no_update",
        "postgresql": "ALTER TABLE history_event DISABLE TRIGGER ALL",
    }[database.engine.dialect.name]
    with database.engine.begin() as connection:
        connection.execute(text(disable))
        connection.execute(text("UPDATE history_event SET action = 'requirement.accepted'"))
    assert any("was altered after it was sealed" in fault for fault in faults(database))


def test_a_chain_cut_at_its_end_is_noticed_by_its_kept_head(
    database: Database, tmp_path: Path
) -> None:
    kept = tmp_path / "head"
    with database.writing() as session:
        make_requirement(session)
    with database.writing() as session:
        sealed = seal(session, KEY)
        keep_head(session, kept)
    disable = {
        "sqlite": "DROP TRIGGER history_seal_no_delete",
        "postgresql": "ALTER TABLE history_seal DISABLE TRIGGER ALL",
    }[database.engine.dialect.name]
    with database.engine.begin() as connection:
        connection.execute(text(disable))
        connection.execute(text("DELETE FROM history_seal"))
    assert faults(database, kept) == [f"chain: ends at 0, but its kept head was number {sealed}"]


def test_words_can_be_erased_without_breaking_the_chain(database: Database) -> None:
    with database.writing() as session:
        requirement = make_requirement(session)
    with database.writing() as session:
        seal(session, KEY)
        session.execute(text("DELETE FROM history_text"))
    assert faults(database) == []
    with database.reading() as session:
        (entry,) = feed(session, "requirement", requirement.id)
    assert entry.changes["problem"] == (None, "erased")
