"""Files sent through the browser: kept outside the web root, previewed, stored, then removed."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.errors import Conflict, Invalid, NotFound
from roadmap.exchange.columns import MappingError
from roadmap.exchange.import_requirements import report_of, store
from roadmap.exchange.kept_files import (
    bytes_in,
    folder,
    hand_over,
    note_failure,
    require_preview,
)
from roadmap.exchange.mappings import Answers
from roadmap.exchange.models import ImportUpload
from roadmap.exchange.requirement_compare import compare, read_plan
from roadmap.exchange.tabular import TableError, read_table
from roadmap.web.i18n import _

JOB = "exchange.import"
REQUIREMENTS = "requirements"
# A larger file is read and stored by the worker; the page shows how far it is.
AT_ONCE = 500_000
KEPT = timedelta(hours=24)
ENDED = ("done", "failed")


def path_of(settings: Any, upload: ImportUpload) -> Path:
    """Return where the bytes of an upload lie; the name the person gave is never part of it."""
    return folder(settings) / f"{upload.token}.csv"


def receive(
    session: Session, settings: Any, person_id: int, file_name: str, data: bytes, answers: Answers
) -> ImportUpload:
    """Keep a file and preview it, a large one in the worker.

    Raise Invalid at ``file`` when it is no table, and keep nothing.
    """
    if not data:
        raise Invalid.at("file", _("This file is empty. Choose the exported CSV file."))
    upload = ImportUpload(
        token=secrets.token_urlsafe(24),
        person_id=person_id,
        file_name=file_name[-200:],
        answers=answers.as_json(),
        state="reading",
        created_at=clock.now(),
    )
    if len(data) <= AT_ONCE:
        _preview(session, upload, data)
    session.add(upload)
    session.flush()
    path_of(settings, upload).write_bytes(data)
    if upload.state == "reading":
        hand_over(session, upload, JOB, "upload")
    return upload


def answer_again(session: Session, settings: Any, upload: ImportUpload, answers: Answers) -> None:
    """Preview a file anew with other answers; raise Invalid when they do not fit it."""
    require_preview(upload)
    data = bytes_in(path_of(settings, upload))
    upload.answers = answers.as_json()
    if len(data) <= AT_ONCE:
        _preview(session, upload, data)
    else:
        upload.state = "reading"
        hand_over(session, upload, JOB, "upload")


def confirm(session: Session, settings: Any, upload: ImportUpload) -> None:
    """Store a previewed file, a large one in the worker."""
    require_preview(upload)
    data = bytes_in(path_of(settings, upload))
    if len(data) <= AT_ONCE:
        _store(session, upload, data)
    else:
        upload.state = "storing"
        hand_over(session, upload, JOB, "upload")


def get_upload(
    session: Session, person_id: int, token: str, *, lock: bool = False, kind: str = REQUIREMENTS
) -> ImportUpload:
    """Return a person's own upload of a kind; everybody else's is not found."""
    query = select(ImportUpload).where(
        ImportUpload.token == token,
        ImportUpload.person_id == person_id,
        ImportUpload.kind == kind,
    )
    upload = session.scalar(query.with_for_update() if lock else query)
    if upload is None:
        raise NotFound(_("There is no such import. Files not confirmed are removed after a day."))
    return upload


def recent(session: Session, person_id: int, kind: str = REQUIREMENTS) -> list[ImportUpload]:
    """Return a person's last five uploads of a kind, newest first."""
    query = select(ImportUpload).where(
        ImportUpload.person_id == person_id, ImportUpload.kind == kind
    )
    return list(session.scalars(query.order_by(ImportUpload.id.desc()).limit(5)))


def job_of(session: Session, upload: ImportUpload) -> jobs.Job | None:
    """Return the job that reads or stores the file, if a worker does."""
    return session.get(jobs.Job, upload.job_id) if upload.job_id is not None else None


def _preview(session: Session, upload: ImportUpload, data: bytes) -> None:
    try:
        answers = Answers.from_json(upload.answers)
        reading = read_plan(session, read_table(data), upload.file_name, answers)
        report = report_of(reading, compare(session, reading), stored=False)
    except (TableError, MappingError) as error:
        raise Invalid.at("file", str(error)) from None
    upload.report, upload.state = report.as_json(), "preview"


def _store(session: Session, upload: ImportUpload, data: bytes) -> None:
    """Store the file and the note that it is stored in one transaction: a retry finds it done."""
    try:
        answers = Answers.from_json(upload.answers)
        reading = read_plan(session, read_table(data), upload.file_name, answers)
        report = store(session, upload.person_id, reading)
    except (TableError, MappingError) as error:
        raise Invalid.at("file", str(error)) from None
    upload.report, upload.state = report.as_json(), "done"
    upload.finished_at = clock.now()


def run_upload(run: jobs.Run) -> dict[str, Any]:
    """Preview or store a large file in the worker."""
    run.progress(0, None, _("Reading the file"))
    try:
        with run.db.writing() as session:
            upload = session.get(ImportUpload, run.payload["upload"])
            if upload is None or upload.state not in {"reading", "storing"}:
                return {}
            path = path_of(run.settings, upload)
            work = _preview if upload.state == "reading" else _store
            work(session, upload, bytes_in(path))
            ended = upload.state in ENDED
    except (Invalid, Conflict, OSError) as error:
        note_failure(run.db, ImportUpload, run.payload["upload"], str(error))
        return {"refused": str(error)}
    if ended:
        path.unlink(missing_ok=True)
    return {"upload": run.payload["upload"]}


def tidy_uploads(run: jobs.Run) -> dict[str, Any]:
    """Remove files and notes of imports that nobody confirmed within a day."""
    before = clock.now() - KEPT
    with run.db.writing() as session:
        old = list(session.scalars(select(ImportUpload).where(ImportUpload.created_at < before)))
        for upload in old:
            path_of(run.settings, upload).unlink(missing_ok=True)
            session.delete(upload)
    return {"removed": len(old)}
