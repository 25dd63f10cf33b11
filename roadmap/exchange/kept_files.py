"""What the pages that take a file share: where it lies, who goes on with it, how it fails."""

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock, jobs
from roadmap.db import Database
from roadmap.errors import Conflict
from roadmap.exchange.models import ImportUpload
from roadmap.exchange.sheet_models import LaunchSheet
from roadmap.web.i18n import _


def folder(settings: Any) -> Path:
    """Return where the files lie, made on first use and readable by nobody else."""
    path = Path(settings.INSTANCE_DIR) / "uploads"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def bytes_in(path: Path) -> bytes:
    """Return what was uploaded; raise Conflict when the file was removed from the disk."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        text = _("The uploaded file is no longer on the server. Upload it again.")
        raise Conflict(text) from None


def require_preview(kept: ImportUpload | LaunchSheet) -> None:
    """Raise Conflict unless the file waits to be confirmed."""
    if kept.state != "preview":
        raise Conflict(_("This import has gone on since you opened the page. Load it again."))


def hand_over(session: Session, kept: ImportUpload | LaunchSheet, job: str, name: str) -> None:
    """Let the worker go on with a file; the payload of its job has the key under a name."""
    session.flush()
    made = jobs.enqueue(session, job, {name: kept.id}, created_by=kept.person_id)
    kept.job_id = made.id if made else None
    session.flush()


def note_failure(
    database: Database, kind: type[ImportUpload] | type[LaunchSheet], number: int, why: str
) -> None:
    """Note why a file could not be read or stored, in a transaction of its own."""
    with database.writing() as session:
        kept: Any = session.get_one(kind, number)
        kept.state, kept.error, kept.finished_at = "failed", why[:2000], clock.now()
