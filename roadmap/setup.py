"""First steps of a database: schema, built-in frameworks and templates, demo data."""

from sqlalchemy.orm import Session

import roadmap.models_all  # noqa: F401  relationships name tables of other rooms
from roadmap.db import Database
from roadmap.exchange.workspace import demo as demo_data
from roadmap.migrate import upgrade
from roadmap.readiness import templates
from roadmap.scoring import service as scoring

NO_PASSWORDS = (
    "Demo data is loaded without passwords, since other machines may reach this server: "
    "`roadmap admin link admin@example.org` makes a link to set one."
)


def ensure_built_in(session: Session) -> None:
    """Store what every organisation starts with and does not have yet."""
    scoring.ensure_built_in(session)
    templates.ensure_built_in(session)


def prepare(database: Database, *, demo: bool, host: str = "127.0.0.1") -> list[str]:
    """Bring the schema up, load demo data into an empty database; return lines to print.

    The demo people get their well-known password only if ``host`` is this machine alone.
    """
    upgrade(database)
    with database.writing() as session:
        ensure_built_in(session)
        if demo and demo_data.is_empty(session):
            demo_data.load_demo(session)
            if not demo_data.is_loopback(host):
                return [NO_PASSWORDS]
            demo_data.open_sign_ins(session)
    if not demo_data.is_loopback(host):
        return []
    with database.reading() as session:
        return demo_data.sign_in_lines(session)
