"""What somebody heard and was mailed, so that the walks find the forms of inbox and outbox."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import load_actor
from roadmap.history.models import HistoryEvent
from roadmap.notifications.letters import Composed, Post, new_mail
from roadmap.notifications.models import Notice
from roadmap.notifications.rules import MailKind, MailState, Reason, WatchKind
from roadmap.notifications.service import watch
from roadmap.notifications.tokens import MAIL, Off, sign
from roadmap.notifications.weekly import Day


def bring_about(session: Session, person_id: int, secret: str) -> list[str]:
    """Give a person something to read, a watch and a mail that failed; return where to look."""
    actor = load_actor(session, person_id)
    assert actor is not None
    watch(session, actor, WatchKind.REQUIREMENT, 1)
    events = session.scalars(
        select(HistoryEvent).where(HistoryEvent.record_type == "requirement").limit(3)
    )
    for event in events:
        session.add(
            Notice(
                person_id=person_id,
                event_id=event.id,
                record_type=event.record_type,
                record_id=event.record_id,
                reason=Reason.OWN,
                at=event.at,
                mailed_at=clock.now(),
            )
        )
    post = Post("https://roadmap.example.org", secret, Day("monday", 8))
    mail = new_mail(post, person_id, MailKind.IMMEDIATE, Composed("Hello", "", ""), clock.now())
    mail.state, mail.error = MailState.FAILED, "550 nobody here"
    session.add(mail)
    token = sign(secret, Off(person_id, MAIL))
    return ["/inbox", "/watching", "/admin/mail?state=failed", f"/off?token={token}"]
