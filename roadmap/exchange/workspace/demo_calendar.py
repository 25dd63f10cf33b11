"""Campaigns of the demo that are dated from today: they move when the demo is dated anew."""

import json
from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.exchange.workspace.parts_lists import CalendarPart
from roadmap.taxonomy.calendars import edit_calendar_day
from roadmap.taxonomy.models import CalendarDay


def _dated(file: bytes, today: date) -> Iterator[CalendarPart]:
    """Yield the entries of the file's calendar whose days are counted from a day."""
    for one in json.loads(file)["calendar"]:
        if one["starts_on"].startswith(("+", "-")):
            yield CalendarPart.model_validate_json(json.dumps(one), context={"as_of": today})


def move_campaigns(session: Session, file: bytes, today: date) -> None:
    """Put the stored entries to the days the file has them on today.

    An import knows an entry of the calendar by its first day: it would add a second campaign.
    """
    for part in _dated(file, today):
        entry = session.scalar(
            select(CalendarDay)
            .where(
                CalendarDay.kind == part.kind,
                CalendarDay.name == part.name,
                CalendarDay.market_code == part.market,
            )
            .order_by(CalendarDay.id)
            .limit(1)
        )
        if entry is None or entry.starts_on == part.starts_on:
            continue
        edit_calendar_day(
            session,
            None,
            entry.id,
            part.kind,
            part.name,
            part.market,
            part.starts_on,
            part.ends_on,
        )
