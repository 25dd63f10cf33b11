"""Bring a database to the newest schema, and tell whether it is there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from roadmap.db import Database

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def alembic_config(database: Database) -> AlembicConfig:
    """Return Alembic's configuration for this database; no ini file is needed."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = database.engine
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Walk the schema up to the revision."""
    command.upgrade(alembic_config(database), revision)


def downgrade(database: Database, revision: str) -> None:
    """Walk the schema down to the revision."""
    command.downgrade(alembic_config(database), revision)


def current_revision(database: Database) -> str | None:
    """Return the revision a database is at, None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def expected_head() -> str | None:
    """Return the newest revision this code knows."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()
