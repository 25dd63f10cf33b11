"""The outbox: daily mails are written, waiting mails are sent, failures wait or are given up.

A mail is claimed in one transaction, sent in none, and marked in another. Should the process die
between the server's yes and the mark, the mail goes out once more, with the same Message-ID: at
least once, never lost.
"""

import smtplib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config import MailServer
from roadmap import clock
from roadmap.accounts.models import Person
from roadmap.db import Database
from roadmap.notifications import account_mail, tokens
from roadmap.notifications.facts import paces
from roadmap.notifications.letters import Post, compose, new_mail, still_right
from roadmap.notifications.models import Mail, Notice
from roadmap.notifications.post import Letter, NotNow, Refused, Unreachable, connected, hand_over
from roadmap.notifications.rules import (
    GIVE_UP_AFTER,
    MailKind,
    MailState,
    Pace,
    digest_due,
    pace,
    retry_pause,
)
from roadmap.notifications.weekly import owed

log = structlog.get_logger(__name__)

# How long a worker may take over one batch before another may try the same mails.
LEASE = timedelta(minutes=15)
BATCH = 20
KEEP_SENT, KEEP_FAILED, KEEP_READ = timedelta(days=30), timedelta(days=90), timedelta(days=90)


# ---- writing ----


def write_at_once(session: Session, post: Post, notices: list[Notice], now: datetime) -> int:
    """Write one immediate mail a person for these notices; return how many."""
    mine: dict[int, list[Notice]] = defaultdict(list)
    for notice in notices:
        mine[notice.person_id].append(notice)
    for person_id, some in mine.items():
        parts = compose(session, post, person_id, [one.id for one in some], MailKind.IMMEDIATE)
        for notice in some:
            notice.mailed_at = now
        if parts is not None:
            session.add(new_mail(post, person_id, MailKind.IMMEDIATE, parts, now))
    session.flush()
    return len(mine)


def owed_people(session: Session, post: Post, now: datetime) -> list[int]:
    """Return who has a notice that waits for a mail, or is to get the weekly report now."""
    query = select(Notice.person_id).where(Notice.mailed_at.is_(None)).distinct()
    return sorted({*session.scalars(query), *owed(session, post.reports, now)})


def write_digest(session: Session, post: Post, person_id: int, now: datetime) -> bool:
    """Write a person's mail of the day if its hour came and it was not written; return whether.

    On the day of the report it carries that too, for those who want it. Two workers may try at
    once: the database lets one mail a person and day in, and one report a person and week.
    """
    zone = session.scalar(select(Person.time_zone).where(Person.id == person_id)) or "UTC"
    due = digest_due(now, ZoneInfo(zone), post.reports.hour)
    if due is None:
        return False
    day, until = due
    rows = session.scalars(
        select(Notice)
        .where(Notice.person_id == person_id, Notice.mailed_at.is_(None), Notice.at <= until)
        .order_by(Notice.id)
    ).all()
    week = owed(session, post.reports, now, person_id).get(person_id)
    if (not rows and week is None) or _written(session, person_id, day):
        return False
    wanted = _wanted(session, person_id, rows)
    report = post.reports.wanted(week, zone) if week is not None else None
    parts = None
    if wanted or report is not None:
        parts = compose(session, post, person_id, wanted, MailKind.DIGEST, report)
    if parts is not None:
        try:
            with session.begin_nested():
                session.add(new_mail(post, person_id, MailKind.DIGEST, parts, now, day, week))
        except IntegrityError:
            return False
    for notice in rows:
        notice.mailed_at = now
    session.flush()
    return parts is not None


def _written(session: Session, person_id: int, day: Any) -> bool:
    query = select(Mail.id).where(Mail.person_id == person_id, Mail.digest_day == day)
    return session.scalar(query) is not None


def _wanted(session: Session, person_id: int, rows: Any) -> list[int]:
    """Return the notices to mail: not read yet, and still wanted by mail."""
    pace_of = paces(session, [person_id])
    mailed = {Pace.NOW, Pace.DAILY}
    return [
        one.id
        for one in rows
        if one.read_at is None and pace(pace_of, person_id, one.reason) in mailed
    ]


# ---- sending ----


@dataclass(frozen=True)
class Outgoing:
    """A claimed mail, ready to go."""

    mail_id: int
    attempts: int
    created_at: datetime
    letter: Letter


def claim(session: Session, post: Post, now: datetime) -> list[Outgoing]:
    """Take some due mails for this worker alone, until its lease ends; the caller commits at once.

    What its reader may not read any more is taken out; a mail of nothing else is given up.
    """
    rows = session.scalars(
        select(Mail)
        .where(Mail.state == MailState.WAITING, Mail.next_try_at <= now)
        .order_by(Mail.next_try_at, Mail.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    taken = []
    for mail in rows:
        if not still_right(session, post, mail):
            mail.state, mail.error = MailState.FAILED, "nothing left that its reader may read"
            continue
        mail.attempts, mail.next_try_at = mail.attempts + 1, now + LEASE
        taken.append(
            Outgoing(mail.id, mail.attempts, mail.created_at, _letter(session, post, mail))
        )
    session.flush()
    return taken


def _letter(session: Session, post: Post, mail: Mail) -> Letter:
    person = session.get_one(Person, mail.person_id)
    text, html = mail.text, mail.html
    unsubscribe: str | None = post.off(tokens.Off(person.id, tokens.MAIL))
    if mail.kind is MailKind.ACCOUNT:
        text, html, unsubscribe = *account_mail.opened(post, mail), None
    return Letter(
        to_name=person.name,
        to_address=person.email,
        subject=mail.subject,
        text=text,
        html=html,
        message_id=mail.message_id,
        at=mail.created_at,
        unsubscribe=unsubscribe,
    )


def send_due(db: Database, server: MailServer, sender: str, post: Post) -> dict[str, int]:
    """Send what is due; return how many were sent, put off and given up."""
    counts = {"sent": 0, "waiting": 0, "failed": 0}
    while True:
        with db.writing() as session:
            batch = claim(session, post, clock.now())
        if not batch or not _send(db, server, sender, batch, counts):
            return counts


def _send(
    db: Database,
    server: MailServer,
    sender: str,
    batch: list[Outgoing],
    counts: dict[str, int],
) -> bool:
    """Send a batch over one connection; return False once the server cannot be reached."""
    left = list(batch)
    try:
        with connected(server) as client:
            while left:
                _send_one(db, client, sender, left[0], counts)
                left.pop(0)
    except Unreachable as error:
        for one in left:
            _put_off(db, one, str(error), counts)
        return False
    return True


def _send_one(
    db: Database, client: smtplib.SMTP, sender: str, one: Outgoing, counts: dict[str, int]
) -> None:
    try:
        hand_over(client, one.letter, sender)
    except Unreachable:
        raise
    except Refused as error:
        _mark(db, one, MailState.FAILED, str(error))
        counts["failed"] += 1
        log.warning("mail refused", mail=one.mail_id, error=str(error))
    except NotNow as error:
        _put_off(db, one, str(error), counts)
    else:
        _mark(db, one, MailState.SENT, "")
        counts["sent"] += 1


def _mark(db: Database, one: Outgoing, state: MailState, error: str) -> None:
    with db.writing() as session:
        session.execute(
            update(Mail)
            .where(Mail.id == one.mail_id)
            .values(
                state=state,
                error=error[:500],
                sent_at=clock.now() if state is MailState.SENT else None,
            )
        )


def _put_off(db: Database, one: Outgoing, error: str, counts: dict[str, int]) -> None:
    now = clock.now()
    if now - one.created_at > GIVE_UP_AFTER:
        _mark(db, one, MailState.FAILED, error)
        counts["failed"] += 1
        return
    with db.writing() as session:
        session.execute(
            update(Mail)
            .where(Mail.id == one.mail_id)
            .values(error=error[:500], next_try_at=now + retry_pause(one.attempts))
        )
    counts["waiting"] += 1


# ---- tidying ----


def forget_old(session: Session, now: datetime) -> int:
    """Delete sent mails, failed ones and read notices that are old; return how many."""
    count = 0
    for statement in (
        delete(Mail).where(Mail.state == MailState.SENT, Mail.sent_at < now - KEEP_SENT),
        delete(Mail).where(Mail.state == MailState.FAILED, Mail.created_at < now - KEEP_FAILED),
        delete(Notice).where(Notice.read_at < now - KEEP_READ, Notice.mailed_at.is_not(None)),
    ):
        outcome: Any = session.execute(statement)
        count += int(outcome.rowcount)
    return count
