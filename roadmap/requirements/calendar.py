"""The days on which nobody decides: holidays the calendar has for everywhere."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.taxonomy.models import CalendarDay


def days_off(session: Session, starting: date, until: date) -> frozenset[date]:
    """Return the holidays without a market from ``starting`` to ``until``, one statement."""
    spans = session.execute(
        select(CalendarDay.starts_on, CalendarDay.ends_on).where(
            CalendarDay.kind == "holiday",
            CalendarDay.market_code.is_(None),
            CalendarDay.starts_on <= until,
            CalendarDay.ends_on >= starting,
        )
    )
    found: set[date] = set()
    for first, last in spans:
        first, last = max(first, starting), min(last, until)
        found.update(first + timedelta(days=n) for n in range((last - first).days + 1))
    return frozenset(found)
