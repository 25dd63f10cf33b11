"""The command ``roadmap import sheet``."""

from collections.abc import Callable
from pathlib import Path

import click

from roadmap.console import Problem
from roadmap.db import Database
from roadmap.exchange.columns import MappingError, parse_override
from roadmap.exchange.mappings import ORDERS, pairs
from roadmap.exchange.sheet_answers import SheetAnswers
from roadmap.exchange.sheet_import import import_sheet
from roadmap.exchange.sheet_report import sheet_lines
from roadmap.exchange.tabular import TableError
from roadmap.launches.kinds import LaunchType


def sheet_command(open_rooms: Callable[[], Database]) -> click.Command:
    """Return the command; ``open_rooms`` gives the database with every room listening."""

    @click.command("sheet")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--map", "columns", multiple=True, help="COLUMN=field, or COLUMN=- to leave out.")
    @click.option("--status", "states", multiple=True, help='"Their word=green", amber, red, over.')
    @click.option("--sheet", help="Which sheet of the file; else the one that says most.")
    @click.option("--source", help="The roadmap's name; the same name finds its launches again.")
    @click.option(
        "--type",
        "kind",
        type=click.Choice([one.value for one in LaunchType]),
        help="The type of launches that name none.",
    )
    @click.option("--date-order", type=click.Choice(ORDERS), help="How 10/07/2026 is meant.")
    @click.option("--encoding", help="Of a CSV file that is not UTF-8, as in cp1252.")
    @click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
    def sheet_file(
        file: Path,
        columns: tuple[str, ...],
        states: tuple[str, ...],
        sheet: str | None,
        source: str | None,
        kind: str | None,
        date_order: str | None,
        encoding: str | None,
        dry_run: bool,
    ) -> None:
        """Import a launch roadmap as it is, CSV or XLSX.

        Its columns stay with the launches, its status is a dated claim. The same file again changes
        nothing; changed cells change their launch.
        """
        database = open_rooms()
        try:
            answers = SheetAnswers(
                columns=dict(map(parse_override, columns)),
                states=pairs(states, '--status "Good=green"'),
                source=source,
                sheet=sheet,
                type=kind,
                date_order=date_order,  # type: ignore[arg-type]
            )
            report = import_sheet(
                database, file.read_bytes(), file.name, answers, encoding=encoding, dry_run=dry_run
            )
        except (TableError, MappingError) as error:
            raise Problem(f"{file.name} was not imported. {error}") from None
        finally:
            database.dispose()
        for line in sheet_lines(report):
            click.echo(line)

    return sheet_file
