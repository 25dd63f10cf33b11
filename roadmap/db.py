"""Engine, sessions, base class and column types; plain SQLAlchemy on SQLite and PostgreSQL."""

import enum
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Engine,
    Enum,
    Executable,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment; a naive one is refused, since nobody knows which zone it meant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonValue = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Base of every mapped class."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Moment(), dict[str, Any]: JsonValue, list[Any]: JsonValue}


def choice(kind: type[enum.Enum], name: str) -> Enum:
    """Return a column type that stores the enum's values as text under a named CHECK."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def _json_text(value: Any) -> str:
    # Most stored lists and objects are empty, and bulk writes hold hundreds of thousands of them.
    if value == {} and isinstance(value, dict):
        return "{}"
    return "[]" if value == [] and isinstance(value, list) else json.dumps(value)


_DECODE = json.JSONDecoder().decode


def _json_value(text: str | bytes) -> Any:
    # Most of them are empty, as above, and a page reads some hundred.
    if isinstance(text, bytes):
        text = text.decode()
    if text == "{}":
        return {}
    return [] if text == "[]" else _DECODE(text)


def make_engine(url: str) -> Engine:
    """Return an engine for the URL, with SQLite's pragmas and transaction rules in place."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed,
            json_serializer=_json_text,
            json_deserializer=_json_value,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=10,
            # Seconds; without it a silent host keeps a start waiting for minutes.
            connect_args={"connect_timeout": 10},
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        json_serializer=_json_text,
        json_deserializer=_json_value,
        connect_args={"timeout": 30},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not open transactions itself: it would begin too late and as a reader.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "synchronous=NORMAL",
        "cache_size=-65536",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A read-then-write transaction that begins as a reader fails or loses updates under a second
    # writer, so everything that may write takes the write lock first.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


# Under which a session that reads holds its transaction and what was answered ahead in it.
AHEAD = "answered_ahead"


def read_rows(
    session: Session, statement: Executable, values: Mapping[str, Any] | None = None
) -> Sequence[Any]:
    """Return the rows of a statement that selects columns of tables, never records.

    It goes past the session to its connection, in a third of the time: what a page reads to show.
    Records that were changed are written first, as the session itself does it. What was sent with
    others before is not sent again: see roadmap/ahead.py.
    """
    ahead = session.info.get(AHEAD)
    if ahead is not None and ahead[0] is session.get_transaction():
        known = ahead[1].get(statement)
        if known is not None and known[0] == values:
            answered: Sequence[Any] = known[1]
            return answered
    session.flush()
    return session.connection().execute(statement, values or {}).all()


class Database:
    """One engine with its session factory."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        # What readers keep of small tables: see roadmap/kept.py.
        self.kept: dict[Any, Any] = {}

    def session(self, *, write: bool) -> Session:
        """Return a new session; ``write`` takes SQLite's write lock when its transaction begins."""
        if write:
            return self._sessions(bind=self.engine.execution_options(write=True))
        return self._sessions(info={"kept": self.kept})

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that is rolled back at the end."""
        with self.session(write=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session that commits at the end, or rolls back if the block raises."""
        with self.session(write=True) as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Close pooled connections."""
        self.engine.dispose()
