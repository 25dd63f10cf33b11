"""The commands ``roadmap import requirements`` and ``roadmap import launches``."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from roadmap.capacity.commands import import_shifts
from roadmap.console import Problem
from roadmap.db import Database
from roadmap.exchange.columns import MappingError, parse_override
from roadmap.exchange.evidence_commands import evidence_command
from roadmap.exchange.import_launches import import_launches
from roadmap.exchange.import_report import report_lines
from roadmap.exchange.import_requirements import import_requirements
from roadmap.exchange.launch_report import launch_lines
from roadmap.exchange.mappings import ORDERS, Answers, pairs
from roadmap.exchange.sheet_commands import sheet_command
from roadmap.exchange.tabular import TableError
from roadmap.exchange.values import KINDS


def import_commands(open_rooms: Callable[[], Database]) -> click.Group:
    """Return ``roadmap import``; ``open_rooms`` gives the database with every room listening."""
    group = click.Group(
        "import", help="Bring records in from other trackers; nothing is half-imported."
    )
    group.add_command(_requirements(open_rooms))
    group.add_command(_launches(open_rooms))
    group.add_command(import_shifts(open_rooms))
    group.add_command(sheet_command(open_rooms))
    group.add_command(evidence_command(open_rooms))
    return group


def _requirements(open_rooms: Callable[[], Database]) -> click.Command:
    @click.command("requirements")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--map", "columns", multiple=True, help="COLUMN=field, or COLUMN=- to leave out.")
    @click.option("--status", "states", multiple=True, help='"Their word=our state".')
    @click.option("--kind-of", "kinds", multiple=True, help='"Their type=our kind".')
    @click.option(
        "--kind", type=click.Choice(sorted(KINDS)), help="The kind of rows that name none."
    )
    @click.option("--source", help="Whose keys these are; the same name finds them again.")
    @click.option("--date-order", type=click.Choice(ORDERS), help="How 10/07/2026 is meant.")
    @click.option("--team", help="Code of the team that the efforts in the file are for.")
    @click.option("--encoding", help="Of a file that is not UTF-8, as in cp1252.")
    @click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
    def requirements(file: Path, encoding: str | None, dry_run: bool, **given: Any) -> None:
        """Import requirements from a Jira, Redmine or other CSV file.

        A second import of the same file finds what the first stored and changes nothing.
        """
        database = open_rooms()
        try:
            report = import_requirements(
                database,
                None,
                file.read_bytes(),
                file.name,
                answers_of(**given),
                encoding=encoding,
                dry_run=dry_run,
            )
        except (TableError, MappingError) as error:
            raise Problem(f"{file.name} was not imported. {error}") from None
        finally:
            database.dispose()
        _print(report_lines(report))

    return requirements


def answers_of(
    columns: Iterable[str],
    states: Iterable[str],
    kinds: Iterable[str],
    **given: Any,
) -> Answers:
    """Return the answers of the options; raise ``MappingError`` for one that is no ``A=b``."""
    return Answers(
        columns=dict(map(parse_override, columns)),
        states=pairs(states, '--status "In QA=in_progress"'),
        kinds=pairs(kinds, '--kind-of "Spike=tool"'),
        **given,
    )


def _launches(open_rooms: Callable[[], Database]) -> click.Command:
    @click.command("launches")
    @click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
    def launches(directory: Path, dry_run: bool) -> None:
        """Import launches from the tables of an enhancement tracker.

        What the tables say is kept as claims, shown and dated; none of it makes a launch ready.
        """
        database = open_rooms()
        try:
            report = import_launches(database, None, directory, dry_run=dry_run)
        except TableError as error:
            raise Problem(f"{directory.name} was not imported. {error}") from None
        finally:
            database.dispose()
        _print(launch_lines(report))

    return launches


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
