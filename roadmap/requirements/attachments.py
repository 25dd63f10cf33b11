"""Commands and reads on the files of a requirement, and on the thread it was made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, literal, null, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.ahead import Asked
from roadmap.db import read_rows
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.events import publish
from roadmap.history.service import record
from roadmap.requirements.events import RequirementChanged
from roadmap.requirements.files import StoredFile
from roadmap.requirements.intake import Limits, too_many
from roadmap.requirements.models import Attachment, Requirement, RequirementOrigin
from roadmap.requirements.queries import may_edit
from roadmap.requirements.rules import OriginKind
from roadmap.requirements.service import attachment, demand
from roadmap.web.i18n import _


@dataclass(frozen=True)
class Shown:
    """A file as the record page names it; ``size`` in bytes."""

    id: int
    name: str
    size: int
    uploaded_by_id: int | None
    created_at: datetime


@dataclass(frozen=True)
class Brought:
    """What came with a requirement: its files, and the thread it was made from."""

    files: tuple[Shown, ...] = ()
    origin_kind: OriginKind | None = None
    origin_text: str = ""


def brought_with(session: Session, requirement_id: int) -> Brought:
    """Return the files not removed, oldest first, and the thread, one statement."""
    rows = read_rows(session, *asks_brought(requirement_id))
    found = tuple(
        Shown(row.id, row.name, row.size, row.uploaded_by_id, row.created_at)
        for row in rows
        if row.kind is None
    )
    source = next((row for row in rows if row.kind is not None), None)
    if source is None:
        return Brought(found)
    return Brought(found, OriginKind(source.kind), source.name)


def asks_brought(requirement_id: int) -> Asked:
    """Return what `brought_with` asks."""
    return _brought(), {"requirement": requirement_id}


@cache
def _brought() -> Any:
    # Built once, of the tables' own columns: every record page sends it.
    file, origin = Attachment.__table__.c, RequirementOrigin.__table__.c
    number: Any = bindparam("requirement")
    files = select(
        file.id.label("id"),
        file.name.label("name"),
        file.size.label("size"),
        file.uploaded_by_id.label("uploaded_by_id"),
        file.created_at.label("created_at"),
        null().label("kind"),
    ).where(file.requirement_id == number, file.removed_at.is_(None))
    thread = select(
        literal(0), origin.text, literal(0), null(), origin.created_at, origin.kind
    ).where(origin.requirement_id == number)
    return files.union_all(thread).order_by("id")


def room_for(session: Session, requirement: Requirement, limits: Limits) -> int:
    """Return how many more files fit; raises Invalid at ``files`` if none does."""
    count = session.scalar(
        select(func.count()).where(
            Attachment.requirement_id == requirement.id, Attachment.removed_at.is_(None)
        )
    )
    if (count or 0) >= limits.most:
        raise Invalid.at("files", too_many(limits))
    return limits.most - (count or 0)


def add_files(
    session: Session, actor: Actor, requirement: Requirement, files: Sequence[StoredFile]
) -> None:
    """Put stored files on a requirement; whoever may comment may bring evidence."""
    demand(actor, "requirement.comment")
    if not files:
        raise Invalid.at("files", _("Choose a file first."))
    session.add_all(attachment(requirement, actor, file) for file in files)
    _tell(session, actor, requirement, "file_added", ", ".join(file.name for file in files))


def get_file(session: Session, requirement: Requirement, file_id: int) -> Attachment:
    """Return a file of the requirement that was not removed; the requirement is authorised."""
    found = session.get(Attachment, file_id)
    if found is None or found.requirement_id != requirement.id or found.removed_at is not None:
        raise NotFound(_("There is no such file. It may have been removed."))
    return found


def remove_file(session: Session, actor: Actor, requirement: Requirement, file_id: int) -> None:
    """Take a file off the page; its row stays, and so do its bytes."""
    demand(actor, "requirement.comment")
    file = get_file(session, requirement, file_id)
    if file.uploaded_by_id != actor.id and not may_edit(actor, requirement):
        raise Forbidden(_("Only who brought it, the requester or a manager may remove a file."))
    file.removed_at = clock.now()
    _tell(session, actor, requirement, "file_removed", file.name)


def _tell(session: Session, actor: Actor, requirement: Requirement, what: str, why: str) -> None:
    requirement.updated_at = clock.now()
    record(session, actor.id, requirement, f"requirement.{what}", why=why)
    publish(session, RequirementChanged(requirement.id))
