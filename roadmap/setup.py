"""First steps of a database: schema, built-in frameworks and templates, demo data."""

from sqlalchemy.orm import Session

from roadmap.db import Database
from roadmap.migrate import upgrade
from roadmap.readiness import templates
from roadmap.scoring import service as scoring


def ensure_built_in(session: Session) -> None:
    """Store what every organisation starts with and does not have yet."""
    scoring.ensure_built_in(session)
    templates.ensure_built_in(session)


def prepare(database: Database, *, demo: bool) -> list[str]:
    """Bring the schema up, load demo data into an empty database; return lines to print."""
    upgrade(database)
    with database.writing() as session:
        ensure_built_in(session)
    return []
