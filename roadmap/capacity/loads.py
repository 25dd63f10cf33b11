"""Commands on what arrives and what was done: base load, weekly throughput, campaigns, holidays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.capacity import values as check
from roadmap.capacity.models import (
    BaseLoad,
    CampaignLoad,
    QueueShift,
    QueueThroughput,
    SiteHoliday,
)
from roadmap.capacity.plans import A_DAY, require_people
from roadmap.errors import Invalid, NotFound
from roadmap.events import publish
from roadmap.history.service import record
from roadmap.launches.checks import MAX_VOLUME
from roadmap.mechanisms.events import MechanismChanged
from roadmap.mechanisms.kinds import Grade
from roadmap.mechanisms.models import Mechanism, Site
from roadmap.mechanisms.people import allow_sites
from roadmap.mechanisms.queries import authorise
from roadmap.mechanisms.service import id_of, told
from roadmap.taxonomy.events import CalendarChanged
from roadmap.taxonomy.models import CalendarDay
from roadmap.taxonomy.queries import options
from roadmap.taxonomy.service import allow
from roadmap.web.i18n import _

MOST_MULTIPLE = 1000.0
MOST_WEEKS = 520


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSpec:
    """Items a week without any launch, in one language or in all (None).

    ``profile`` has 24 shares of a day or 168 of a week from Monday 00:00 in the queue's zone;
    ``season`` factors by ISO week; ``measured_until`` the last day the number includes.
    """

    weekly: float | None
    measured_until: date
    language: str | None = None
    handling_seconds: float | None = None
    profile: Sequence[float] = ()
    season: Mapping[int, float] = field(default_factory=dict)
    grade: Grade = Grade.MEASURED


def base_loads(session: Session, mechanism_id: int) -> Sequence[BaseLoad]:
    """Return the base load of a queue, all languages first, one statement."""
    return session.scalars(
        select(BaseLoad)
        .where(BaseLoad.mechanism_id == mechanism_id)
        .order_by(BaseLoad.language_code.is_not(None), BaseLoad.language_code)
    ).all()


def put_base_loads(
    session: Session, actor: Actor | None, mechanism: Mechanism, specs: Iterable[LoadSpec]
) -> int:
    """Store base loads by language, all or none, and return how many; known ones are replaced."""
    authorise(actor, mechanism)
    require_people(mechanism)
    wanted = [checked_load(session, spec) for spec in specs]
    held = {row.language_code: row for row in base_loads(session, mechanism.id)}
    seen: set[str | None] = set()
    for values in wanted:
        language = values["language_code"]
        if language in seen:
            raise Invalid.at("language", _("This language is there twice."))
        seen.add(language)
        row = held.get(language)
        if row is None:
            held[language] = row = BaseLoad(mechanism_id=mechanism.id, **values)
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
    if None in held and len(held) > 1:
        raise Invalid.at(
            "language",
            _(
                "There is a load of all languages and one of a single language: they would count "
                "twice. Remove one."
            ),
        )
    told(session, actor, mechanism, "mechanism.base_load_set")
    return len(wanted)


def checked_load(session: Session, spec: LoadSpec) -> dict[str, Any]:
    """Return a base load as its columns hold it, or raise Invalid at what cannot be."""
    weekly = check.number("weekly", spec.weekly, MAX_VOLUME)
    if weekly is None:
        raise Invalid.at("weekly", _("Say how many items come in a week; 0 is a number."))
    until = check.day("measured_until", spec.measured_until)
    if until > clock.today():
        raise Invalid.at("measured_until", _("This day has not happened yet."))
    if spec.language is not None and ("language", spec.language) not in options(session).names:
        raise Invalid.at("language", _("There is no language %(code)s.", code=spec.language))
    return {
        "language_code": spec.language,
        "weekly": weekly,
        "handling_seconds": check.number(
            "handling_seconds", spec.handling_seconds, A_DAY, above=True
        ),
        "profile": check.profile("profile", spec.profile),
        "season": check.season("season", spec.season),
        "measured_until": until,
        "grade": check.grade("grade", spec.grade),
    }


def find_base_load(session: Session, mechanism: Mechanism, load_id: int) -> BaseLoad:
    """Return a base load of a queue, or raise NotFound."""
    found = session.get(BaseLoad, load_id)
    if found is None or found.mechanism_id != mechanism.id:
        raise NotFound(_("This was removed meanwhile. Reload the page."))
    return found


def remove_base_load(
    session: Session, actor: Actor | None, mechanism: Mechanism, load_id: int
) -> None:
    """Take a base load away; the history keeps it."""
    authorise(actor, mechanism)
    session.delete(find_base_load(session, mechanism, load_id))
    told(session, actor, mechanism, "mechanism.base_load_removed")


# ---- throughput ----


def throughput(session: Session, mechanism_id: int) -> Sequence[QueueThroughput]:
    """Return the decisions a day by week, the newest week first, one statement."""
    return session.scalars(
        select(QueueThroughput)
        .where(QueueThroughput.mechanism_id == mechanism_id)
        .order_by(QueueThroughput.week.desc())
    ).all()


def put_throughput(
    session: Session,
    actor: Actor | None,
    mechanism: Mechanism,
    weeks: Mapping[date, float | None],
) -> int:
    """Store decisions a day by week, all or none; any day names its week, None removes one."""
    authorise(actor, mechanism)
    require_people(mechanism)
    held = {row.week: row for row in throughput(session, mechanism.id)}
    for given, per_day in weeks.items():
        week, value = checked_week(given, per_day)
        row = held.get(week)
        if value is None and row is not None:
            session.delete(row)
        elif value is not None and row is None:
            held[week] = QueueThroughput(mechanism_id=mechanism.id, week=week, per_day=value)
            session.add(held[week])
        elif row is not None and value is not None:
            row.per_day = value
    if len(held) > MOST_WEEKS:
        raise Invalid.at("week", _("Keep at most %(most)s weeks.", most=MOST_WEEKS))
    told(session, actor, mechanism, "mechanism.throughput_set")
    return len(weeks)


def checked_week(day: date, per_day: float | None) -> tuple[date, float | None]:
    """Return the Monday of a day and what was decided a day, or raise Invalid."""
    week = check.day("week", day) - timedelta(days=day.weekday())
    if week > clock.today():
        raise Invalid.at("week", _("This week has not happened yet."))
    return week, check.number("per_day", per_day, MAX_VOLUME)


# ---- campaigns of the calendar ----


def campaign_load(session: Session, entry_id: int) -> CampaignLoad | None:
    """Return how an entry of the calendar changes what arrives, None if nobody said."""
    return session.scalar(select(CampaignLoad).where(CampaignLoad.calendar_day_id == entry_id))


def put_campaign_load(
    session: Session,
    actor: Actor | None,
    entry: CalendarDay,
    multiplier: float | None,
    profile: Sequence[float] = (),
) -> None:
    """Store how often items come during a campaign, 1 being as usual, and at which hours.

    ``profile`` has 24 shares of a day in the queue's zone. A multiplier of None takes it back.
    """
    allow(actor)
    if entry.kind != "campaign":
        raise Invalid.at("multiplier", _("Only a campaign changes what arrives."))
    value = check.number("multiplier", multiplier, MOST_MULTIPLE)
    hours = check.day_profile("profile", profile)
    row = campaign_load(session, entry.id)
    if value is None:
        if hours:
            raise Invalid.at("multiplier", _("Say how often items come: 2 is twice as many."))
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(CampaignLoad(calendar_day_id=entry.id, multiplier=value, profile=hours))
    else:
        row.multiplier, row.profile = value, hours
    if record(session, id_of(actor), entry, "calendar_day.load_set") is not None:
        publish(session, CalendarChanged(entry.market_code))


# ---- holidays of a site ----


def site_holidays(session: Session, site_id: int) -> Sequence[SiteHoliday]:
    """Return the days off of a site in order, one statement."""
    return session.scalars(
        select(SiteHoliday).where(SiteHoliday.site_id == site_id).order_by(SiteHoliday.day)
    ).all()


def add_site_holidays(
    session: Session, actor: Actor | None, site: Site, days: Mapping[date, str]
) -> int:
    """Store days on which nobody works at a site, all or none; return how many were new."""
    allow_sites(actor)
    held = {row.day: row for row in site_holidays(session, site.id)}
    new = 0
    for given, name in days.items():
        day, words = check.day("day", given), name.strip()
        if len(words) > 120:
            raise Invalid.at("name", _("Use at most 120 characters."))
        row = held.get(day)
        if row is None:
            session.add(SiteHoliday(site_id=site.id, day=day, name=words))
            new += 1
        elif words:
            row.name = words
    _site_told(session, actor, site, "site.holidays_added")
    return new


def remove_site_holiday(session: Session, actor: Actor | None, site: Site, holiday_id: int) -> None:
    """Let people work at a site on a day again."""
    allow_sites(actor)
    row = session.get(SiteHoliday, holiday_id)
    if row is None or row.site_id != site.id:
        raise NotFound(_("This was removed meanwhile. Reload the page."))
    session.delete(row)
    _site_told(session, actor, site, "site.holiday_removed")


def _site_told(session: Session, actor: Actor | None, site: Site, action: str) -> None:
    if record(session, id_of(actor), site, action) is None:
        return
    working = select(QueueShift.mechanism_id).where(QueueShift.site_id == site.id).distinct()
    for mechanism_id in session.scalars(working).all():
        publish(session, MechanismChanged(mechanism_id))
