"""Worlds: what fixtures stored is copied for later tests instead of being stored once more.

A fixture marked with `kept` stores something and returns what it stored. The first test of a
process that asks for it lets it work, and its database is copied; a later test that asks for the
same fixtures starts on a copy of that copy, and gets what they returned, unpickled.
"""

import functools
import inspect
import io
import pickle
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import Connection, func, make_url, select
from sqlalchemy.orm import Session, object_session

from roadmap import clock
from roadmap.db import Base, Database
from roadmap.history.models import HistoryEvent

Make = Callable[..., Any]
# Tests of one file ask for the same world one after the other: older ones are asked for no more.
KEPT_AT_ONCE = 4


def kept(make: Make) -> Make:
    """Mark a fixture whose database and result later tests may have as a copy.

    It must return (not yield) plain values and records, and store nothing but rows; nothing before
    it may store anything but fixtures that are marked as well.
    """

    def fixture(**given: Any) -> Any:
        start: Start = given.pop("start")
        return start.result_of(make, given)

    functools.update_wrapper(fixture, make)
    # Else pytest would look at what is wrapped and not see that the start is asked for.
    del fixture.__wrapped__  # type: ignore[attr-defined]
    signature = inspect.signature(make)
    start = inspect.Parameter("start", inspect.Parameter.KEYWORD_ONLY)
    fixture.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*signature.parameters.values(), start]
    )
    fixture.kept_make = make  # type: ignore[attr-defined]
    return fixture


class Store(Protocol):
    """Databases of one kind that stay for later tests."""

    kind: str

    def keep(self, database: Database) -> str:
        """Copy a database that nobody uses; return where the copy is."""
        ...

    def forget(self, place: str) -> None:
        """Remove a copy."""
        ...


class SqliteStore:
    """Copies of SQLite files in a folder."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def keep(self, database: Database) -> str:
        """Copy the file of a database; what its log holds comes along."""
        self._count += 1
        place = str(self._folder / f"world{self._count}.db")
        with closing(sqlite3.connect(make_url(database.url).database or "")) as full:
            full.execute("VACUUM INTO ?", (place,))
        return place

    def forget(self, place: str) -> None:
        """Remove a copy."""
        Path(place).unlink()


class PostgresStore:
    """Copies of databases on a PostgreSQL server."""

    kind = "postgresql"

    def __init__(self, admin: Connection) -> None:
        self._admin = admin

    def keep(self, database: Database) -> str:
        """Copy a database to which nobody is connected."""
        name = str(make_url(database.url).database)
        copy_database(self._admin, name, f"world_{name}")
        return f"world_{name}"

    def forget(self, place: str) -> None:
        """Remove a copy."""
        self._admin.exec_driver_sql(f"DROP DATABASE {place} WITH (FORCE)")


def copy_database(admin: Connection, source: str, name: str) -> None:
    """Copy a PostgreSQL database; files take a quarter of the time of rows through the log."""
    admin.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")


@dataclass
class World:
    """A copy of a database, what the fixtures returned, and how many events it holds."""

    place: str
    results: bytes
    events: int


class Worlds:
    """The worlds of a process on one kind of database, by the fixtures that made them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.held: dict[tuple[Any, ...], World] = {}

    def add(self, key: tuple[Any, ...], world: World) -> None:
        """Hold a world, and forget the oldest one."""
        self.held[key] = world
        if len(self.held) > KEPT_AT_ONCE:
            self.store.forget(self.held.pop(next(iter(self.held))).place)

    def clear(self) -> None:
        """Forget all."""
        for world in self.held.values():
            self.store.forget(world.place)
        self.held.clear()


class Start:
    """What one test starts from: the kept fixtures it asks for, and their world if there is one."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request
        self.makes = tuple(_kept_makes(request))
        self._key: tuple[Any, ...] = ()
        self._worlds: Worlds | None = None
        self._world: World | None = None
        self._given = _Given()

    def place(self, worlds: Worlds) -> str | None:
        """Return where the database to start on is kept; None for one without a world."""
        # Worlds are full of days before and after today.
        self._key = (clock.today(), *self.makes)
        self._worlds = worlds
        self._world = worlds.held.get(self._key)
        return self._world.place if self._world is not None else None

    def result_of(self, make: Make, given: dict[str, Any]) -> Any:
        """Return what a fixture gives: from the world, else made now."""
        session = next((value for value in given.values() if isinstance(value, Session)), None)
        if self._world is not None:
            if make not in self._given.results:
                self._given = self._unpacked(self._world)
            if session is not None:
                session.add_all(self._given.attached)
            return self._given.results[make]
        self._given.results[make] = make(**given)
        if session is not None:
            # What comes next may use the database by another way.
            session.commit()
            self._given.session = session
        if self._worlds is not None and len(self._given.results) == len(self.makes):
            self._keep(self._worlds)
        return self._given.results[make]

    def _unpacked(self, world: World) -> "_Given":
        assert _events_of(self._database()) == world.events, (
            "a fixture stores something before one that is kept: mark it with `kept` as well"
        )
        results, attached = pickle.loads(world.results)
        return _Given(dict(zip(self.makes, results, strict=True)), attached)

    def _keep(self, worlds: Worlds) -> None:
        """Copy the database and what the fixtures returned, for the tests that come."""
        database, session = self._database(), self._given.session
        results = [self._given.results[make] for make in self.makes]
        packed = _packed(results, session)
        if session is not None:
            # This test goes on with the records that the tests after it will find in the session.
            attached = _attached_in(results, session)
            session.expunge_all()
            session.add_all(attached)
        events = _events_of(database)
        database.engine.dispose()
        worlds.add(self._key, World(worlds.store.keep(database), packed, events))

    def _database(self) -> Database:
        found: Database = self._request.getfixturevalue("database")
        return found


@dataclass
class _Given:
    """What the kept fixtures of a test returned, and which of the records a session held."""

    results: dict[Make, Any] = field(default_factory=dict)
    attached: list[Base] = field(default_factory=list)
    session: Session | None = None


class _Pickler(pickle.Pickler):
    """Notice the records of a session while they are pickled."""

    def __init__(self, target: io.BytesIO, session: Session | None) -> None:
        super().__init__(target)
        self._session = session
        self.attached: dict[int, Base] = {}

    def persistent_id(self, value: Any) -> None:
        of_session = isinstance(value, Base) and object_session(value) is self._session
        if of_session and self._session is not None:
            self.attached[id(value)] = value


def _attached_in(results: list[Any], session: Session) -> list[Base]:
    seen = _Pickler(io.BytesIO(), session)
    seen.dump(results)
    return list(seen.attached.values())


def _packed(results: list[Any], session: Session | None) -> bytes:
    attached = _attached_in(results, session) if session is not None else []
    return pickle.dumps((results, attached))


def _events_of(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(HistoryEvent)) or 0


def _kept_makes(request: pytest.FixtureRequest) -> list[Make]:
    """Return the kept fixtures a test asks for, in the order in which it gets them."""
    definitions = request.node._fixtureinfo.name2fixturedefs
    found = [definitions[name][-1].func for name in request.fixturenames if name in definitions]
    return [make.kept_make for make in found if hasattr(make, "kept_make")]
