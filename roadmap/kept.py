"""Small tables that many pages read whole, kept in each process until one of them changes.

Whoever changes a kept table raises one number, the counter ``KEPT``, in the same transaction. A
request reads that number in the statement that reads who is signed in, and takes what was kept
only under the same number: what another process committed is seen by the next request. Sessions
that write, jobs and commands were not given the number, and read the tables themselves.

    class Team(Recorded, Kept, Base): ...

    @kept
    def team_names(session: Session) -> TeamNames: ...

What changes often is kept the same way until anything at all was stored: `kept_until_change`.

What such a function returns is shared by all requests: nobody may change it.
"""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, TypeVar

from sqlalchemy import ScalarSelect, String, event, insert, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.sql.functions import FunctionElement

from roadmap.keys import Counter

Value = TypeVar("Value")
Reader = Callable[[Session], Value]

_NAME = "KEPT"
_COUNTER: Any = Counter.__table__


class Kept:
    """Marks a table whose changes end what was kept."""


def kept(read: Reader[Value]) -> Reader[Value]:
    """Keep what a function reads, from tables marked `Kept` and no others."""
    return _keeper(read, "kept_number")


def kept_until_change(read: Reader[Value]) -> Reader[Value]:
    """Keep what a function reads from tables whose every change is told to the history."""
    return _keeper(read, "kept_change")


def _keeper(read: Reader[Value], under: str) -> Reader[Value]:
    @wraps(read)
    def reader(session: Session) -> Value:
        number = session.info.get(under)
        if number is None:
            return read(session)
        store: dict[Any, tuple[Any, Value]] = session.info["kept"]
        found = store.get(read)
        if found is None or found[0] != number:
            found = store[read] = (number, read(session))
        return found[1]

    return reader


def kept_answer(
    session: Session, read: Callable[..., Value], *asked: Hashable, most: int = 8
) -> Value:
    """Return ``read(session, *asked)``, or its answer kept under the same `current_change`.

    The newest ``most`` answers of each function are kept in each process.
    """
    change = session.info.get("kept_change")
    if change is None:
        return read(session, *asked)
    store: dict[Any, tuple[Any, dict[Any, Value]]] = session.info["kept"]
    seen, answers = store.get(read, (None, {}))
    if seen != change:
        seen, answers = store[read] = (change, {})
    if asked in answers:
        return answers[asked]
    found = read(session, *asked)
    if len(answers) >= most:
        # A new table rather than one taken apart while other threads look into it.
        answers = dict(list(answers.items())[1 - most :])
        store[read] = (change, answers)
    answers[asked] = found
    return found


class current_change(FunctionElement[str]):  # noqa: N801 - it reads as the function it is
    """What differs as soon as something was stored, as a column for a statement.

    SQLite has one writer at a time, so the newest event tells. On PostgreSQL an older event may
    become visible after a newer one, so it is the set of transactions that are visible.
    """

    type = String()
    inherit_cache = True


@compiles(current_change)
def _newest_event(_element: Any, _compiler: Any, **_rest: Any) -> str:
    return "(SELECT max(history_event.id) FROM history_event)"


@compiles(current_change, "postgresql")
def _visible(_element: Any, _compiler: Any, **_rest: Any) -> str:
    return "CAST(txid_current_snapshot() AS text)"


def current_number() -> ScalarSelect[Any]:
    """Return the number as a column for a statement; None before the first change."""
    return select(_COUNTER.c.next).where(_COUNTER.c.prefix == _NAME).scalar_subquery()


def may_use(session: Session, number: int | None, change: Any = None) -> None:
    """Let a session take what was kept under the number and change its own transaction read."""
    # A session that writes may see its own changes, which have no number yet.
    if "kept" in session.info:
        session.info["kept_number"] = number or 0
        session.info["kept_change"] = change


def _note(session: Session, _context: UOWTransaction) -> None:
    changed = (*session.new, *session.dirty, *session.deleted)
    if any(isinstance(row, Kept) for row in changed):
        session.info["kept_changed"] = True


def _raise_number(session: Session) -> None:
    # Last of all: the row is locked until the end, and others wait for it.
    session.flush()
    if session.info.pop("kept_changed", False):
        raised = update(_COUNTER).where(_COUNTER.c.prefix == _NAME).values(next=_COUNTER.c.next + 1)
        if session.connection().execute(raised).rowcount == 0:
            session.connection().execute(insert(_COUNTER).values(prefix=_NAME, next=1))


def listen() -> None:
    """Watch every session's changes of the kept tables."""
    event.listen(Session, "after_flush", _note)
    event.listen(Session, "before_commit", _raise_number)


listen()
