"""What waits for triage: one at a time, the oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Team
from roadmap.history.models import HistoryEvent
from roadmap.requirements.listing import COUNT_LIMIT, capped
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import INBOX

SHOWN = 50
_DECIDED = ("accepted", "declined", "merged", "snoozed", "asked")


@dataclass(frozen=True)
class Inbox:
    """The queue's first rows by age, and how many wait, are overdue, were decided today."""

    rows: Sequence[Any]
    waiting: str
    overdue: int
    done_today: int

    def after(self, number: int) -> int | None:
        """Return the one that follows in the queue, round its end, None if no other is left."""
        ids = [row.id for row in self.rows]
        if number in ids:
            at = ids.index(number)
            ids = [*ids[at + 1 :], *ids[:at]]
        return ids[0] if ids else None

    def before(self, number: int) -> int | None:
        """Return the one that precedes in the queue, None at its head."""
        ids = [row.id for row in self.rows]
        at = ids.index(number) if number in ids else 0
        return ids[at - 1] if at else None


def read_inbox(session: Session, today: date) -> Inbox:
    """Return the inbox, three statements."""
    waits = (Requirement.state.in_(INBOX), Requirement.asked_at.is_(None))
    query = (
        select(
            Requirement.id,
            Requirement.title,
            Requirement.severity,
            Requirement.created_at,
            Requirement.next_word_on,
            Team.name.label("team"),
        )
        .outerjoin(Team, Team.id == Requirement.team_id)
        .where(*waits)
        .order_by(Requirement.created_at, Requirement.id)
        .limit(SHOWN)
    )
    rows = session.execute(query).all()
    few = select(Requirement.next_word_on).where(*waits).limit(COUNT_LIMIT).subquery()
    waiting, overdue = session.execute(
        select(func.count(), func.count().filter(few.c.next_word_on < today)).select_from(few)
    ).one()
    midnight = datetime.combine(today, time(), UTC)
    done = session.scalar(
        select(func.count(func.distinct(HistoryEvent.record_id))).where(
            HistoryEvent.at >= midnight,
            HistoryEvent.record_type == Requirement.record_type,
            HistoryEvent.action.in_([f"requirement.{word}" for word in _DECIDED]),
        )
    )
    return Inbox(rows, capped(waiting), overdue, done or 0)
