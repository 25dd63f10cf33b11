"""The command ``roadmap import shifts``."""

from collections.abc import Callable
from pathlib import Path

import click

from roadmap.capacity.pasted import read_roster
from roadmap.capacity.shifts import add_shifts
from roadmap.console import Problem
from roadmap.db import Database
from roadmap.errors import RoadmapError
from roadmap.mechanisms.queries import get_mechanism


def import_shifts(open_rooms: Callable[[], Database]) -> click.Command:
    """Return ``roadmap import shifts``; ``open_rooms`` gives the database with rooms listening."""

    @click.command("shifts")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.argument("queue")
    @click.option("--replace", is_flag=True, help="First end what is rostered on these days.")
    @click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
    def shifts(file: Path, queue: str, replace: bool, dry_run: bool) -> None:
        """Add the shifts of a CSV file to the roster of a queue, all or none."""
        database = open_rooms()
        try:
            count = _store(database, _text(file), queue, replace=replace, dry_run=dry_run)
        except RoadmapError as error:
            raise Problem(f"{file.name} was not imported. {error.message}") from None
        finally:
            database.dispose()
        done = "would be added to" if dry_run else "are on"
        click.echo(f"{count} shifts {done} the roster of {queue}.")

    return shifts


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Problem(f"{file.name} was not imported. It is not UTF-8 text.") from None


def _store(database: Database, text: str, queue: str, *, replace: bool, dry_run: bool) -> int:
    with database.writing() as session:
        found = get_mechanism(session, None, queue)
        read = read_roster(session, text, None, None)
        if read.problems:
            for one in read.problems:
                click.echo(f"line {one.line}, {one.column}: {one.value!r}: {one.reason}", err=True)
            raise Problem(f"Nothing was stored: {len(read.problems)} things to mend.")
        add_shifts(session, None, found, read.rows, replace_running=replace)
        if dry_run:
            session.rollback()
    return len(read.rows)
