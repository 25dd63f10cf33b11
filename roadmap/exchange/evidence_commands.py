"""The command ``roadmap import evidence``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from roadmap.console import Problem
from roadmap.db import Database
from roadmap.errors import RoadmapError
from roadmap.exchange.dsa_tables import DsaAnswers, read_dsa
from roadmap.exchange.evidence_import import EvidenceAnswers, import_evidence
from roadmap.exchange.evidence_report import EvidenceReport, evidence_lines
from roadmap.exchange.evidence_rows import EvidenceFile, read_evidence
from roadmap.exchange.tabular import TableError

_DAY = click.DateTime(["%Y-%m-%d"])


_OPTIONS = (
    click.argument("file", type=click.Path(exists=True, path_type=Path)),
    click.option(
        "--source", default="", help="Who measured; the same source knows its rows again."
    ),
    click.option("--mechanism", default="", help="Key of the mechanism of rows that name none."),
    click.option("--configuration", default="", help="Its configuration, for rows that name none."),
    click.option(
        "--as",
        "form",
        type=click.Choice(["rows", "dsa"]),
        default="rows",
        help="dsa: FILE is a folder of transparency-report tables.",
    ),
    click.option("--service", default="", help="dsa: whose figures of the tables."),
    click.option("--appeals", default="", help="dsa: key of the appeals queue."),
    click.option("--from", "start", type=_DAY, help="dsa: first day the report speaks of."),
    click.option("--to", "end", type=_DAY, help="dsa: last day the report speaks of."),
    click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing."),
)


@dataclass(frozen=True)
class _Asked:
    """What was asked for on the command line, by the names of the options."""

    file: Path
    source: str
    mechanism: str
    configuration: str
    form: str
    service: str
    appeals: str
    start: datetime | None
    end: datetime | None
    dry_run: bool


def evidence_command(open_rooms: Callable[[], Database]) -> click.Command:
    """Return the command; ``open_rooms`` gives the database with every room listening."""

    def evidence(**given: Any) -> None:
        """Import measurements from a CSV, XLSX or NDJSON file.

        The same file twice changes nothing; other numbers of the same source correct its rows.
        """
        asked = _Asked(**given)
        database = open_rooms()
        try:
            report = _import(database, asked)
        except (TableError, RoadmapError) as error:
            raise Problem(f"{asked.file.name} was not imported. {error}") from None
        finally:
            database.dispose()
        for line in evidence_lines(report):
            click.echo(line)

    command: Callable[..., None] = evidence
    for option in reversed(_OPTIONS):
        command = option(command)
    return click.command("evidence")(command)


def _import(database: Database, asked: _Asked) -> EvidenceReport:
    """Read the file as it was asked for, and record its rows or say what would become of them."""
    answers = EvidenceAnswers(asked.source, asked.mechanism.upper(), asked.configuration)
    if asked.form == "dsa":
        said = DsaAnswers(
            asked.service,
            answers.mechanism,
            asked.appeals.upper(),
            asked.configuration,
            _day(asked.start),
            _day(asked.end),
        )
        read = read_dsa(database, asked.file, said)
        answers = EvidenceAnswers(asked.source or f"DSA report: {asked.service}")
    else:
        read = read_evidence(_bytes(asked.file), answers.given)
    return _run(database, read, asked.file.name, answers, store=not asked.dry_run)


def _day(given: datetime | None) -> date | None:
    return given.date() if given is not None else None


def _bytes(file: Path) -> bytes:
    if file.is_dir():
        raise TableError("This is a folder. Name a file, or say --as dsa.")
    return file.read_bytes()


def _run(
    database: Database, read: EvidenceFile, file: str, answers: EvidenceAnswers, *, store: bool
) -> EvidenceReport:
    """Record in one transaction, or judge with a reader that can change nothing."""
    if not store:
        with database.reading() as session:
            return import_evidence(session, None, read, file, answers, store=False)
    with database.writing() as session:
        return import_evidence(session, None, read, file, answers, store=True)
