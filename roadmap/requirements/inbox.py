"""What waits for triage: one at a time, what waited longest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Team
from roadmap.history.models import HistoryEvent
from roadmap.requirements.calendar import days_off
from roadmap.requirements.listing import COUNT_LIMIT, capped
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import INBOX
from roadmap.requirements.waiting import DAY, middle, waited, working_seconds

SHOWN = 50
_DECIDED = ("accepted", "declined", "merged", "snoozed", "asked")


@dataclass(frozen=True)
class Waiting:
    """One that waits, and the working seconds it waited without those of others."""

    id: int
    title: str
    team: str | None
    next_word_on: date | None
    waited: int
    overdue: bool


@dataclass(frozen=True)
class Inbox:
    """The queue's first rows, and how many wait, for how long, and were decided today.

    ``middle`` and ``oldest`` are working seconds, None while nothing waits; ``aim`` is within how
    many working days triage means to decide, and ``overdue`` counts what waited longer.
    """

    rows: Sequence[Waiting]
    waiting: str
    overdue: int
    done_today: int
    middle: int | None
    oldest: int | None
    aim: int

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


def read_inbox(session: Session, now: datetime, aim: int) -> Inbox:
    """Return the inbox, four statements; ``aim`` is in working days."""
    lasting = _lasting(session, now)
    ordered = sorted(lasting, key=lambda number: -lasting[number])[:SHOWN]
    found = {
        row.id: row
        for row in session.execute(
            select(
                Requirement.id,
                Requirement.title,
                Requirement.next_word_on,
                Team.name.label("team"),
            )
            .outerjoin(Team, Team.id == Requirement.team_id)
            .where(Requirement.id.in_(ordered))
        )
    }
    rows = [
        Waiting(
            row.id,
            row.title,
            row.team,
            row.next_word_on,
            lasting[row.id],
            late(lasting[row.id], aim),
        )
        for row in (found[number] for number in ordered)
    ]
    spans = list(lasting.values())
    return Inbox(
        rows,
        capped(len(spans)),
        sum(late(span, aim) for span in spans),
        _done_on(session, now.date()),
        middle(spans),
        max(spans, default=None),
        aim,
    )


@dataclass(frozen=True)
class Spans:
    """Working seconds one waited for triage, and those in which others owed the next step."""

    waited: int
    paused: int


def spans_of(session: Session, requirement: Requirement, now: datetime) -> Spans:
    """Return how long a requirement waited until its decision, else until now; one statement."""
    came, paused = requirement.created_at, requirement.paused_seconds
    off = days_off(session, came.date(), now.date())
    if requirement.asked_at is not None:
        paused += working_seconds(requirement.asked_at, now, off)
    if requirement.state not in INBOX:
        return Spans(requirement.waited_seconds or 0, paused)
    return Spans(waited(came, paused, now, off), paused)


def late(span: int, aim: int) -> bool:
    """Return whether something waited longer than triage means to let it."""
    return span > aim * DAY


def _lasting(session: Session, now: datetime) -> dict[int, int]:
    """Return how long each of the first to come in waited, in their order; two statements."""
    came = session.execute(
        select(Requirement.id, Requirement.created_at, Requirement.paused_seconds)
        .where(Requirement.state.in_(INBOX), Requirement.asked_at.is_(None))
        .order_by(Requirement.created_at, Requirement.id)
        .limit(COUNT_LIMIT)
    ).all()
    first = came[0].created_at if came else now
    off = days_off(session, first.date(), now.date())
    return {row.id: waited(row.created_at, row.paused_seconds, now, off) for row in came}


def _done_on(session: Session, day: date) -> int:
    midnight = datetime.combine(day, time(), UTC)
    done = session.scalar(
        select(func.count(func.distinct(HistoryEvent.record_id))).where(
            HistoryEvent.at >= midnight,
            HistoryEvent.record_type == Requirement.record_type,
            HistoryEvent.action.in_([f"requirement.{word}" for word in _DECIDED]),
        )
    )
    return done or 0
