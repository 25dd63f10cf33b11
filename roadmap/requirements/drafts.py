"""Drafts: what somebody typed and has not submitted. Theirs alone, whoever else asks.

The history does not tell drafts, so they may be changed and removed freely.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Invalid, NotFound
from roadmap.requirements.files import StoredFile, from_plain
from roadmap.requirements.models import RequirementDraft
from roadmap.requirements.rules import OriginKind
from roadmap.web.i18n import _
from roadmap.web.text import forbidden_character

KEPT_FOR = timedelta(days=90)
MAX_DRAFTS = 50
# Characters of all fields together; twice what the longest valid form holds.
MAX_LENGTH = 400_000
ORIGIN_LENGTH = 100_000

Typed = Mapping[str, Sequence[str]]


def own_draft(
    session: Session, actor: Actor, draft_id: Any, *, lock: bool = False
) -> RequirementDraft:
    """Return one's own draft; another's is as absent as one that never was (NotFound)."""
    number = str(draft_id or "")
    found = None
    if number.isascii() and number.isdigit() and len(number) <= 9:
        query = select(RequirementDraft).where(
            RequirementDraft.id == int(number), RequirementDraft.person_id == actor.id
        )
        found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(_("There is no such draft. It may have been submitted or discarded."))
    return found


def keep(
    session: Session,
    actor: Actor,
    draft_id: Any,
    typed: Typed,
    files: Iterable[StoredFile] | None = None,
    origin: tuple[OriginKind, str] | None = None,
) -> RequirementDraft:
    """Store what was typed and return the draft; one that is gone by now is begun anew.

    ``files`` replace those kept so far, None leaves them.
    """
    kept = _storable(typed)
    draft = _begun(session, actor, draft_id)
    draft.typed = kept
    if files is not None:
        draft.files = [file.plain() for file in files]
    if origin is not None:
        draft.origin_kind, draft.origin_text = origin
    draft.updated_at = clock.now()
    session.flush()
    return draft


def _begun(session: Session, actor: Actor, draft_id: Any) -> RequirementDraft:
    if draft_id:
        try:
            found = own_draft(session, actor, draft_id, lock=True)
        except NotFound:
            # Submitted or discarded in another tab: the words are kept all the same.
            pass
        else:
            return found
    mine = select(func.count()).where(RequirementDraft.person_id == actor.id)
    if (session.scalar(mine) or 0) >= MAX_DRAFTS:
        raise Invalid(
            _("You have %(count)s drafts. Discard some to keep another one.", count=MAX_DRAFTS)
        )
    draft = RequirementDraft(person_id=actor.id, files=[], created_at=clock.now())
    session.add(draft)
    return draft


def _storable(typed: Typed) -> dict[str, Any]:
    """Return what was typed without what a database refuses; raises Invalid if it is too long."""
    kept = {name: [_bare(one) for one in values] for name, values in typed.items() if any(values)}
    if sum(len(one) for values in kept.values() for one in values) > MAX_LENGTH:
        raise Invalid(_("This is too long to be kept as a draft. Shorten it."))
    return kept


def _bare(value: str) -> str:
    if forbidden_character(value) is None:
        return value
    return "".join(letter for letter in value if forbidden_character(letter) is None)


@dataclass(frozen=True)
class Listed:
    """A draft as the list of drafts shows it."""

    id: int
    title: str
    updated_at: datetime
    files: int


def own_drafts(session: Session, actor: Actor, without: int | None = None) -> list[Listed]:
    """Return one's drafts, the last touched first, one statement."""
    rows = session.scalars(
        select(RequirementDraft)
        .where(RequirementDraft.person_id == actor.id)
        .order_by(RequirementDraft.updated_at.desc(), RequirementDraft.id.desc())
    )
    return [
        Listed(row.id, _title(row.typed), row.updated_at, len(row.files))
        for row in rows
        if row.id != without
    ]


def _title(typed: Mapping[str, Any]) -> str:
    """Return the title typed so far, else how the problem begins."""
    for name in ("title", "problem"):
        for value in typed.get(name, ()):
            if words := " ".join(str(value).split()):
                return words[:120]
    return ""


def discard(session: Session, actor: Actor, draft_id: Any) -> None:
    """Throw one's own draft away."""
    session.delete(own_draft(session, actor, draft_id, lock=True))
    session.flush()


def files_of(draft: RequirementDraft | None) -> list[StoredFile]:
    """Return the files kept with a draft."""
    return from_plain(draft.files) if draft is not None else []


def origin_of(draft: RequirementDraft | None) -> tuple[OriginKind, str] | None:
    """Return the thread a draft was made from."""
    if draft is None or draft.origin_kind is None or not draft.origin_text:
        return None
    return draft.origin_kind, draft.origin_text


def forget_old(session: Session) -> int:
    """Remove the drafts nobody touched for ninety days; return how many."""
    outcome: Any = session.execute(
        delete(RequirementDraft).where(RequirementDraft.updated_at < clock.now() - KEPT_FOR)
    )
    return int(outcome.rowcount)
