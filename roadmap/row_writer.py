"""Inserts many rows past the statement compiler: COPY, or plain tuples on SQLite."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Table
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_encode = json.JSONEncoder().encode


def insert_rows(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all with the columns of the first, in the session's transaction.

    Objects that rows share, such as the ranges of a weighted set, are made JSON once. Columns not
    named get the default of the database, not the one of the model. What the database refuses is
    raised as the statement compiler would.
    """
    stored: Table = table
    connection = session.connection()
    names = list(rows[0])
    texts: dict[int, str] = {}
    makers = [
        (place, make)
        for place, name in enumerate(names)
        if (make := _maker(stored.c[name].type, connection.dialect, texts)) is not None
    ]
    lines = [_line(row, makers) for row in rows]
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(names))
        command = f'INSERT INTO "{stored.name}" ({columns}) VALUES ({places})'  # noqa: S608 - names of ours
        connection.exec_driver_sql(command, lines)
    else:
        _copy(connection, f'COPY "{stored.name}" ({columns}) FROM STDIN', lines)


def _line(
    row: Mapping[str, Any], makers: Sequence[tuple[int, Callable[[Any], Any]]]
) -> tuple[Any, ...]:
    line = list(row.values())
    for place, make in makers:
        if line[place] is not None:
            line[place] = make(line[place])
    return tuple(line)


def _copy(connection: Connection, command: str, lines: Sequence[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.dbapi_connection
    raised: Any = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(command) as copy:
            for line in lines:
                copy.write_row(line)
    except raised as error:
        raise DBAPIError.instance(command, None, error, raised) from error


def _maker(kind: Any, dialect: Dialect, texts: dict[int, str]) -> Callable[[Any], Any] | None:
    """Return what turns a value into what the driver stores, None where it stays as it is."""
    if isinstance(kind, JSON):
        # By identity: the rows hold every object until all are written.
        return lambda value: _text(value, texts)
    processor: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return processor


def _text(value: Any, texts: dict[int, str]) -> str:
    if not value:
        return "{}" if isinstance(value, dict) else "[]"
    found = texts.get(id(value))
    if found is None:
        found = texts[id(value)] = _encode(value)
    return found
