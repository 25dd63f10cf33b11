"""Reads of the inbox, of what one watches, and of the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person, Team
from roadmap.ahead import Asked
from roadmap.db import read_rows
from roadmap.lists.models import SavedView
from roadmap.notifications import tokens
from roadmap.notifications.facts import WATCHED
from roadmap.notifications.models import Mail, Notice, Preference, Watch
from roadmap.notifications.reading import readable
from roadmap.notifications.rules import USUAL_PACE, MailState, Pace, Reason, WatchKind
from roadmap.notifications.telling import REASONS, Group, grouped
from roadmap.requirements.list_asked import LIST
from roadmap.web.i18n import _

UNREAD_SHOWN, READ_SHOWN = 100, 30
MAILS_SHOWN = 100


@dataclass(frozen=True)
class Inbox:
    """What a person should hear: the unread first; ``older`` leads on through what was read."""

    unread: Sequence[Group]
    read: Sequence[Group]
    unread_count: int
    older: int | None


def unread_of(person_id: Any) -> Any:
    """Return the scalar subquery that counts what a person has not read, from one index alone."""
    mine = (Notice.person_id == person_id) & Notice.read_at.is_(None)
    return select(func.count(Notice.id)).where(mine).scalar_subquery()


def inbox(session: Session, actor: Actor, before: int | None = None) -> Inbox:
    """Return a person's notices in words by record, a fixed number of statements.

    ``before`` asks for what was read before that notice, and then for nothing unread.
    """
    mine = select(Notice).where(Notice.person_id == actor.id).order_by(Notice.id.desc())
    new: Sequence[Notice] = []
    if before is None:
        new = session.scalars(mine.where(Notice.read_at.is_(None)).limit(UNREAD_SHOWN)).all()
    old = mine.where(Notice.read_at.is_not(None)).limit(READ_SHOWN + 1)
    if before is not None:
        old = old.where(Notice.id < before)
    rows = session.scalars(old).all()
    older = rows[READ_SHOWN - 1].id if len(rows) > READ_SHOWN else None
    rows = rows[:READ_SHOWN]
    groups = grouped(session, actor, [*new, *rows])
    return Inbox(
        unread=_only(groups, read=False),
        read=_only(groups, read=True),
        unread_count=session.scalar(select(unread_of(actor.id))) or 0,
        older=older,
    )


def _only(groups: Sequence[Group], *, read: bool) -> list[Group]:
    found = []
    for group in groups:
        items = [item for item in group.items if item.read == read]
        if items:
            found.append(Group(group.record, group.record_type, group.record_id, items))
    return found


@dataclass(frozen=True)
class Watching:
    """Something a person watches; ``path`` leads to it, None where it has no page for them."""

    kind: WatchKind
    target_id: int
    title: str
    path: str | None


def is_watching(session: Session, person_id: int, kind: WatchKind, target_id: int) -> bool:
    """Return whether a person watches something, one statement."""
    return bool(read_rows(session, *asks_watching(person_id, kind, target_id)))


def asks_watching(person_id: int, kind: WatchKind, target_id: int) -> Asked:
    """Return what `is_watching` asks."""
    return _watched(), {"person": person_id, "kind": kind, "target": target_id}


@cache
def _watched() -> Select[Any]:
    # Built once, of the table's own columns: every record page sends it.
    watch = Watch.__table__.c
    return select(watch.id).where(
        watch.person_id == bindparam("person"),
        watch.kind == bindparam("kind"),
        watch.target_id == bindparam("target"),
    )


def watching(session: Session, actor: Actor) -> list[Watching]:
    """Return what a person watches and may still see, by kind and name; six statements at most."""
    rows = session.scalars(
        select(Watch).where(Watch.person_id == actor.id).order_by(Watch.id)
    ).all()
    types = {kind: record_type for record_type, kind in WATCHED.items()}
    keys = {(types[row.kind], row.target_id) for row in rows if row.kind in types}
    records = readable(session, actor, keys)
    teams, views = _names(session, actor, rows)
    found = []
    for row in rows:
        if row.kind is WatchKind.TEAM:
            if row.target_id in teams:
                found.append(Watching(row.kind, row.target_id, teams[row.target_id], None))
        elif row.kind is WatchKind.VIEW:
            if row.target_id in views:
                path = f"/requirements?view={row.target_id}"
                found.append(Watching(row.kind, row.target_id, views[row.target_id], path))
        elif (named := records.get((types[row.kind], row.target_id))) is not None:
            title = f"{named.key} {named.title}"
            found.append(Watching(row.kind, row.target_id, title, named.path))
    order = list(WatchKind)
    return sorted(found, key=lambda one: (order.index(one.kind), one.title.casefold()))


def _names(
    session: Session, actor: Actor, rows: Sequence[Watch]
) -> tuple[Mapping[int, str], Mapping[int, str]]:
    team_ids = {row.target_id for row in rows if row.kind is WatchKind.TEAM}
    view_ids = {row.target_id for row in rows if row.kind is WatchKind.VIEW}
    teams: dict[int, str] = {}
    views: dict[int, str] = {}
    if team_ids:
        query = select(Team.id, Team.name).where(Team.id.in_(team_ids))
        teams = {row.id: row.name for row in session.execute(query)}
    if view_ids:
        query = _views(actor).where(SavedView.id.in_(view_ids))
        views = {row.id: row.name for row in session.execute(query)}
    return teams, views


def _views(actor: Actor) -> Any:
    # Only what enters a view of requirements is told of.
    return select(SavedView.id, SavedView.name).where(
        SavedView.list_code == LIST,
        SavedView.removed_at.is_(None),
        or_(SavedView.shared, SavedView.owner_id == actor.id),
    )


def watchable(session: Session, actor: Actor) -> list[tuple[str, str, str]]:
    """Return (kind, id, name) of the teams and views a person may begin to watch."""
    mine = {
        (row.kind, row.target_id)
        for row in session.execute(
            select(Watch.kind, Watch.target_id).where(Watch.person_id == actor.id)
        )
    }
    teams = session.execute(select(Team.id, Team.name).where(Team.active).order_by(Team.name))
    found = [(WatchKind.TEAM, row.id, row.name) for row in teams]
    views = session.execute(_views(actor).order_by(SavedView.name).limit(200))
    found += [(WatchKind.VIEW, row.id, row.name) for row in views]
    return [(kind.value, str(n), name) for kind, n, name in found if (kind, n) not in mine]


def paces_of(session: Session, person_id: int) -> dict[Reason, Pace]:
    """Return how a person is told for every reason, one statement."""
    rows = session.scalars(select(Preference).where(Preference.person_id == person_id))
    return USUAL_PACE | {row.reason: row.pace for row in rows}


@dataclass(frozen=True)
class Outbox:
    """The mails of a state, with how many there are in each."""

    state: MailState
    rows: Sequence[Any]
    counts: Mapping[MailState, int]


def outbox_page(session: Session, state: MailState) -> Outbox:
    """Return the newest mails of a state with the names of their readers, two statements."""
    counted = session.execute(select(Mail.state, func.count().label("total")).group_by(Mail.state))
    counts = {row.state: row.total for row in counted}
    columns = (
        Mail.id,
        Mail.kind,
        Mail.subject,
        Mail.state,
        Mail.attempts,
        Mail.error,
        Mail.next_try_at,
        Mail.created_at,
        Mail.sent_at,
        Person.name,
        Person.email,
    )
    rows = session.execute(
        select(*columns)
        .join(Person, Person.id == Mail.person_id)
        .where(Mail.state == state)
        .order_by(Mail.id.desc())
        .limit(MAILS_SHOWN)
    ).all()
    return Outbox(state, rows, {one: counts.get(one, 0) for one in MailState})


def off_words(session: Session, off: tokens.Off) -> str | None:
    """Return what a link switches off in words, None if that is gone already."""
    if off.kind == tokens.MAIL:
        return _("all mail of Launch Roadmap to you")
    if off.kind == tokens.WEEKLY:
        return _("the weekly report by mail")
    if off.kind == tokens.REASON:
        return _("mail you get because %(why)s", why=_(REASONS[Reason(off.what)]))
    watch = session.get(Watch, int(off.what))
    return _("one thing you watch") if watch and watch.person_id == off.person_id else None
