"""Inserts many rows past the statement compiler: COPY, or plain tuples on SQLite."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

_encode = json.JSONEncoder().encode


def insert_rows(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all with the columns of the first, in the session's transaction.

    Objects that rows share, such as the ranges of a weighted set, are made JSON once. Columns not
    named get the default of the database, not the one of the model.
    """
    stored: Table = table
    connection = session.connection()
    names = list(rows[0])
    texts: dict[int, str] = {}
    makers = [_maker(stored.c[name].type, connection.dialect, texts) for name in names]
    lines = [
        tuple(
            [
                value if make is None or value is None else make(value)
                for make, value in zip(makers, row.values(), strict=True)
            ]
        )
        for row in rows
    ]
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(names))
        command = f'INSERT INTO "{stored.name}" ({columns}) VALUES ({places})'  # noqa: S608 - names of ours
        connection.exec_driver_sql(command, lines)
        return
    driver: Any = connection.connection.dbapi_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{stored.name}" ({columns}) FROM STDIN') as copy,
    ):
        for line in lines:
            copy.write_row(line)


def _maker(kind: Any, dialect: Dialect, texts: dict[int, str]) -> Callable[[Any], Any] | None:
    """Return what turns a value into what the driver stores, None where it stays as it is."""
    if isinstance(kind, JSON):
        # By identity: the rows hold every object until all are written.
        return lambda value: _text(value, texts)
    processor: Callable[[Any], Any] | None = kind.bind_processor(dialect)
    return processor


def _text(value: Any, texts: dict[int, str]) -> str:
    if not value:
        return "{}" if isinstance(value, dict) else "[]"
    found = texts.get(id(value))
    if found is None:
        found = texts[id(value)] = _encode(value)
    return found
