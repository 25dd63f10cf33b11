"""The command on what waits in a queue: how many items somebody counted, and when."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.capacity import values as check
from roadmap.capacity.models import QueueBacklog
from roadmap.capacity.plans import require_people
from roadmap.errors import Invalid
from roadmap.launches.checks import MAX_VOLUME
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.queries import authorise
from roadmap.mechanisms.service import told
from roadmap.web.i18n import _


def backlog_of(session: Session, mechanism_id: int) -> QueueBacklog | None:
    """Return what was last counted waiting in a queue, None if nobody ever counted."""
    return session.scalar(select(QueueBacklog).where(QueueBacklog.mechanism_id == mechanism_id))


def put_backlog(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    items: float | None,
    counted_at: datetime,
) -> QueueBacklog:
    """Store how many items waited at a moment, in place of the count before.

    A count is only ever replaced by a newer one: what was known to wait is not forgotten.
    """
    authorise(actor, mechanism)
    require_people(mechanism)
    found = checked_items(items)
    check.day("day", counted_at.date())
    if counted_at > clock.now():
        raise Invalid.at("day", _("This moment has not come yet."))
    row = backlog_of(session, mechanism.id)
    if row is not None and counted_at < row.counted_at:
        raise Invalid.at("day", _("There is a newer count already."))
    if row is None:
        row = QueueBacklog(mechanism_id=mechanism.id)
        session.add(row)
    row.items, row.counted_at = found, counted_at.astimezone(UTC)
    told(session, actor, mechanism, "mechanism.backlog_counted")
    return row


def checked_items(items: float | None) -> float:
    """Return how many items wait, or raise Invalid."""
    found = check.number("items", items, MAX_VOLUME)
    if found is None:
        raise Invalid.at("items", _("Say how many items wait; 0 is a number."))
    return found
