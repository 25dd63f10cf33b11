"""What a merge would bring, told before it is made."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap.requirements.merging import gained
from roadmap.requirements.models import (
    Attachment,
    Requirement,
    RequirementComment,
    RequirementSupport,
)
from roadmap.web.i18n import _, ngettext
from roadmap.web.templating import number


@dataclass(frozen=True)
class Bringing:
    """What goes to the target, what is there already, and what stays with the duplicate.

    ``teams`` are those somebody spoke for as a whole. ``weekly_volume`` is None where nobody who
    would be new there said one.
    """

    key: str
    target: str | None
    people: int
    teams: int
    weekly_volume: int | None
    already: int
    comments: int
    files: int


def what_a_merge_brings(
    session: Session, duplicate: Requirement, target: Requirement | None
) -> Bringing:
    """Return what merging would do to both; two statements, one more for a target."""
    new, there = gained(session, duplicate, target)
    said, kept = RequirementComment, Attachment
    comments = select(func.count()).where(said.requirement_id == duplicate.id)
    files = select(func.count()).where(
        kept.requirement_id == duplicate.id, kept.removed_at.is_(None)
    )
    stays = session.execute(select(comments.scalar_subquery(), files.scalar_subquery())).one()
    return Bringing(
        duplicate.key,
        target.key if target else None,
        sum(1 for row in new if row.person_id is not None),
        sum(1 for row in new if row.person_id is None),
        weekly_volume(new),
        len(there),
        *stays,
    )


def weekly_volume(rows: Iterable[RequirementSupport]) -> int | None:
    """Add up what is said, once for each team and market: its people speak of the same items."""
    largest: dict[tuple[int | None, str | None], int] = {}
    for row in rows:
        if row.weekly_volume is not None:
            place = (row.team_id, row.market)
            largest[place] = max(largest.get(place, 0), row.weekly_volume)
    return sum(largest.values()) if largest else None


def in_words(found: Bringing) -> str:
    """Return what a merge brings, what is there already and what stays, in sentences."""
    said = [_brings(found)]
    if found.already:
        said.append(
            ngettext(
                "%(num)s supporter is there already.",
                "%(num)s supporters are there already.",
                found.already,
            )
        )
    kept = []
    if found.comments:
        kept.append(ngettext("%(num)s comment", "%(num)s comments", found.comments))
    if found.files:
        kept.append(ngettext("%(num)s file", "%(num)s files", found.files))
    if kept:
        what = ", ".join(kept)
        said.append(
            _("%(key)s stays readable with all it has (%(what)s).", key=found.key, what=what)
        )
    else:
        said.append(_("%(key)s stays readable and leads there.", key=found.key))
    return " ".join(said)


def _brings(found: Bringing) -> str:
    who = []
    if found.people:
        who.append(ngettext("%(num)s person", "%(num)s people", found.people))
    if found.teams:
        who.append(ngettext("%(num)s team", "%(num)s teams", found.teams))
    if found.weekly_volume is not None:
        who.append(_("%(count)s items a week", count=number(found.weekly_volume)))
    what = ", ".join(who)
    if found.target is None:
        return _("Brings there %(what)s, each once.", what=what) if who else _("Brings nobody.")
    if not who:
        return _("Brings nobody new to %(key)s.", key=found.target)
    return _("Brings %(what)s to %(key)s.", what=what, key=found.target)
