"""Large edits of requirements, run by the worker; and the end of old undos."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.accounts.current import load_actor
from roadmap.errors import RoadmapError
from roadmap.lists.kinds import BulkState
from roadmap.lists.models import BulkEdit
from roadmap.requirements import bulk
from roadmap.web.i18n import _


def bulk_job(run: jobs.Run) -> dict[str, Any]:
    """Store one edit, all of it or nothing; a refusal is kept for its page to tell."""
    number = int(run.payload["edit"])
    try:
        with run.db.writing() as session:
            return _apply(run, session, number)
    except RoadmapError as error:
        refused = error.message
    with run.db.writing() as session:
        edit = _queued(session, number)
        if edit is not None:
            edit.state, edit.message, edit.finished_at = BulkState.REFUSED, refused, clock.now()
    return {"edit": number, "refused": refused}


def _apply(run: jobs.Run, session: Session, number: int) -> dict[str, Any]:
    edit = _queued(session, number)
    if edit is None:
        return {"edit": number, "done": "before"}
    total = len(edit.previewed)
    actor = load_actor(session, edit.person_id)
    if actor is None:
        raise bulk.Changed(_("The person who asked for this has left."))
    # SQLite has one writer: it cannot note progress beside the transaction that stores.
    beside = session.get_bind().dialect.name != "sqlite"
    progress = (lambda done: run.progress(done, total)) if beside else None
    return {"edit": number, "changed": bulk.apply(session, actor, edit, progress)}


def _queued(session: Session, number: int) -> BulkEdit | None:
    query = select(BulkEdit).where(BulkEdit.id == number, BulkEdit.state == BulkState.QUEUED)
    found: BulkEdit | None = session.scalar(query.with_for_update())
    return found


def forget_job(run: jobs.Run) -> dict[str, Any]:
    """Empty what edits of some weeks ago kept for their undo."""
    with run.db.writing() as session:
        return {"forgotten": bulk.forget(session)}
