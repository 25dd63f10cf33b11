"""Brings the reference organisation into a database, once for each week, scale and schema."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import postgres
from benchmarks.bulk import loading
from benchmarks.organisation import (
    events,
    ground,
    launches,
    measurements,
    mechanisms,
    own,
    requirements,
)
from benchmarks.organisation.sizes import Sizes
from roadmap import keys
from roadmap.db import Database
from roadmap.migrate import MIGRATIONS, upgrade
from roadmap.scoring.recompute import recompute_all
from roadmap.setup import ensure_built_in

Say = Callable[[str], None]
_PREFIX = "roadmap_bench_"


@dataclass(frozen=True)
class Reference:
    """A database that holds the organisation."""

    backend: str
    url: str
    sizes: Sizes


def cache_key(sizes: Sizes) -> str:
    """Return the digest of everything the content depends on."""
    found = hashlib.sha256(f"{sizes.scale} {sizes.monday}".encode())
    here = Path(__file__).resolve().parent
    sources = [*here.glob("organisation/*.py"), here / "bulk.py", *MIGRATIONS.glob("versions/*.py")]
    for path in sorted(sources):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def fill(url: str, sizes: Sizes, say: Say) -> None:
    """Migrate an empty database and write the organisation into it."""
    began = time.perf_counter()
    database = Database(url)
    try:
        upgrade(database)
        with database.writing() as session:
            ensure_built_in(session)
        rows = _load(database, sizes)
        written = time.perf_counter()
        with database.writing() as session:
            keys.reserve(session, "REQ", sizes.requirements)
            keys.reserve(session, "MEC", sizes.mechanisms)
            keys.reserve(session, "LCH", sizes.launches)
            recompute_all(session)
    finally:
        database.dispose()
    say(
        f"{rows:,} rows written in {written - began:.0f} s, "
        f"scored and ranked in {time.perf_counter() - written:.0f} s."
    )


def _load(database: Database, sizes: Sizes) -> int:
    """Write all rows and return their number."""
    # New connections: the loader sets its own on SQLite up for speed, and they are not kept.
    database.dispose()
    with loading(database.engine) as loader:
        base = ground.load(loader, sizes)
        requirements.load(loader, base)
        own.load(loader, base)
        registry = mechanisms.load(loader, base)
        launches.load(loader, base, registry)
        measurements.load(loader, base, registry)
        events.load(loader, base)
    database.dispose()
    return sum(loader.counts.values())


@contextmanager
def sqlite(folder: Path, sizes: Sizes, say: Say) -> Iterator[Reference]:
    """Yield the organisation in a SQLite file, made now if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_PREFIX}{cache_key(sizes)}.db"
    if not path.exists():
        _forget_files(folder)
        loading_path = folder / f"{path.stem}.loading"
        fill(f"sqlite:///{loading_path}", sizes, say)
        # Whole files only: a run that was broken off leaves no database behind.
        loading_path.rename(path)
    yield Reference("SQLite", f"sqlite:///{path}", sizes)


def _forget_files(folder: Path) -> None:
    for old in folder.glob(f"{_PREFIX}*"):
        old.unlink()


@contextmanager
def postgresql(folder: Path, sizes: Sizes, say: Say) -> Iterator[Reference]:
    """Yield the organisation in a PostgreSQL database of its own, made now if it is not there."""
    name = f"{_PREFIX}{cache_key(sizes)}"
    with postgres.server(folder) as url:
        known = postgres.names(url, _PREFIX)
        if name not in known:
            postgres.run(url, *(f'DROP DATABASE "{old}" WITH (FORCE)' for old in known))
            postgres.run(url, f'CREATE DATABASE "{name}_loading"')
            fill(postgres.beside(url, f"{name}_loading"), sizes, say)
            # As the server leaves rows itself within minutes: a year's rows came long before.
            postgres.run(postgres.beside(url, f"{name}_loading"), "VACUUM (ANALYZE)")
            postgres.run(url, f'ALTER DATABASE "{name}_loading" RENAME TO "{name}"')
        yield Reference("PostgreSQL", postgres.beside(url, name), sizes)


BACKENDS = {"sqlite": sqlite, "postgresql": postgresql}
