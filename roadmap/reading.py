"""Statements whose answers are noted, so that what was made of them can be kept.

A page that judges reads some thirty small statements, and what it makes of their rows costs more
than they do. It sends them again each time, and makes nothing anew while all of them answer the
same: so what it shows rests on the rows as they are now, whoever changed them and however.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Dialect
from sqlalchemy.orm import Session

from roadmap.db import read_rows
from roadmap.shapes import Raw, Statement, shape_of

Value = TypeVar("Value")

_NOTED = "noted_answers"
# What is kept in each process: the newest so many.
MOST = 32
# Name -> the newest thing made of something kept, beside the parts it was made of.
Made: TypeAlias = dict[str, tuple[tuple[Any, ...], Any]]


@dataclass(frozen=True, slots=True)
class Answered:
    """A statement that was sent, and what came; ``kinds`` is how the driver calls the columns."""

    statement: Statement
    values: Mapping[str, Any]
    raw: Raw
    kinds: Sequence[Any]

    def rows(self, dialect: Dialect) -> list[Any]:
        """Return the rows as named tuples."""
        return shape_of(self.statement, dialect, self.kinds).rows(self.raw)


@dataclass(slots=True)
class Notes:
    """What was sent while something was made, in order.

    `ready` was answered in this very transaction and is not sent again. `unsettled` tells that a
    row names a moment after the one asked about: it will count once that has come, and no row
    changes then.
    """

    at: datetime
    ready: Sequence[Answered] = ()
    sent: list[Answered] = field(default_factory=list)
    unsettled: bool = False

    def rows(self, session: Session, statement: Statement, values: Mapping[str, Any]) -> list[Any]:
        """Return the rows of a statement and note them."""
        known = (one for one in self.ready if one.statement is statement and one.values == values)
        one = next(known, None) or _send(session, statement, values)
        self.sent.append(one)
        found = one.rows(session.get_bind().dialect)
        self.unsettled |= any(
            isinstance(value, datetime) and value > self.at for row in found for value in row
        )
        return found


def _send(session: Session, statement: Statement, values: Mapping[str, Any]) -> Answered:
    result = session.connection().execute(statement, values)
    cursor: Any = result.cursor
    answered = Answered(
        statement, values, cursor.fetchall(), tuple(column[1] for column in cursor.description)
    )
    result.close()
    return answered


def ask(
    session: Session, statement: Statement, values: Mapping[str, Any] | None = None
) -> Sequence[Any]:
    """Return the rows of a statement that selects columns, as `read_rows`; they may be noted.

    The statement must be built once for all: what was noted is found by it.
    """
    notes: Notes | None = session.info.get(_NOTED)
    if notes is None:
        return read_rows(session, statement, values)
    return notes.rows(session, statement, values or {})


@contextmanager
def _noting(session: Session, notes: Notes) -> Iterator[None]:
    session.info[_NOTED] = notes
    try:
        yield
    finally:
        del session.info[_NOTED]


@dataclass(frozen=True, slots=True)
class _Made:
    at: datetime
    sent: Sequence[Answered]
    value: Any


def _asked_again(session: Session, made: _Made, at: datetime) -> tuple[bool, list[Answered]]:
    """Send statements again, now instead of then, until one answers differently."""
    fresh: list[Answered] = []
    for one in made.sent:
        values = {name: at if value is made.at else value for name, value in one.values.items()}
        fresh.append(_send(session, one.statement, values))
        if fresh[-1].raw != one.raw:
            return False, fresh
    return True, fresh


def kept_while_same(
    session: Session, make: Callable[[datetime], Value], key: object, at: datetime
) -> Value:
    """Return ``make(at)``, or what it made before if all it reads still answers the same.

    ``make`` must read through `ask` alone, and depend on the moment by its day and by comparing it
    with moments of the rows. The moment is given to statements as it is, the very object. ``key``
    tells apart what is kept; sessions that write keep nothing.
    """
    if "kept" not in session.info:
        return make(at)
    kept = session.info["kept"]
    known = (key, at.date())
    made: _Made | None = kept.get(_NOTED, {}).get(known)
    ready: list[Answered] = []
    if made is not None:
        same, ready = _asked_again(session, made, at)
        if same:
            value: Value = made.value
            return value
    notes = Notes(at, ready)
    with _noting(session, notes):
        value = make(at)
    if not notes.unsettled:
        # A new table rather than one taken apart while other threads look into it.
        newest = list(kept.get(_NOTED, {}).items())[1 - MOST :]
        kept[_NOTED] = {**dict(newest), known: _Made(at, notes.sent, value)}
    return value


def made_once(made: Made, name: str, make: Callable[[], Value], *parts: object) -> Value:
    """Return what was made under a name of something kept, made anew when its parts differ."""
    known = made.get(name)
    if known is None or known[0] != parts:
        known = made[name] = (parts, make())
    value: Value = known[1]
    return value


def made_while(
    made: Made, name: str, make: Callable[[], Value], holds: Callable[[Value], bool]
) -> Value:
    """Return what was made under a name of something kept, made anew when it no longer holds."""
    known = made.get(name)
    if known is None or not holds(known[1]):
        known = made[name] = ((), make())
    value: Value = known[1]
    return value
