"""Fast inserts past the sessions: no history is told, so this is for measuring only."""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, Column, Date, Engine, Enum, Table, func, select
from sqlalchemy.engine import Connection

from roadmap.db import Moment

Row = Mapping[str, Any]
CHUNK = 20_000


@cache
def _moment_text(value: datetime) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S.%f")


def _converter(column: Column[Any], dialect: str) -> Callable[[Any], Any] | None:
    """Return what turns a value into what the driver stores as the product would."""
    if isinstance(column.type, JSON):
        return json.dumps
    if isinstance(column.type, Enum):
        return lambda value: getattr(value, "value", value)
    if dialect == "sqlite" and isinstance(column.type, Moment):
        return _moment_text
    if dialect == "sqlite" and isinstance(column.type, Date):
        return date.isoformat
    return None


def _absent(column: Column[Any]) -> Any:
    """Return what a row that does not name the column gets."""
    default: Any = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


class Loader:
    """Writes rows of many tables within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect.name
        self.counts: dict[str, int] = {}

    def next_id(self, table: Table) -> int:
        """Return the first free key of a table."""
        return (self.connection.scalar(select(func.max(table.c.id))) or 0) + 1

    def add(self, table: Any, rows: Iterable[Row]) -> None:
        """Insert rows, given as column → value; columns not named get their default."""
        stored: Table = table.__table__ if hasattr(table, "__table__") else table
        columns = list(stored.columns)
        converted = _tuples(columns, self.dialect, rows)
        names = ", ".join(f'"{column.name}"' for column in columns)
        count = 0
        while chunk := list(itertools.islice(converted, CHUNK)):
            self._write(stored.name, names, len(columns), chunk)
            count += len(chunk)
        self.counts[stored.name] = self.counts.get(stored.name, 0) + count
        if count:
            self._move_sequence(stored)

    def _write(self, table: str, names: str, width: int, rows: list[tuple[Any, ...]]) -> None:
        raw: Any = self.connection.connection.dbapi_connection
        with _cursor(raw) as cursor:
            if self.dialect == "sqlite":
                places = ", ".join("?" * width)
                cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)
                return
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)

    def _move_sequence(self, table: Table) -> None:
        """Let PostgreSQL's own keys begin after those written here."""
        if self.dialect == "sqlite" or "id" not in table.columns:
            return
        self.connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'), "
            f'(SELECT max(id) FROM "{table.name}")) '
            f"WHERE pg_get_serial_sequence('\"{table.name}\"', 'id') IS NOT NULL"
        )


def _tuples(
    columns: list[Column[Any]], dialect: str, rows: Iterable[Row]
) -> Iterator[tuple[Any, ...]]:
    plan = []
    for column in columns:
        convert = _converter(column, dialect)
        absent = _absent(column)
        if absent is not None and convert is not None:
            absent = convert(absent)
        plan.append((column.name, convert, absent))
    names = {column.name for column in columns}
    for row in rows:
        if not names.issuperset(row):
            raise KeyError(f"no such columns: {sorted(set(row) - names)}")
        yield tuple(
            absent if (value := row.get(name)) is None else (convert(value) if convert else value)
            for name, convert, absent in plan
        )


@contextmanager
def _cursor(raw: Any) -> Iterator[Any]:
    cursor = raw.cursor()
    try:
        yield cursor
    finally:
        cursor.close()


@contextmanager
def loading(engine: Engine) -> Iterator[Loader]:
    """Yield a loader; foreign keys are checked by PostgreSQL only, SQLite's speed is unsafe."""
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            raw: Any = connection.connection.dbapi_connection
            for pragma in (
                "foreign_keys=OFF",
                "journal_mode=OFF",
                "synchronous=OFF",
                "cache_size=-400000",
            ):
                raw.execute(f"PRAGMA {pragma}")
        yield Loader(connection)
        connection.commit()
        if not sqlite:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
