"""Commands: watch and stop, mark read, choose what is mailed, switch off by a link, send again."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person, Team
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.history.models import HistoryEvent
from roadmap.lists.models import SavedView
from roadmap.lists.saved import get_view
from roadmap.notifications import tokens
from roadmap.notifications.facts import WATCHED
from roadmap.notifications.models import Mail, Notice, Preference, Watch
from roadmap.notifications.reading import readable
from roadmap.notifications.rules import USUAL_PACE, MailState, Pace, Reason, WatchKind
from roadmap.notifications.view_watch import remember, remember_again
from roadmap.notifications.weekly import choose
from roadmap.requirements.list_asked import LIST
from roadmap.web.i18n import _

MOST_WATCHES = 500
_RECORD_TYPES = {kind: record_type for record_type, kind in WATCHED.items()}


# ---- watching ----


def watch(session: Session, actor: Actor, kind: WatchKind, target_id: int) -> Watch:
    """Watch a record, view or team one may see; watching twice is watching once."""
    view = _authorised(session, actor, kind, target_id)
    found = _watch(session, actor.id, kind, target_id)
    if found is not None:
        return found
    if len(session.scalars(select(Watch.id).where(Watch.person_id == actor.id)).all()) >= (
        MOST_WATCHES
    ):
        raise Invalid(_("You watch %(most)s things: stop watching some first.", most=MOST_WATCHES))
    found = Watch(person_id=actor.id, kind=kind, target_id=target_id, created_at=clock.now())
    session.add(found)
    session.flush()
    if view is not None:
        remember(session, actor, found, view)
    return found


def _watch(session: Session, person_id: int, kind: WatchKind, target_id: int) -> Watch | None:
    return session.scalar(
        select(Watch).where(
            Watch.person_id == person_id, Watch.kind == kind, Watch.target_id == target_id
        )
    )


def _authorised(
    session: Session, actor: Actor, kind: WatchKind, target_id: int
) -> SavedView | None:
    """Return the view that is to be watched, None for anything else; raises NotFound."""
    if kind is WatchKind.VIEW:
        view = get_view(session, actor, target_id)
        if view.list_code != LIST:
            raise NotFound(_("Only views of requirements can be watched."))
        return view
    if kind is WatchKind.TEAM:
        if session.get(Team, target_id) is None:
            raise NotFound(_("There is no such team."))
        return None
    key = (_RECORD_TYPES[kind], target_id)
    if key not in readable(session, actor, [key]):
        raise NotFound(_("There is no such record, or you may not see it."))
    return None


def unwatch(session: Session, person_id: int, kind: WatchKind, target_id: int) -> None:
    """Stop watching; not watching is no error."""
    found = _watch(session, person_id, kind, target_id)
    if found is not None:
        session.delete(found)
        session.flush()


def on_event(session: Session, event: HistoryEvent) -> None:
    """Keep what is known of watched views right when a view is changed or removed."""
    if event.record_type != SavedView.record_type:
        return
    mine = (Watch.kind == WatchKind.VIEW) & (Watch.target_id == event.record_id)
    if session.scalar(select(Watch.id).where(mine).limit(1)) is None:
        return
    view = session.get(SavedView, event.record_id)
    if view is None or view.removed_at is not None:
        session.execute(delete(Watch).where(mine))
    elif "query" in event.changes:
        remember_again(session, view)


# ---- the inbox ----


def mark_read(
    session: Session, actor: Actor, *, notice_id: int | None = None, record: Any = None
) -> int:
    """Mark one's notices read: one, those of a record (type, id), or all; return how many."""
    statement = update(Notice).where(Notice.person_id == actor.id, Notice.read_at.is_(None))
    if notice_id is not None:
        statement = statement.where(Notice.id == notice_id)
    if record is not None:
        statement = statement.where(Notice.record_type == record[0], Notice.record_id == record[1])
    outcome: Any = session.execute(statement.values(read_at=clock.now()))
    return int(outcome.rowcount)


def turn_off(session: Session, actor: Actor, notice_id: int) -> Notice:
    """Switch off what brought a notice: its watch, or else its reason altogether."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.person_id != actor.id:
        raise NotFound(_("There is no such item in your inbox."))
    if notice.watch_id is not None:
        _end_watch(session, actor.id, notice.watch_id)
    else:
        _set_pace(session, actor.id, notice.reason, Pace.OFF)
    session.flush()
    return notice


def _end_watch(session: Session, person_id: int, watch_id: int) -> None:
    session.execute(delete(Watch).where(Watch.id == watch_id, Watch.person_id == person_id))


# ---- what is mailed ----


def set_paces(session: Session, actor: Actor, chosen: Mapping[Reason, Pace]) -> None:
    """Store how a person wants to be told for some reasons."""
    for reason, how in chosen.items():
        _set_pace(session, actor.id, reason, how)
    session.flush()


def _set_pace(session: Session, person_id: int, reason: Reason, how: Pace) -> None:
    row = session.get(Preference, (person_id, reason))
    if row is None and how is not USUAL_PACE[reason]:
        session.add(Preference(person_id=person_id, reason=reason, pace=how))
    elif row is not None:
        row.pace = how


def turn_off_by_link(session: Session, off: tokens.Off) -> None:
    """Do what a link says: end a watch, or mail no more for a reason or at all.

    What is no longer mailed still reaches the inbox.
    """
    if session.get(Person, off.person_id) is None:
        raise NotFound(_("This link is not complete. Open your inbox instead."))
    if off.kind == tokens.WATCH:
        _end_watch(session, off.person_id, int(off.what))
        return
    if off.kind in (tokens.MAIL, tokens.WEEKLY):
        choose(session, off.person_id, False)
    if off.kind == tokens.WEEKLY:
        return
    for reason in Reason if off.kind == tokens.MAIL else [Reason(off.what)]:
        row = session.get(Preference, (off.person_id, reason))
        if row is None or row.pace is not Pace.OFF:
            _set_pace(session, off.person_id, reason, Pace.INBOX)
    session.flush()


# ---- the outbox ----


def send_again(session: Session, actor: Actor, mail_id: int) -> Mail:
    """Let a failed mail be tried again, or a waiting one at once."""
    if not actor.may("admin.system"):
        raise Forbidden(_("Only an admin may do this."))
    mail = session.scalar(select(Mail).where(Mail.id == mail_id).with_for_update())
    if mail is None:
        raise NotFound(_("There is no such mail; sent ones are forgotten after a month."))
    if mail.state is MailState.SENT:
        raise Invalid(_("This mail was sent already."))
    mail.state, mail.attempts, mail.next_try_at = MailState.WAITING, 0, clock.now()
    mail.created_at = clock.now()
    session.flush()
    return mail
