"""A running product for browser tests: the real server and a worker on a database of their own."""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import waitress
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from config import Config
from roadmap import create_app
from roadmap.accounts.models import Person
from roadmap.accounts.passwords import hash_password
from roadmap.db import Database
from roadmap.exchange.workspace.load import import_workspace
from roadmap.exchange.workspace.shipped_files import DEMO
from roadmap.jobs import run_worker, work_once
from tests.cast import Cast, make_cast
from tests.e2e.serving import answer_until

PASSWORD = "correct horse battery staple"
# How long a busy machine is waited for, ms; nothing waits so long where all is well.
PATIENCE = 30_000
# Pages live for seconds: making their scripts fast takes longer than running them slowly.
FLAGS = ["--no-sandbox", "--js-flags=--no-opt --no-maglev"]


@dataclass
class Running:
    """A product that answers at ``url``."""

    app: Flask
    url: str
    cast: Cast


def _browser_path() -> str:
    path = os.environ.get("CHROMIUM", "")
    if not path:
        from shutil import which

        names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
        path = next((found for name in names if (found := which(name))), "")
    if not path:
        pytest.fail("No Chromium found: run `make browser`, or set CHROMIUM to its path.")
    return path


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One headless Chromium for all browser tests of a process."""
    expect.set_options(timeout=PATIENCE)
    found = playwright.chromium.launch(executable_path=_browser_path(), args=FLAGS)
    yield found
    found.close()


@dataclass
class Origin:
    """A database that browser tests start from a copy of, with the files beside it."""

    folder: Path
    cast: Cast


def _settings(folder: Path) -> Config:
    return Config(
        DATABASE_URL=f"sqlite:///{folder / 'roadmap.db'}",
        INSTANCE_DIR=str(folder),
        SECRET_KEY="only for tests",
        HISTORY_KEY="only for tests",
        LOG_LEVEL="error",
    )


def _fill(folder: Path, template: Path, workspace: Path | None) -> Origin:
    """Put the cast into a copy of the template, and a workspace, judged and ranked."""
    shutil.copy(template, folder / "roadmap.db")
    config = _settings(folder)
    database: Database = create_app(config).extensions["roadmap_db"]
    with database.writing() as session:
        cast = make_cast(session)
        hashed = hash_password(PASSWORD)
        for person in session.query(Person):
            person.password_hash = hashed
    if workspace is not None:
        with database.writing() as session:
            import_workspace(session, workspace.read_bytes(), workspace.name)
        while work_once(database, config):
            pass
    database.dispose()
    return Origin(folder, cast)


@pytest.fixture(scope="session")
def staffed(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """Everybody with a password, and nothing else."""
    return _fill(tmp_path_factory.mktemp("staffed"), sqlite_template, None)


@pytest.fixture(scope="session")
def with_demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """Everybody with a password, and the demo organisation, judged and ranked."""
    return _fill(tmp_path_factory.mktemp("demo"), sqlite_template, DEMO)


@pytest.fixture
def origin(staffed: Origin) -> Origin:
    """What the product starts from; modules that want the demo name `with_demo` instead."""
    return staffed


@pytest.fixture
def running(
    origin: Origin, tmp_path: Path, read_templates: FileSystemBytecodeCache
) -> Iterator[Running]:
    """The product on a database of this test alone."""
    shutil.copytree(origin.folder, tmp_path, dirs_exist_ok=True)
    config = _settings(tmp_path)
    app = create_app(config)
    app.jinja_env.bytecode_cache = read_templates
    database = app.extensions["roadmap_db"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = waitress.create_server(app, host="127.0.0.1", port=port, threads=4)
    stop = threading.Event()
    threads = [
        threading.Thread(target=answer_until, args=(server, stop), daemon=True),
        threading.Thread(target=run_worker, args=(database, config, stop, 0.2), daemon=True),
    ]
    for thread in threads:
        thread.start()
    yield Running(app, f"http://127.0.0.1:{port}", origin.cast)
    stop.set()
    for thread in threads:
        thread.join(timeout=10)
    database.dispose()


def sign_in(page: Page, person: Person) -> None:
    """Sign in through the form."""
    page.goto("/sign-in")
    page.locator("[name=email]").fill(person.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def let_in(page: Page, running: Running, person: Person) -> None:
    """Let somebody in without the form, which takes a browser longer than many a page."""
    client = running.app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = f"{person.id}:{person.session_epoch}"
        kept["_fresh"] = True
        kept.permanent = True
    name = running.app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    assert cookie is not None
    page.context.add_cookies([{"name": name, "value": cookie.value, "url": running.url}])


@pytest.fixture
def open_page(browser: Browser, running: Running) -> Iterator[Callable[..., Page]]:
    """Return an empty page of a person who is let in; keywords go to the browser context."""
    contexts: list[BrowserContext] = []

    def make(person: Person | None, **options: object) -> Page:
        context = browser.new_context(base_url=running.url, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        if person is not None:
            let_in(page, running, person)
        return page

    yield make
    for context in contexts:
        context.close()
