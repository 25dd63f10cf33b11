"""The commands ``roadmap workspace schema|import|export`` and ``roadmap demo load|refresh``."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from roadmap.console import Commands, Problem, settings
from roadmap.db import Database
from roadmap.exchange.workspace import demo
from roadmap.exchange.workspace.dump import export_text
from roadmap.exchange.workspace.load import Imported, import_workspace
from roadmap.exchange.workspace.problems import MOST_PRINTED, WorkspaceRefused
from roadmap.exchange.workspace.schema import json_schema

Open = Callable[[], Database]


def workspace_commands(open_rooms: Open) -> click.Group:
    """Return ``roadmap workspace``; ``open_rooms`` gives the database with every room listening."""
    group = Commands("workspace", help="Keep a whole organisation in one file.")
    group.add_command(_schema())
    group.add_command(_import(open_rooms))
    group.add_command(_export(open_rooms))
    return group


def _schema() -> click.Command:
    @click.command("schema")
    def schema() -> None:
        """Print the JSON Schema of a workspace file."""
        click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))

    return schema


def _import(open_rooms: Open) -> click.Command:
    @click.command("import")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
    @click.option(
        "--as-of",
        type=click.DateTime(["%Y-%m-%d"]),
        help="The day relative days count from; else the file's own, else today.",
    )
    def import_(file: Path, dry_run: bool, as_of: datetime | None) -> None:
        """Store everything in a workspace file, or nothing.

        Records with the same key are updated; the same file again changes nothing.
        """
        database = open_rooms()
        try:
            with database.session(write=True) as session:
                imported = import_workspace(
                    session, file.read_bytes(), file.name, as_of.date() if as_of else None
                )
                if not dry_run:
                    session.commit()
        except WorkspaceRefused as refused:
            _print_problems(refused)
            raise Problem(refused.message) from None
        finally:
            database.dispose()
        click.echo(_summary(imported, dry_run=dry_run))

    return import_


def _print_problems(refused: WorkspaceRefused) -> None:
    for problem in refused.problems[:MOST_PRINTED]:
        click.echo(str(problem))
    more = len(refused.problems) - MOST_PRINTED
    if more > 0:
        click.echo(f"... and {more} more.")


def _summary(imported: Imported, *, dry_run: bool) -> str:
    if not imported.changed:
        return "Nothing to change: everything in the file is stored already."
    counts = ", ".join(
        f"{count} {kind.replace('_', ' ')}" for kind, count in sorted(imported.changed.items())
    )
    word = "Would change" if dry_run else "Stored"
    return f"{word} (days counted from {imported.as_of}): {counts}."


def _export(open_rooms: Open) -> click.Command:
    @click.command("export")
    @click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
    def export(file: Path | None) -> None:
        """Write the organisation to FILE, or to standard output; no secrets, no history."""
        database = open_rooms()
        with database.reading() as session:
            text = export_text(session)
        database.dispose()
        if file is None:
            click.echo(text, nl=False)
            return
        # Written beside and moved: a full disk leaves the old file whole.
        beside = file.with_name(f".{file.name}.part")
        try:
            beside.write_text(text, encoding="utf-8", newline="\n")
            beside.replace(file)
        except OSError as error:
            raise Problem(f"{file} cannot be written: {error.strerror}.") from None
        click.echo(f"Written to {file}.")

    return export


def demo_commands(open_rooms: Open) -> click.Group:
    """Return ``roadmap demo``; ``open_rooms`` gives the database with every room listening."""
    group = Commands("demo", help="The illustrative organisation that comes with the program.")
    group.add_command(_load(open_rooms))
    group.add_command(_refresh(open_rooms))
    return group


def _load(open_rooms: Open) -> click.Command:
    @click.command("load")
    def load() -> None:
        """Store the demo organisation in an empty database."""
        database = open_rooms()
        with database.writing() as session:
            imported = demo.load_demo(session)
            if demo.is_loopback(settings().HOST):
                demo.open_sign_ins(session)
            lines = demo.sign_in_lines(session)
        database.dispose()
        for line in (_summary(imported, dry_run=False), *lines):
            click.echo(line)

    return load


def _refresh(open_rooms: Open) -> click.Command:
    @click.command("refresh")
    def refresh() -> None:
        """Date the demo organisation from today; edits of its records are undone."""
        database = open_rooms()
        with database.writing() as session:
            imported = demo.refresh_demo(session)
        database.dispose()
        click.echo(_summary(imported, dry_run=False))

    return refresh
