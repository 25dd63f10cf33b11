"""The worker's part: follow the events, write daily mails, send what waits, forget what is old."""

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from config import mail_server
from roadmap import clock, jobs
from roadmap.events import subscribe
from roadmap.history.jobs import EventsSealed
from roadmap.history.models import HistoryEvent
from roadmap.notifications import outbox, service
from roadmap.notifications.feed import follow
from roadmap.notifications.letters import Post, post_of

log = structlog.get_logger(__name__)

FOLLOW, DIGESTS, SEND, TIDY = (
    "notifications.follow",
    "notifications.digests",
    "notifications.send",
    "notifications.tidy",
)


def follow_events(run: jobs.Run) -> dict[str, Any]:
    """Turn every sealed event not looked at yet into notices, and write what is mailed at once."""
    mail = mail_server(run.settings.MAIL_URL) is not None
    post, seen, written = post_of(run.settings), 0, 0
    while True:
        with run.db.writing() as session:
            count, at_once = follow(session, clock.now(), mail=mail)
            if at_once:
                written += outbox.write_at_once(session, post, at_once, clock.now())
                jobs.enqueue(session, SEND, dedupe=SEND)
        seen += count
        if not count:
            return {"events": seen, "mails": written}


def write_digests(run: jobs.Run) -> dict[str, Any]:
    """Write the mail of the day for everybody whose hour came, each in a transaction of its own."""
    if mail_server(run.settings.MAIL_URL) is None:
        return {"mails": 0}
    post, count = post_of(run.settings), 0
    with run.db.reading() as session:
        people = outbox.owed_people(session, post, clock.now())
    failed = 0
    for person_id in people:
        try:
            count += _digest(run, post, person_id)
        except Exception:  # one person's trouble must not keep the others waiting
            log.exception("daily mail failed", person=person_id)
            failed += 1
    if failed:
        raise RuntimeError(
            f"the daily mail of {failed} person(s) could not be written: see the log"
        )
    return {"mails": count}


def _digest(run: jobs.Run, post: Post, person_id: int) -> bool:
    with run.db.writing() as session:
        written = outbox.write_digest(session, post, person_id, clock.now())
        if written:
            jobs.enqueue(session, SEND, dedupe=SEND)
        return written


def send_mails(run: jobs.Run) -> dict[str, Any]:
    """Hand what waits to the mail server."""
    server = mail_server(run.settings.MAIL_URL)
    if server is None:
        return {}
    return dict(outbox.send_due(run.db, server, run.settings.MAIL_FROM, post_of(run.settings)))


def tidy(run: jobs.Run) -> dict[str, Any]:
    """Forget old mails and notices."""
    with run.db.writing() as session:
        return {"forgotten": outbox.forget_old(session, clock.now())}


def _after_sealing(session: Session, _sealed: EventsSealed) -> None:
    jobs.enqueue(session, FOLLOW, dedupe=FOLLOW)


def register() -> None:
    """Register the jobs and what they listen to."""
    # Sealing starts following; the rest is in case that job was lost.
    jobs.register(FOLLOW, follow_events, every=timedelta(minutes=5))
    jobs.register(DIGESTS, write_digests, every=timedelta(minutes=5))
    jobs.register(SEND, send_mails, every=timedelta(minutes=1))
    jobs.register(TIDY, tidy, every=timedelta(hours=6))
    subscribe(EventsSealed, _after_sealing)
    subscribe(HistoryEvent, service.on_event)
