"""Commands on calendars: days without work, campaigns and freezes, in a market or everywhere."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.errors import Invalid
from roadmap.events import publish
from roadmap.history.service import record
from roadmap.taxonomy.events import CalendarChanged, CalendarDayRemoved
from roadmap.taxonomy.models import CalendarDay, Market
from roadmap.taxonomy.queries import find_calendar_day
from roadmap.taxonomy.service import NAME_LENGTH, actor_id, allow
from roadmap.web.i18n import _
from roadmap.wording import N_

# Code -> what people call it.
KINDS = {"holiday": N_("Public holiday"), "campaign": N_("Campaign"), "freeze": N_("Freeze")}
FIRST_YEAR, LAST_YEAR = 2000, 2100


def add_calendar_day(
    session: Session,
    actor: Actor | None,
    kind: str,
    name: str,
    market_code: str | None,
    starts_on: date,
    ends_on: date | None = None,
) -> CalendarDay:
    """Store days of a kind and return them; both days count, `ends_on` None is a single day."""
    allow(actor)
    values = _checked(session, kind, name, market_code, starts_on, ends_on or starts_on)
    _refuse_twin(session, values, None)
    entry = CalendarDay(**values)
    session.add(entry)
    return _told(session, actor, entry, "calendar_day.created")


def edit_calendar_day(
    session: Session,
    actor: Actor | None,
    entry_id: int,
    kind: str,
    name: str,
    market_code: str | None,
    starts_on: date,
    ends_on: date | None = None,
) -> CalendarDay:
    """Change an entry."""
    allow(actor)
    entry = find_calendar_day(session, entry_id)
    values = _checked(session, kind, name, market_code, starts_on, ends_on or starts_on)
    _refuse_twin(session, values, entry.id)
    if entry.market_code != values["market_code"]:
        publish(session, CalendarChanged(entry.market_code))
    for field, value in values.items():
        setattr(entry, field, value)
    return _told(session, actor, entry, "calendar_day.edited")


def remove_calendar_day(session: Session, actor: Actor | None, entry_id: int) -> None:
    """Take an entry out of the calendar; the history keeps it."""
    allow(actor)
    entry = find_calendar_day(session, entry_id)
    market = entry.market_code
    publish(session, CalendarDayRemoved(entry.id))
    session.delete(entry)
    record(session, actor_id(actor), entry, "calendar_day.deleted")
    publish(session, CalendarChanged(market))


def import_holidays(session: Session, actor: Actor | None, market_code: str, year: int) -> int:
    """Add a market's public holidays of a year and return how many were new.

    Names are in English where the source has them; sub-national holidays are left out.
    """
    import holidays

    allow(actor)
    _check_market(session, market_code)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid.at("year", _("Use a year from 2000 to 2100."))
    if market_code not in holidays.list_supported_countries():
        raise Invalid.at(
            "market_code", _("No public holidays are known for this market. Add them by hand.")
        )
    found = _public_holidays(market_code, year)
    known = {
        (day.starts_on, day.name)
        for day in session.scalars(
            select(CalendarDay).where(
                CalendarDay.kind == "holiday",
                CalendarDay.market_code == market_code,
                CalendarDay.starts_on.between(date(year, 1, 1), date(year, 12, 31)),
            )
        )
    }
    new = [(day, name) for day, name in found if (day, name) not in known]
    for day, name in new:
        entry = CalendarDay(
            kind="holiday", name=name, market_code=market_code, starts_on=day, ends_on=day
        )
        session.add(entry)
        record(session, actor_id(actor), entry, "calendar_day.imported")
    if new:
        publish(session, CalendarChanged(market_code))
    return len(new)


def _public_holidays(market_code: str, year: int) -> list[tuple[date, str]]:
    """Return (day, name) of a year's public holidays, in English if the source speaks it."""
    import holidays

    country: Any = holidays.country_holidays(market_code)
    spoken = [tag for tag in country.supported_languages if tag.startswith("en")]
    days = holidays.country_holidays(
        market_code, years=year, language=min(spoken) if spoken else None
    )
    return sorted((day, name[:NAME_LENGTH]) for day, name in days.items() if day.year == year)


def _checked(
    session: Session,
    kind: str,
    name: str,
    market_code: str | None,
    starts_on: date,
    ends_on: date,
) -> dict[str, Any]:
    if kind not in KINDS:
        raise Invalid.at("kind", _("Choose holiday, campaign or freeze."))
    name = name.strip()
    if not name or len(name) > NAME_LENGTH:
        raise Invalid.at(
            "name", _("Give it a name of up to %(most)s characters.", most=NAME_LENGTH)
        )
    if ends_on < starts_on:
        raise Invalid.at("ends_on", _("The last day is before the first."))
    if market_code is not None:
        _check_market(session, market_code)
    return {
        "kind": kind,
        "name": name,
        "market_code": market_code,
        "starts_on": starts_on,
        "ends_on": ends_on,
    }


def _check_market(session: Session, code: str) -> None:
    if session.scalar(select(Market.id).where(Market.code == code)) is None:
        raise Invalid.at("market_code", _("There is no such market."))


def _refuse_twin(session: Session, values: dict[str, Any], own_id: int | None) -> None:
    """Refuse an entry that is already there; the unique key misses two everywhere."""
    twin = session.scalar(
        select(CalendarDay.id).where(
            CalendarDay.kind == values["kind"],
            CalendarDay.market_code.is_not_distinct_from(values["market_code"]),
            CalendarDay.starts_on == values["starts_on"],
            CalendarDay.name == values["name"],
        )
    )
    if twin is not None and twin != own_id:
        raise Invalid.at("name", _("This entry is already in the calendar."))


def _told(session: Session, actor: Actor | None, entry: CalendarDay, action: str) -> CalendarDay:
    record(session, actor_id(actor), entry, action)
    publish(session, CalendarChanged(entry.market_code))
    return entry
