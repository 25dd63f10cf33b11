"""How triage did in the last weeks: what came in, what was decided, how long that took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import INBOX
from roadmap.requirements.waiting import middle, monday

WEEKS = 8


@dataclass(frozen=True)
class Week:
    """One week from its Monday; ``middle`` is the median wait in working seconds."""

    starts_on: date
    came_in: int
    decided: int
    middle: int | None


def last_weeks(session: Session, today: date, count: int = WEEKS) -> list[Week]:
    """Return the last weeks, this one first; two statements.

    What an import brought already decided never waited here, and is left out.
    """
    starts = [monday(today) - timedelta(weeks=n) for n in range(count)]
    came = _came_in(session, starts)
    spans: dict[date, list[int]] = {start: [] for start in starts}
    for at, span in session.execute(
        select(Requirement.decided_at, Requirement.waited_seconds).where(
            Requirement.decided_at >= _midnight(starts[-1])
        )
    ):
        week = monday(at.date()) if at is not None else None
        if week in spans:
            spans[week].append(span or 0)
    return [Week(start, came[start], len(spans[start]), middle(spans[start])) for start in starts]


def _came_in(session: Session, starts: Sequence[date]) -> dict[date, int]:
    created, ends = Requirement.created_at, timedelta(weeks=1)
    counts = [
        func.count().filter(created >= _midnight(start), created < _midnight(start + ends))
        for start in starts
    ]
    ours = or_(Requirement.state.in_(INBOX), Requirement.decided_at.is_not(None))
    found = session.execute(select(*counts).where(created >= _midnight(starts[-1]), ours)).one()
    return dict(zip(starts, found, strict=True))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
