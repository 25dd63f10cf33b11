"""Statements of a page that are sent together, before the parts of the page ask for them.

A record's page has some ten parts, each with a small statement of its own. Sent one after the
other, the way to the server and back is most of what they take. What a page knows beforehand it
sends at once; `roadmap.db.read_rows` then finds the answers, and asks for what was not foreseen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from roadmap.db import AHEAD
from roadmap.shapes import Statement, known_shape, shape_of

log = structlog.get_logger(__name__)

# A statement built once for all, and its values: the arguments of `read_rows`.
Asked: TypeAlias = tuple[Statement, Mapping[str, Any]]


class _Written:
    """A statement as the driver takes it."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.text: str = compiled.string
        self._given: dict[str, Any] = compiled.params
        self._order: Sequence[str] | None = compiled.positiontup
        self._turns: list[tuple[str, Callable[[Any], Any]]] = []
        for bind, name in compiled.bind_names.items():
            if bind.expanding:
                raise ValueError(f"{name} would change the statement with each number of values")
            turn = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if turn is not None:
                self._turns.append((name, turn))

    def values(self, given: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them."""
        found = {**self._given, **given}
        for name, turn in self._turns:
            found[name] = turn(found[name])
        return found if self._order is None else [found[name] for name in self._order]


_written: WeakKeyDictionary[Statement, dict[str, _Written]] = WeakKeyDictionary()


def _write(statement: Statement, dialect: Dialect) -> _Written:
    known = _written.setdefault(statement, {})
    if dialect.name not in known:
        known[dialect.name] = _Written(statement, dialect)
    return known[dialect.name]


def read_ahead(session: Session, asked: Iterable[Asked]) -> None:
    """Send statements together; `read_rows` of the same values finds their answers.

    Only where nothing is written: a session that writes reads what it has just changed.
    """
    if "kept" not in session.info:
        return
    connection = session.connection()
    wanted = list(asked)
    answers = {
        statement: (values, rows)
        for (statement, values), rows in zip(wanted, _send(connection, wanted), strict=True)
    }
    session.info[AHEAD] = (session.get_transaction(), answers)


def _send(connection: Connection, asked: Sequence[Asked]) -> list[list[Any]]:
    dialect = connection.dialect
    driver: Any = connection.connection.driver_connection
    sent = [(one, _write(one, dialect), values) for one, values in asked]
    how = {"prepare": True} if _on_the_way(driver) else {}
    cursors = []
    try:
        with _together(driver):
            for _statement, written, values in sent:
                cursor = driver.cursor()
                cursors.append(cursor)
                given = written.values(values)
                # Whoever counts what is sent hears of these as well.
                connection.dispatch.before_cursor_execute(
                    connection, cursor, written.text, given, None, False
                )
                cursor.execute(written.text, given, **how)
            return [
                _rows(statement, dialect, cursor)
                for (statement, _text, _values), cursor in zip(sent, cursors, strict=True)
            ]
    except dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(
            "", None, error, dialect.loaded_dbapi.Error, dialect=dialect
        ) from error
    finally:
        for cursor in cursors:
            cursor.close()


def end_reading(session: Session) -> None:
    """End the transaction of a session that read ahead, so that the server keeps its plans.

    The driver forgets what the server has planned whenever a transaction is rolled back, and the
    server then plans each statement of the next page anew, which takes longer than answering it.
    One that wrote, or failed, is left to be rolled back.
    """
    if AHEAD not in session.info or not session.is_active:
        return
    connection = session.connection()
    if connection.invalidated:
        return
    driver: Any = connection.connection.driver_connection
    if not _on_the_way(driver) or driver.info.transaction_status.name != "INTRANS":
        return
    # Only what is read ahead is planned once: of other statements it may depend on their values.
    driver.prepare_threshold = _AFTER
    try:
        if driver.execute("SELECT txid_current_if_assigned() IS NULL").fetchone()[0]:
            driver.commit()
    except connection.dialect.loaded_dbapi.Error as error:
        # Everything was read and shown; the pool looks at the connection before it lends it again.
        log.warning("the end of reading was refused", exc_info=error)


# After so many times the driver lets the server plan a statement once, as it does by itself.
_AFTER = 5
_NEVER = 1_000_000_000


def _on_the_way(driver: Any) -> bool:
    """Return whether the database is another process: SQLite has no way to go."""
    return hasattr(driver, "pipeline")


def _together(driver: Any) -> AbstractContextManager[Any]:
    """Return what lets a driver send without waiting for each answer."""
    if not _on_the_way(driver):
        return nullcontext()
    driver.prepare_threshold = _NEVER
    together: AbstractContextManager[Any] = driver.pipeline()
    return together


def _rows(statement: Statement, dialect: Dialect, cursor: Any) -> list[Any]:
    raw = cursor.fetchall()
    # The driver takes as long to describe the columns as to bring the rows.
    shape = known_shape(statement, dialect) or shape_of(
        statement, dialect, tuple(column[1] for column in cursor.description)
    )
    return shape.rows(raw)
