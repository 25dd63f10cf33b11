"""What newly enters a watched view: the view's query asked for the changed requirements alone.

`view_member` remembers what was in the view, from the moment somebody began to watch it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, literal, select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.errors import Invalid
from roadmap.history.models import HistoryEvent
from roadmap.lists.language import QueryError, parse
from roadmap.lists.models import SavedView
from roadmap.notifications.facts import actors
from roadmap.notifications.models import ViewMember, Watch
from roadmap.notifications.rules import Candidate, Reason, WatchKind, brought_in
from roadmap.requirements.list_page import Vocabulary, vocabulary, where_of
from roadmap.requirements.models import Requirement
from roadmap.web.i18n import _

# A view with more in it is too wide to be worth watching, and costs too much to remember.
MOST = 5_000


@dataclass(frozen=True)
class _Watched:
    watch: Watch
    view: SavedView
    actor: Actor


def entered(
    session: Session, events: Sequence[HistoryEvent]
) -> Iterator[tuple[HistoryEvent, Candidate]]:
    """Yield what newly entered each watched view, with the last event of the requirement.

    What came in by an import enters silently. A few statements for each view that is watched.
    """
    last = {e.record_id: e for e in events if e.record_type == Requirement.record_type}
    if not last:
        return
    watched = _watched(session)
    known = vocabulary(session) if watched else None
    for one in watched:
        where = conditions_of(session, one.actor, one.view, known)
        if where is None:
            continue
        for number in sorted(_update(session, one, where, set(last))):
            if not brought_in(last[number].action):
                watch = one.watch
                yield last[number], Candidate(watch.person_id, Reason.VIEW, watch.id)


def _watched(session: Session) -> list[_Watched]:
    rows = session.execute(
        select(Watch, SavedView)
        .join(SavedView, SavedView.id == Watch.target_id)
        .where(Watch.kind == WatchKind.VIEW, SavedView.removed_at.is_(None))
        .order_by(Watch.id)
    ).all()
    if not rows:
        return []
    people = actors(session, {row.Watch.person_id for row in rows})
    return [
        _Watched(watch, view, people[watch.person_id])
        for watch, view in rows
        if watch.person_id in people and (view.shared or view.owner_id == watch.person_id)
    ]


def conditions_of(
    session: Session, actor: Actor, view: SavedView, known: Vocabulary | None = None
) -> list[ColumnElement[bool]] | None:
    """Return what a view asks of a requirement; None if its query cannot be read any more."""
    try:
        return where_of(session, actor, known or vocabulary(session), parse(view.query))
    except (QueryError, Invalid):
        return None


def _update(
    session: Session, one: _Watched, where: list[ColumnElement[bool]], changed: Collection[int]
) -> set[int]:
    """Bring the members among the changed requirements up to date; return the new ones."""
    inside = set(session.scalars(select(Requirement.id).where(Requirement.id.in_(changed), *where)))
    mine = (ViewMember.watch_id == one.watch.id) & ViewMember.requirement_id.in_(changed)
    before = set(session.scalars(select(ViewMember.requirement_id).where(mine)))
    if gone := before - inside:
        session.execute(delete(ViewMember).where(mine, ViewMember.requirement_id.in_(gone)))
    new = inside - before
    if new:
        rows = [{"watch_id": one.watch.id, "requirement_id": number} for number in sorted(new)]
        session.execute(insert(ViewMember), rows)
    return new


def remember(session: Session, actor: Actor, watch: Watch, view: SavedView) -> None:
    """Note what is in a view now, so that only what enters later is told.

    Raises Invalid for a view that holds more than is worth watching.
    """
    where = conditions_of(session, actor, view)
    if where is None:
        raise Invalid(_("The query of this view cannot be read any more: correct it first."))
    inside = select(Requirement.id).where(*where).limit(MOST + 1)
    if len(session.scalars(inside).all()) > MOST:
        raise Invalid(
            _(
                "This view shows more than %(most)s requirements. Narrow it, then watch it.",
                most=MOST,
            )
        )
    session.execute(delete(ViewMember).where(ViewMember.watch_id == watch.id))
    session.execute(
        insert(ViewMember).from_select(
            ["watch_id", "requirement_id"],
            select(literal(watch.id), Requirement.id).where(*where),
        )
    )


def remember_again(session: Session, view: SavedView) -> None:
    """Note anew what is in a view whose query changed; nobody is told of what that brought."""
    rows = session.scalars(
        select(Watch).where(Watch.kind == WatchKind.VIEW, Watch.target_id == view.id)
    ).all()
    people = actors(session, {watch.person_id for watch in rows})
    for watch in rows:
        if watch.person_id not in people:
            continue
        try:
            remember(session, people[watch.person_id], watch, view)
        except Invalid:
            session.execute(delete(ViewMember).where(ViewMember.watch_id == watch.id))
            session.delete(watch)
