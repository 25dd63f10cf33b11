"""What is kept of small tables is never older than the last commit, whoever made it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import load_actor
from roadmap.accounts.models import Team
from roadmap.db import Database
from roadmap.history.service import record
from roadmap.kept import current_change, current_number, kept, kept_until_change, may_use

reads: list[int] = []


@kept
def team_names(session: Session) -> list[str]:
    """Return the names of all teams."""
    reads.append(1)
    return list(session.scalars(select(Team.name).order_by(Team.name)))


def seen(database: Database) -> list[str]:
    """Return the names a request of this process sees."""
    with database.reading() as session:
        may_use(session, session.scalar(select(current_number())))
        return team_names(session)


def rename(database: Database, name: str) -> None:
    with database.writing() as session:
        team = session.scalars(select(Team).order_by(Team.id)).first()
        assert team is not None
        team.name = name
        record(session, None, team, "team.edited")


def test_a_second_request_reads_nothing_again(database, cast) -> None:
    first = seen(database)
    before = len(reads)
    assert seen(database) is first
    assert len(reads) == before


def test_another_process_sees_a_committed_name_at_once(database, cast) -> None:
    other = Database(database.url)
    assert seen(other) == seen(database)
    rename(database, "A new name")
    assert "A new name" in seen(other)
    assert "A new name" in seen(database)
    other.dispose()


def test_what_was_rolled_back_is_never_kept(database, cast) -> None:
    before = seen(database)
    with database.session(write=True) as session:
        team = session.scalars(select(Team)).first()
        team.name = "Never stored"
        record(session, None, team, "team.edited")
        session.flush()
        may_use(session, 0)
        assert "Never stored" in team_names(session)
        session.rollback()
    assert seen(database) == before


def test_a_change_of_another_table_leaves_what_is_kept(database, cast) -> None:
    first = seen(database)
    with database.writing() as session:
        person: Any = session.get(type(cast.alice), cast.alice.id)
        person.name = "Alice B."
        record(session, None, person, "person.edited")
    assert seen(database) is first


def test_a_page_shows_a_team_renamed_elsewhere(database, cast, sign_in) -> None:
    client = sign_in(cast.bob)
    assert "Renamed elsewhere" not in client.get("/requirements").text
    other = Database(database.url)
    rename(other, "Renamed elsewhere")
    other.dispose()
    assert "Renamed elsewhere" in client.get("/requirements").text


def test_a_session_without_the_number_reads_the_table(database, cast) -> None:
    seen(database)
    before = len(reads)
    with database.reading() as session:
        assert load_actor(session, cast.bob.id) is not None
        team_names(session)
    assert len(reads) == before + 1


counted: list[int] = []


@kept_until_change
def team_count(session: Session) -> int:
    """Return how many teams there are."""
    counted.append(1)
    return len(session.scalars(select(Team.id)).all())


def count_seen(database: Database) -> int:
    with database.reading() as session:
        may_use(session, 0, session.scalar(select(current_change())))
        return team_count(session)


def test_what_is_kept_until_a_change_is_read_again_after_any_event(database, cast) -> None:
    other = Database(database.url)
    before = count_seen(database)
    reads_so_far = len(counted)
    assert count_seen(database) == before
    assert len(counted) == reads_so_far
    assert count_seen(other) == before
    with database.writing() as session:
        team = Team(code="new-one", name="New one")
        session.add(team)
        session.flush()
        record(session, None, team, "team.created")
        may_use(session, 0, session.scalar(select(current_change())))
        assert team_count(session) == before + 1
    assert count_seen(database) == count_seen(other) == before + 1
    other.dispose()
