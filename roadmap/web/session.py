"""One database session per request: a reader for safe methods, a writer for the others."""

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session

from roadmap.ahead import end_reading
from roadmap.db import Database

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def database() -> Database:
    """Return the running application's database."""
    found: Database = current_app.extensions["roadmap_db"]
    return found


def db_session() -> Session:
    """Return the request's session, opened on first use and closed when the request ends."""
    if "db_session" not in g:
        g.db_session = database().session(write=request.method not in SAFE_METHODS)
    session: Session = g.db_session
    return session


def _close(error: BaseException | None) -> None:
    session: Session | None = g.pop("db_session", None)
    if session is not None:
        try:
            if error is None:
                end_reading(session)
        finally:
            session.close()


def init_app(app: Flask) -> None:
    """Close each request's session, rolling back what was not committed."""
    app.teardown_appcontext(_close)
