"""What was made of the answers of statements is kept while all of them answer the same."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, select, update

from roadmap.db import Database
from roadmap.jobs import WorkerBeat
from roadmap.reading import ask, kept_while_same
from tests.conftest import StatementCount

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
_NAMES = select(WorkerBeat.name).order_by(WorkerBeat.name)
_BEATS = select(WorkerBeat.name, WorkerBeat.at).where(
    WorkerBeat.name.in_(bindparam("names", expanding=True)), WorkerBeat.at <= bindparam("at")
)


def _beats(database: Database, at: datetime) -> dict[str, datetime]:
    def make(now: datetime) -> dict[str, datetime]:
        names = [row.name for row in ask(session, _NAMES)]
        return {row.name: row.at for row in ask(session, _BEATS, {"names": names, "at": now})}

    with database.reading() as session:
        return kept_while_same(session, make, "beats", at)


def _store(database: Database, name: str, at: datetime) -> None:
    with database.writing() as session:
        session.add(WorkerBeat(name=name, at=at))


def test_what_was_made_is_the_very_same_while_every_statement_answers_the_same(
    database: Database, statements: StatementCount
) -> None:
    _store(database, "one", AT)
    statements.statements.clear()
    first = _beats(database, AT)
    assert (first, len(statements)) == ({"one": AT}, 2)
    assert _beats(database, AT + timedelta(hours=1)) is first
    assert len(statements) == 4, "each statement is sent again"
    assert _beats(database, AT + timedelta(days=1)) is not first, "another day may judge otherwise"


def test_a_row_that_differs_is_seen_whoever_wrote_it_and_nothing_is_asked_twice(
    database: Database, statements: StatementCount
) -> None:
    _store(database, "one", AT)
    assert _beats(database, AT) == {"one": AT}
    earlier = AT - timedelta(hours=1)
    with database.engine.begin() as connection:
        connection.execute(update(WorkerBeat).values(at=earlier))
    statements.statements.clear()
    assert _beats(database, AT) == {"one": earlier}
    assert len(statements) == 2
    _store(database, "two", AT)
    statements.statements.clear()
    assert _beats(database, AT) == {"one": earlier, "two": AT}
    assert len(statements) == 2


def test_statements_are_asked_again_for_what_is_known_now_and_not_for_what_was_known_then(
    database: Database,
) -> None:
    _store(database, "one", AT + timedelta(minutes=5))
    assert _beats(database, AT) == {}
    assert _beats(database, AT + timedelta(minutes=6)) == {"one": AT + timedelta(minutes=5)}


def test_what_rests_on_a_moment_still_to_come_is_not_kept(database: Database) -> None:
    _store(database, "one", AT + timedelta(minutes=5))
    all_beats = select(WorkerBeat.at)

    def past(at: datetime) -> list[bool]:
        def make(now: datetime) -> list[bool]:
            return [row.at <= now for row in ask(session, all_beats)]

        with database.reading() as session:
            return kept_while_same(session, make, "past", at)

    assert past(AT) == [False]
    assert past(AT + timedelta(minutes=6)) == [True]
