"""What the staffing page of a queue shows, read in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.capacity import counts, loads, plans, shifts
from roadmap.capacity.facts import COUNTED_FOR
from roadmap.capacity.forms import DAY_NAMES, clock_text
from roadmap.capacity.models import BaseLoad, QueueBacklog, QueueShift, QueueThroughput, SiteHoliday
from roadmap.capacity.staffing import on_duty
from roadmap.mechanisms.models import Mechanism, Site
from roadmap.taxonomy.queries import Options
from roadmap.web.i18n import _
from roadmap.web.templating import number

WEEKS = 6
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
_ALL_WEEK = list(range(7))


@dataclass(frozen=True)
class GridRow:
    """One shift over the weeks shown; a cell is (heads, note), empty where it is not worked."""

    shift: QueueShift
    hours: str
    days: str
    site: str
    languages: str
    cells: list[tuple[str, str]]


@dataclass(frozen=True)
class Staffing:
    """The staffing page: plan, roster by week, base load, throughput."""

    plan: dict[str, object]
    planned: bool
    monday: date
    weeks: list[date]
    rows: list[GridRow]
    # Head-hours on duty a week, and the hours of handling in them at the highest occupancy.
    duty: list[float]
    handling: list[float]
    ended: int
    base: Sequence[BaseLoad]
    waiting: QueueBacklog | None
    # Whether that count is too old to judge by.
    stale: bool
    throughput: Sequence[QueueThroughput]


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def staffing(session: Session, mechanism: Mechanism, start: date, offered: Options) -> Staffing:
    """Return the staffing page of a queue from a week on, seven statements."""
    monday = monday_of(start)
    weeks = [monday + place * WEEK for place in range(WEEKS)]
    plan = plans.plan_of(session, mechanism.id)
    values = plans.plan_values(plan)
    held = shifts.shifts_of(session, mechanism.id)
    shown = [row for row in held if row.last_day >= monday and row.first_day < weeks[-1] + WEEK]
    places = _places(session)
    closed = _closed(session, weeks[0], weeks[-1] + WEEK)
    shrinkage = float(values["in_shift_shrinkage"])
    waiting = counts.backlog_of(session, mechanism.id)
    duty = [sum(_duty(row, week, shrinkage, closed) for row in shown) for week in weeks]
    return Staffing(
        plan=values,
        planned=plan is not None,
        monday=monday,
        weeks=weeks,
        rows=[_row(row, weeks, shrinkage, places, closed, offered) for row in shown],
        duty=duty,
        handling=[hours * float(values["occupancy"]) for hours in duty],
        ended=sum(row.last_day < clock.today() for row in held),
        base=loads.base_loads(session, mechanism.id),
        waiting=waiting,
        stale=waiting is not None and clock.today() > waiting.counted_at.date() + COUNTED_FOR,
        throughput=loads.throughput(session, mechanism.id)[:WEEKS_BACK],
    )


WEEKS_BACK = 8
Closed = dict[int, set[date]]


def _places(session: Session) -> dict[int, str]:
    return {row.id: row.name for row in session.execute(select(Site.id, Site.name))}


def _closed(session: Session, first: date, end: date) -> Closed:
    found: Closed = {}
    query = select(SiteHoliday.site_id, SiteHoliday.day).where(
        SiteHoliday.day >= first, SiteHoliday.day < end
    )
    for site_id, day in session.execute(query):
        found.setdefault(site_id, set()).add(day)
    return found


def _days(row: QueueShift, week: date, closed: Closed) -> int:
    """Return on how many days of a week a shift is worked."""
    off = closed.get(row.site_id or 0, set())
    days = (week + place * DAY for place in row.weekdays)
    return sum(row.first_day <= day <= row.last_day and day not in off for day in days)


def _heads(row: QueueShift, shrinkage: float) -> float:
    here = on_duty(row.rostered, shrinkage) if row.present is None else row.present
    return here * row.ramp


def _duty(row: QueueShift, week: date, shrinkage: float, closed: Closed) -> float:
    minutes = row.ends - row.starts
    minutes = minutes if minutes > 0 else minutes + 24 * 60
    return _heads(row, shrinkage) * minutes / 60 * _days(row, week, closed)


def _row(
    row: QueueShift,
    weeks: Sequence[date],
    shrinkage: float,
    places: dict[int, str],
    closed: Closed,
    offered: Options,
) -> GridRow:
    cells = []
    for week in weeks:
        days = _days(row, week, closed)
        note = _("%(heads)s on duty", heads=number(_heads(row, shrinkage), 1))
        if days and days != len(row.weekdays):
            note += ", " + _("%(days)s of %(all)s days", days=days, all=len(row.weekdays))
        cells.append((number(row.rostered, 1), note) if days else ("", ""))
    return GridRow(
        shift=row,
        hours=f"{clock_text(row.starts)}–{clock_text(row.ends)}",
        days=days_text(row.weekdays),
        site=places.get(row.site_id or 0, ""),
        languages=", ".join(offered.name("language", code) for code in row.languages),
        cells=cells,
    )


def days_text(weekdays: Sequence[int]) -> str:
    """Return the days of the week in few words."""
    days = sorted(weekdays)
    if days == _ALL_WEEK:
        return _("every day")
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{DAY_NAMES[days[0]]}–{DAY_NAMES[days[-1]]}"
    return ", ".join(str(DAY_NAMES[day]) for day in days)
