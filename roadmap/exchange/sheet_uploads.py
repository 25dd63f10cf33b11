"""Roadmap sheets sent through the browser: kept outside the web root, previewed, then stored."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.accounts.current import load_actor
from roadmap.db import Database
from roadmap.errors import Conflict, Invalid, NotFound
from roadmap.exchange.columns import MappingError
from roadmap.exchange.kept_files import (
    bytes_in,
    folder,
    hand_over,
    note_failure,
    require_preview,
)
from roadmap.exchange.sheet_answers import SheetAnswers
from roadmap.exchange.sheet_compare import compare, read_sheet
from roadmap.exchange.sheet_import import note_stored, report_of, store
from roadmap.exchange.sheet_models import LaunchSheet
from roadmap.exchange.tabular import TableError
from roadmap.web.i18n import _

JOB = "exchange.sheet"
KEPT = timedelta(hours=24)
WAITING = ("preview", "storing", "failed")


def path_of(settings: Any, sheet: LaunchSheet) -> Path:
    """Return where the bytes lie; the name the person gave is never part of it."""
    return folder(settings) / f"{sheet.token}.sheet"


def receive(
    session: Session,
    settings: Any,
    person_id: int,
    file_name: str,
    data: bytes,
    answers: SheetAnswers,
) -> LaunchSheet:
    """Keep a file and preview it; raise Invalid at ``file``, and keep nothing, if it is none."""
    sheet = LaunchSheet(
        token=secrets.token_urlsafe(24),
        person_id=person_id,
        file_name=file_name[-200:],
        answers=answers.as_json(),
        state="preview",
        created_at=clock.now(),
    )
    _preview(session, sheet, data)
    session.add(sheet)
    session.flush()
    path_of(settings, sheet).write_bytes(data)
    return sheet


def answer_again(
    session: Session, settings: Any, sheet: LaunchSheet, answers: SheetAnswers
) -> None:
    """Preview a file anew with other answers; raise Invalid when they do not fit it."""
    require_preview(sheet)
    sheet.answers = answers.as_json()
    _preview(session, sheet, bytes_in(path_of(settings, sheet)))


def confirm(session: Session, settings: Any, sheet: LaunchSheet) -> None:
    """Have the worker store a previewed sheet."""
    require_preview(sheet)
    bytes_in(path_of(settings, sheet))
    sheet.state = "storing"
    hand_over(session, sheet, JOB, "sheet")


def get_sheet(session: Session, person_id: int, token: str, *, lock: bool = False) -> LaunchSheet:
    """Return a sheet a person sent; everybody else's is not found."""
    query = select(LaunchSheet).where(
        LaunchSheet.token == token, LaunchSheet.person_id == person_id
    )
    sheet = session.scalar(query.with_for_update() if lock else query)
    if sheet is None:
        raise NotFound(_("There is no such import. Files not confirmed are removed after a day."))
    return sheet


def recent(session: Session, person_id: int) -> Sequence[LaunchSheet]:
    """Return the last five sheets a person sent, newest first."""
    query = select(LaunchSheet).where(LaunchSheet.person_id == person_id)
    return session.scalars(query.order_by(LaunchSheet.id.desc()).limit(5)).all()


def job_of(session: Session, sheet: LaunchSheet) -> jobs.Job | None:
    """Return the job that stores the sheet."""
    return session.get(jobs.Job, sheet.job_id) if sheet.job_id is not None else None


def _preview(session: Session, sheet: LaunchSheet, data: bytes) -> None:
    answers = SheetAnswers.from_json(sheet.answers)
    try:
        reading = read_sheet(session, data, sheet.file_name, answers)
    except (TableError, MappingError) as error:
        raise Invalid.at("file", str(error)) from None
    report = report_of(reading, compare(session, reading), stored=False)
    sheet.source, sheet.report = reading.source, report.as_json()


def run_sheet(run: jobs.Run) -> dict[str, Any]:
    """Store a sheet in the worker: the whole of it in one transaction, or nothing."""
    number = run.payload["sheet"]
    run.progress(0, 2, _("Reading the sheet"))
    try:
        with run.db.reading() as session:
            sheet = session.get(LaunchSheet, number)
            if sheet is None or sheet.state != "storing":
                return {}
            data = bytes_in(path_of(run.settings, sheet))
        run.progress(1, 2, _("Storing the launches, all of them or none"))
        created = _store(run.db, number, data)
    except (TableError, MappingError, Conflict, Invalid) as error:
        note_failure(run.db, LaunchSheet, number, str(error))
        return {"refused": str(error)}
    path_of(run.settings, sheet).unlink(missing_ok=True)
    return {"sheet": number, "created": created}


def _store(database: Database, number: int, data: bytes) -> int:
    """Store the launches and the note that they are stored together: a retry finds it done."""
    with database.writing() as session:
        sheet = session.get_one(LaunchSheet, number)
        actor = load_actor(session, sheet.person_id) if sheet.person_id is not None else None
        if actor is None or not actor.may("exchange.import"):
            raise Conflict(_("Whoever sent this sheet may not import any more."))
        answers = SheetAnswers.from_json(sheet.answers)
        reading = read_sheet(session, data, sheet.file_name, answers)
        report = store(session, actor, reading)
        note_stored(sheet, reading, report)
        return report.created


def tidy_sheets(run: jobs.Run) -> dict[str, Any]:
    """Remove sheets nobody confirmed within a day; what was stored stays noted."""
    before = clock.now() - KEPT
    with run.db.writing() as session:
        query = select(LaunchSheet).where(
            LaunchSheet.created_at < before, LaunchSheet.state.in_(WAITING)
        )
        old = list(session.scalars(query))
        for sheet in old:
            path_of(run.settings, sheet).unlink(missing_ok=True)
            session.delete(sheet)
    return {"removed": len(old)}
