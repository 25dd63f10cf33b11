"""What every command needs: settings, the database, and one sentence instead of a traceback."""

from typing import IO, Any

import click
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from config import Config, ConfigError
from roadmap.db import Database
from roadmap.errors import RoadmapError
from roadmap.migrate import current_revision, expected_head


class Problem(click.ClickException):
    """One sentence instead of a traceback."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence alone."""
        click.echo(self.message, file=file, err=file is None)


def settings() -> Config:
    """Return the settings of the environment, or say which one cannot be used."""
    try:
        return Config()
    except ConfigError as error:
        raise Problem(str(error)) from None


def open_database(config: Config) -> Database:
    """Return the database after making sure that it answers."""
    form = "write sqlite:///file.db or postgresql://user:password@host/name."
    try:
        address = make_url(config.DATABASE_URL)
    except ArgumentError:
        raise Problem(f"DATABASE_URL is not an address: {form}") from None
    if address.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise Problem(f"DATABASE_URL names {address.drivername}, which is not supported: {form}")
    shown = address.render_as_string(hide_password=True)
    try:
        database = Database(config.DATABASE_URL)
        with database.reading() as session:
            session.connection()
    except (DBAPIError, OSError) as error:
        detail = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise Problem(
            f"The database {shown} cannot be reached ({detail}): start it or mend DATABASE_URL."
        ) from None
    return database


def open_current(config: Config) -> Database:
    """Return the database after making sure that it has the newest schema."""
    database = open_database(config)
    if current_revision(database) != expected_head():
        raise Problem("The database is not at the newest schema: run `roadmap init` first.")
    return database


class Commands(click.Group):
    """A group that says expected failures in one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except RoadmapError as error:
            raise Problem(error.message) from None
