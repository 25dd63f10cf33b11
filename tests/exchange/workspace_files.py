"""Small workspace files and the databases they go into."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import roadmap.models_all  # noqa: F401
from roadmap.db import Base, Database
from roadmap.exchange.workspace.dump import export_text
from roadmap.exchange.workspace.load import Imported, import_workspace
from roadmap.exchange.workspace.problems import WorkspaceRefused
from roadmap.history.models import HistoryEvent
from roadmap.setup import ensure_built_in

HEAD = {"format": "launch-roadmap-workspace", "version": 1}


def encoded(**sections: Any) -> bytes:
    return json.dumps({**HEAD, **sections}).encode()


def load(database: Database, data: bytes) -> Imported:
    with database.writing() as session:
        return import_workspace(session, data, "file.json")


def dump(database: Database) -> str:
    with database.reading() as session:
        return export_text(session)


def problems(database: Database, data: bytes) -> list[str]:
    """Return what keeps the file from being imported; none if it was."""
    try:
        load(database, data)
    except WorkspaceRefused as refused:
        return [str(problem) for problem in refused.problems]
    return []


def events(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(HistoryEvent)) or 0


@contextmanager
def fresh_database() -> Iterator[Database]:
    """Yield a new SQLite database with what every organisation starts with."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fresh.db"
        path.write_bytes(_template())
        database = Database(f"sqlite:///{path}")
        yield database
        database.dispose()


@cache
def _template() -> bytes:
    """Return a SQLite file with the schema and what every organisation starts with."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        database = Database(f"sqlite:///{path}")
        Base.metadata.create_all(database.engine)
        with database.writing() as session:
            ensure_built_in(session)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.dispose()
        return path.read_bytes()


REQUIREMENT = {
    "key": "REQ-7",
    "title": "Spoken brand names",
    "problem": "Replicas are named by voice only.",
    "kind": "automation",
    "state": "accepted",
}
MARKETS = {
    "markets": [{"code": "DE", "name": "Germany"}],
    "languages": [{"code": "de", "name": "German"}],
    "surfaces": [{"code": "live", "name": "LIVE"}],
    "policy_areas": [
        {"code": "weapons", "name": "Weapons", "dsa_category": "UNSAFE_AND_PROHIBITED_PRODUCTS"}
    ],
}
LAUNCH = {"key": "LCH-4", "title": "LIVE", "type": "S", "state": "planned"}
MECHANISM = {
    "key": "MEC-3",
    "name": "Text model",
    "kind": "classifier",
    "stage": "enforce",
    "configurations": [{"label": "v1", "parameters": {"threshold": 0.8}}],
    "current_configuration": "v1",
}
ROW = {
    "configuration": "v1",
    "slice": "*/*/*/*",
    "metric": "precision",
    "numerator": 90,
    "denominator": 100,
    "window_start": "-9d",
    "window_end": "-2d",
    "sampling": "random",
    "label_source": "human",
    "observed_at": "-2d",
}
