"""What a comment said before it was edited, read from the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.errors import NotFound
from roadmap.history.models import HistoryEvent, HistoryText
from roadmap.requirements.models import Requirement, RequirementComment
from roadmap.web.i18n import _


@dataclass(frozen=True)
class Version:
    """One wording of a comment and since when it stood."""

    body: str
    at: datetime


def versions(
    session: Session, requirement: Requirement, comment_id: int
) -> tuple[RequirementComment, Sequence[Version]]:
    """Return a comment of the requirement and all its wordings, newest first; two statements.

    Words that were erased from the history are left out. Raises NotFound.
    """
    said = session.get(RequirementComment, comment_id)
    if said is None or said.requirement_id != requirement.id:
        raise NotFound(_("There is no such comment."))
    rows = session.execute(
        select(HistoryEvent.at, HistoryText.text)
        .join(HistoryText, HistoryText.event_id == HistoryEvent.id)
        .where(
            HistoryEvent.record_type == Requirement.record_type,
            HistoryEvent.record_id == requirement.id,
            HistoryText.path == f"requirement_comment:{comment_id}.body.after",
        )
        .order_by(HistoryEvent.id.desc())
    )
    return said, [Version(row.text, row.at) for row in rows]
