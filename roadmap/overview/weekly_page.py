"""The weekly report of one reader: as a page, as text for chat, and as a part of the day's mail."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import NotFound
from roadmap.notifications.rules import latest_report, report_moment
from roadmap.notifications.weekly import Weekly
from roadmap.overview.weekly import WHOLE, Bounds, Report, pick, read_week, week_name, write
from roadmap.overview.weekly_queries import details, endings, stand
from roadmap.web.i18n import _

WEEK = timedelta(days=7)
# What an address names beside weeks: from the newest report to this moment.
NOW = "now"


@dataclass(frozen=True)
class When:
    """The day and hour of the organisation's report."""

    weekday: str
    hour: int

    def moment(self, week: date, zone: ZoneInfo) -> datetime:
        """Return when the report of a week is made for people of a zone."""
        return report_moment(week, self.weekday, zone, self.hour)


@dataclass(frozen=True)
class WeekPage:
    """A report with the ways to other weeks; ``report`` is None where nothing is known of it."""

    name: str
    report: Report | None
    earlier: str
    later: str | None
    whole: bool

    @property
    def cut(self) -> bool:
        """Tell whether something is left out that the whole page would show."""
        return self.report is not None and any(part.more for part in self.report.parts)


def load(
    session: Session, actor: Actor, when: When, asked: str, root: str, *, whole: bool = False
) -> WeekPage:
    """Return the report of a week for a reader; the newest unless the address names another.

    Where nothing is known of the newest, it is what happened since. ``root`` is what links begin
    with.
    """
    now, zone = clock.now(), ZoneInfo(actor.time_zone)
    newest = latest_report(now, when.weekday, zone, when.hour)
    bounds = WHOLE if whole else Bounds()
    if asked == NOW:
        span = Span(newest, when.moment(newest, zone), now)
        made = _report(session, actor, span, root, bounds, live=True, so_far=True)
        return WeekPage(NOW, made, week_name(newest), None, whole)
    week = read_week(asked) if asked else newest
    if week is None or week > newest:
        raise NotFound(_("There is no report of such a week. The newest is on the page itself."))
    span = Span(week, when.moment(week - WEEK, zone), when.moment(week, zone))
    made = _report(session, actor, span, root, bounds)
    if made is None and not asked:
        return load(session, actor, when, NOW, root, whole=whole)
    return WeekPage(
        name=week_name(week),
        report=made,
        earlier=week_name(week - WEEK),
        later=week_name(week + WEEK) if week < newest else NOW,
        whole=whole,
    )


@dataclass(frozen=True)
class Span:
    """The time a report is about; ``week`` is the Monday that names it."""

    week: date
    since: datetime
    until: datetime


def _report(
    session: Session,
    actor: Actor,
    span: Span,
    root: str,
    bounds: Bounds,
    *,
    live: bool = False,
    so_far: bool = False,
) -> Report | None:
    found = stand(session, actor, span.since, span.until, live=live)
    if not found.rows:
        return None
    picked = pick(found.rows)
    return write(
        picked,
        details(session, actor, picked.wanted(bounds), found, span.until, root),
        endings(session, actor, span.until),
        week=span.week,
        since=span.since,
        until=span.until,
        live=so_far,
        root=root,
        bounds=bounds,
    )


def for_mail(
    session: Session, actor: Actor, base_url: str, week: date, since: datetime
) -> Weekly | None:
    """Return the report that rides in a mail of the day, as things stand while it is written."""
    span = Span(week, since, clock.now())
    made = _report(session, actor, span, base_url, Bounds(), live=True)
    if made is None:
        return None
    return Weekly(
        headline=made.headline,
        lines=[line for part in made.parts for line in part.told],
        url=f"{base_url}/launches/weekly?week={week_name(week)}",
        launches=made.launches,
    )
