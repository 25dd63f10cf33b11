"""One application for many tests: it moves from one test's database to the next.

Making an application, reading its templates and wording its SQL take several times longer than most
tests. All three give the same every time, so they are kept; whatever a test can change is put back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from flask import Flask
from sqlalchemy import event, make_url

from config import Config
from roadmap import create_app
from roadmap.db import Database
from roadmap.web.observe import Meters

# The state an application keeps between requests: renewed for each test below. A name that is
# missing here fails every test, so that nobody forgets to renew what is new.
RENEWED = {"roadmap_db", "roadmap_settings", "roadmap_meters"}
FIXED = {"csrf", "roadmap_nav"}


def made_for(config: Config) -> tuple[str, ...]:
    """Return what an application is made for: the kind of database, and all other settings."""
    moved = {"DATABASE_URL", "INSTANCE_DIR"}
    kind = make_url(config.DATABASE_URL).get_backend_name()
    others = (f"{f.name}={getattr(config, f.name)}" for f in fields(config) if f.name not in moved)
    return (kind, *others)


class MovingApp:
    """An application that one test after another uses, each on its own database."""

    def __init__(self, config: Config) -> None:
        self.app = create_app(config)
        self._database: Database = self.app.extensions["roadmap_db"]
        self._config = dict(self.app.config)
        self._fixed = self._shape()
        event.listen(self._database.engine, "do_connect", self._connect)

    def _connect(
        self, dialect: Any, _record: Any, args: list[Any], options: dict[str, Any]
    ) -> None:
        new_args, new_options = dialect.create_connect_args(make_url(self._database.url))
        args[:] = new_args
        options.update(new_options)

    def _shape(self) -> dict[str, Any]:
        """Return what no test may change: compared after each."""
        app = self.app
        return {
            "extensions": sorted(app.extensions),
            "navigation": list(app.extensions["roadmap_nav"]),
            "routes": len(app.view_functions),
            "before": [list(found) for found in app.before_request_funcs.values()],
            "after": [list(found) for found in app.after_request_funcs.values()],
            "filters": dict(app.jinja_env.filters),
            "globals": dict(app.jinja_env.globals),
        }

    @contextmanager
    def on(self, config: Config) -> Iterator[Flask]:
        """Yield the application with these settings, as if just made."""
        app, database = self.app, self._database
        unknown = set(app.extensions) ^ (RENEWED | FIXED)
        assert not unknown, f"say in tests/moving.py how to renew app.extensions {sorted(unknown)}"
        app.config.clear()
        app.config.update(self._config | config.flask_settings())
        app.extensions["roadmap_settings"] = config
        app.extensions["roadmap_meters"] = Meters()
        database.kept.clear()
        database.url = config.DATABASE_URL
        database.engine.url = make_url(config.DATABASE_URL)
        try:
            yield app
        finally:
            database.engine.dispose()
        assert self._shape() == self._fixed, "a test changed the application it shares"
