"""Statements sent together answer as they do one by one, and nobody is shown an older answer."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, func, literal, select, union_all
from sqlalchemy.exc import DBAPIError

from roadmap.ahead import Asked, end_reading, read_ahead
from roadmap.db import Database, read_rows
from roadmap.jobs import WorkerBeat
from roadmap.lists.among import among
from roadmap.notifications.models import Watch
from tests.conftest import StatementCount

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
_BEAT, _WATCH = WorkerBeat.__table__.c, Watch.__table__.c
_BEATS = select(_BEAT.name, _BEAT.at).where(_BEAT.at <= bindparam("at")).order_by(_BEAT.name)
_BOTH = union_all(
    select(literal("beat"), _BEAT.name).where(_BEAT.name == bindparam("name")),
    select(literal("watch"), _WATCH.kind).where(among(_WATCH.id, "ids")),
)
ASKED: list[Asked] = [(_BEATS, {"at": AT}), (_BOTH, {"name": "one", "ids": [1, 2]})]


def _store(database: Database, name: str) -> None:
    with database.writing() as session:
        session.add(WorkerBeat(name=name, at=AT))


def test_what_was_sent_together_answers_as_one_by_one_and_is_not_sent_again(
    database: Database, statements: StatementCount
) -> None:
    _store(database, "one")
    with database.reading() as session:
        plain = [list(map(tuple, read_rows(session, *one))) for one in ASKED]
    assert plain == [[("one", AT)], [("beat", "one")]]
    statements.statements.clear()
    with database.reading() as session:
        read_ahead(session, ASKED)
        assert len(statements) == 2
        assert [list(map(tuple, read_rows(session, *one))) for one in ASKED] == plain
        assert read_rows(session, *ASKED[0])[0].at == AT, "rows know their columns"
        assert len(statements) == 2
        assert not read_rows(session, _BEATS, {"at": datetime(2026, 1, 1, tzinfo=UTC)})
        assert len(statements) == 3, "other values are another question"


def test_the_next_request_and_a_session_that_writes_read_for_themselves(
    database: Database,
) -> None:
    with database.reading() as session:
        read_ahead(session, ASKED)
        assert not read_rows(session, *ASKED[0])
        session.rollback()
        _store(database, "one")
        assert len(read_rows(session, *ASKED[0])) == 1, "a transaction of its own"
    with database.writing() as session:
        read_ahead(session, ASKED)
        session.add(WorkerBeat(name="two", at=AT))
        assert len(read_rows(session, *ASKED[0])) == 2, "what it has just changed itself"
    with database.reading() as session:
        read_ahead(session, ASKED)
        assert len(read_rows(session, *ASKED[0])) == 2


def test_what_a_page_that_only_reads_wrote_all_the_same_is_not_kept(database: Database) -> None:
    for _ in range(2):
        with database.session(write=False) as session:
            read_ahead(session, ASKED)
            assert not read_rows(session, *ASKED[0])
            end_reading(session)
        with database.session(write=False) as session:
            read_ahead(session, ASKED)
            session.add(WorkerBeat(name="one", at=AT))
            session.flush()
            end_reading(session)


def test_what_the_database_refuses_is_an_error_of_the_statement_like_any_other(
    database: Database,
) -> None:
    with database.reading() as session:
        with pytest.raises(DBAPIError, match="no_such_function"):
            read_ahead(session, [ASKED[0], (select(func.no_such_function(1)), {}), ASKED[1]])
        end_reading(session)
        session.rollback()
        read_ahead(session, ASKED)
        assert not read_rows(session, *ASKED[0])


def test_a_statement_that_differs_with_the_number_of_its_values_is_refused(
    database: Database,
) -> None:
    several = select(_BEAT.name).where(_BEAT.name.in_(bindparam("names", expanding=True)))
    with database.reading() as session, pytest.raises(ValueError, match="names"):
        read_ahead(session, [(several, {"names": ["one"]})])
