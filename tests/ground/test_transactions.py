"""Reading and then writing loses nothing, whoever else writes."""

import threading

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.db import Database
from roadmap.keys import Counter, next_number, reserve

THREADS, TIMES = 4, 25


def in_threads(database: Database, work: object) -> list[BaseException]:
    """Run ``work(session)`` many times in several threads, each in its own transaction."""
    failed: list[BaseException] = []

    def run() -> None:
        for _ in range(TIMES):
            try:
                with database.writing() as session:
                    work(session)  # type: ignore[operator]
            except Exception as error:  # noqa: BLE001
                failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return failed


def test_reading_then_writing_in_four_threads_loses_no_update(database: Database) -> None:
    with database.writing() as session:
        session.add(Counter(prefix="TST", next=0))

    def work(session: Session) -> None:
        counter = session.scalars(
            select(Counter).where(Counter.prefix == "TST").with_for_update()
        ).one()
        counter.next += 1

    assert in_threads(database, work) == []
    with database.reading() as session:
        assert session.get_one(Counter, "TST").next == THREADS * TIMES


def test_four_threads_never_get_the_same_number(database: Database) -> None:
    with database.writing() as session:
        reserve(session, "TST", 10)
    taken: list[int] = []

    def work(session: Session) -> None:
        taken.append(next_number(session, "TST"))

    assert in_threads(database, work) == []
    assert sorted(taken) == list(range(11, 11 + THREADS * TIMES))


def test_a_reserved_number_is_never_given(database: Database) -> None:
    with database.writing() as session:
        reserve(session, "TST", 5)
        reserve(session, "TST", 3)
        assert next_number(session, "TST") == 6
        assert next_number(session, "NEW") == 1
        assert next_number(session, "NEW") == 2


def test_readers_go_on_while_somebody_writes(database: Database) -> None:
    with database.session(write=True) as writer:
        writer.add(Counter(prefix="TST", next=1))
        writer.flush()
        with database.reading() as reader:
            assert reader.get(Counter, "TST") is None
        writer.commit()
