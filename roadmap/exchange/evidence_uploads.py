"""Files of measurements sent through the browser: previewed, stored, then removed."""

import secrets
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.accounts.current import Actor, load_actor
from roadmap.errors import Conflict, Invalid
from roadmap.exchange.evidence_import import EvidenceAnswers, import_evidence
from roadmap.exchange.evidence_rows import read_evidence
from roadmap.exchange.kept_files import bytes_in, hand_over, note_failure, require_preview
from roadmap.exchange.models import ImportUpload
from roadmap.exchange.tabular import TableError
from roadmap.exchange.uploads import AT_ONCE, ENDED, path_of
from roadmap.mechanisms.names import number_of
from roadmap.web.i18n import _

JOB = "exchange.evidence"
KIND = "evidence"


def receive(
    session: Session,
    settings: Any,
    actor: Actor,
    file_name: str,
    data: bytes,
    answers: EvidenceAnswers,
) -> ImportUpload:
    """Keep a file and preview it, a large one in the worker.

    Raise Invalid at ``file`` when it holds no rows at all, and keep nothing.
    """
    if not data:
        raise Invalid.at("file", _("This file is empty. Choose a file of measurements."))
    if answers.mechanism and number_of(answers.mechanism) is None:
        raise Invalid.at("mechanism", _("Write the key of a mechanism, as in MEC-7."))
    upload = ImportUpload(
        token=secrets.token_urlsafe(24),
        person_id=actor.id,
        kind=KIND,
        file_name=file_name[-200:],
        answers=answers.as_json(),
        state="reading",
        created_at=clock.now(),
    )
    if len(data) <= AT_ONCE:
        _work(session, actor, upload, data)
    session.add(upload)
    session.flush()
    path_of(settings, upload).write_bytes(data)
    if upload.state == "reading":
        hand_over(session, upload, JOB, "upload")
    return upload


def confirm(session: Session, settings: Any, actor: Actor, upload: ImportUpload) -> None:
    """Store a previewed file, a large one in the worker."""
    require_preview(upload)
    data = bytes_in(path_of(settings, upload))
    upload.state = "storing"
    if len(data) <= AT_ONCE:
        _work(session, actor, upload, data)
    else:
        hand_over(session, upload, JOB, "upload")


def run_upload(run: jobs.Run) -> dict[str, Any]:
    """Preview or store a large file in the worker, as the person who sent it."""
    number = run.payload["upload"]
    run.progress(0, None, _("Reading the file"))
    try:
        with run.db.writing() as session:
            upload = session.get(ImportUpload, number)
            if upload is None or upload.state not in {"reading", "storing"}:
                return {}
            actor = load_actor(session, upload.person_id)
            if actor is None:
                raise Invalid(_("The person who sent the file has left."))
            path = path_of(run.settings, upload)
            _work(session, actor, upload, bytes_in(path))
            ended = upload.state in ENDED
    except (Invalid, Conflict, OSError) as error:
        note_failure(run.db, ImportUpload, number, str(error))
        return {"refused": str(error)}
    if ended:
        path.unlink(missing_ok=True)
    return {"upload": number}


def _work(session: Session, actor: Actor, upload: ImportUpload, data: bytes) -> None:
    """Preview or store; the note that it is stored shares its transaction with the rows."""
    answers = EvidenceAnswers(**upload.answers)
    store = upload.state == "storing"
    try:
        read = read_evidence(data, answers.given)
    except TableError as error:
        raise Invalid.at("file", str(error)) from None
    report = import_evidence(session, actor, read, upload.file_name, answers, store=store)
    upload.report, upload.state = report.as_json(), "done" if store else "preview"
    if store:
        upload.finished_at = clock.now()
