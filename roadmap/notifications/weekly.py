"""The weekly report as mail knows it: who wants it, whose is due, and the words a room lends.

What the report says comes from a higher room, for one reader at the moment of writing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeAlias
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person
from roadmap.notifications.models import Mail, WeeklyChoice
from roadmap.notifications.rules import report_due, report_moment, weekly_by_default


class Sentence(Protocol):
    """A sentence for a page or a mail program, and as words alone."""

    @property
    def text(self) -> str: ...

    @property
    def html(self) -> Markup: ...


@dataclass(frozen=True)
class Weekly:
    """A report in the words of its reader; ``launches`` are the ids of those it names."""

    headline: str
    lines: Sequence[Sentence]
    url: str
    launches: frozenset[int]


@dataclass(frozen=True)
class Wanted:
    """A report to write: the Monday of its week, and the moment it compares with."""

    week: date
    since: datetime


@dataclass(frozen=True)
class Day:
    """When the organisation reports: a day of the week, an hour of the reader's day."""

    weekday: str
    hour: int

    def due(self, now: datetime, zone: str) -> date | None:
        """Return the week whose report is to be mailed to people of a zone now."""
        try:
            known = ZoneInfo(zone)
        except (KeyError, ValueError):
            # Nobody can choose such a zone; writing that person's mail says so, and to them alone.
            known = ZoneInfo("UTC")
        return report_due(now, self.weekday, known, self.hour)

    def wanted(self, week: date, zone: str) -> Wanted:
        """Return the report of a week: it compares with the moment of the one before."""
        before = week - timedelta(days=7)
        return Wanted(week, report_moment(before, self.weekday, ZoneInfo(zone), self.hour))


# (session, reader, address of the site, week, what it compares with) -> report, None for nothing.
Writer: TypeAlias = Callable[[Session, Actor, str, date, datetime], Weekly | None]
_writers: list[Writer] = []


def register_weekly(writer: Writer) -> None:
    """Name what writes the report; one room does."""
    _writers[:] = [writer]


def report_for(session: Session, actor: Actor, base_url: str, wanted: Wanted) -> Weekly | None:
    """Return the report of a week for a reader; None where they may read nothing of it."""
    if not actor.may("launch.read"):
        return None
    for writer in _writers:
        return writer(session, actor, base_url, wanted.week, wanted.since)
    return None


# ---- who wants it ----


def wants(session: Session, actor: Actor) -> bool:
    """Return whether a person gets the report: as chosen, else as the role has it."""
    chosen = session.get(WeeklyChoice, actor.id)
    return chosen.wanted if chosen is not None else weekly_by_default(actor.roles)


def choose(session: Session, person_id: int, wanted: bool) -> None:
    """Store whether a person wants the report."""
    chosen = session.get(WeeklyChoice, person_id)
    if chosen is None:
        session.add(WeeklyChoice(person_id=person_id, wanted=wanted))
    else:
        chosen.wanted = wanted
    session.flush()


def owed(
    session: Session, day: Day, now: datetime, person_id: int | None = None
) -> dict[int, date]:
    """Return the week of the report each person is to get now, as far as none was written.

    One statement, and another where somebody's is due.
    """
    query = (
        select(Person.id, Person.roles, Person.time_zone, WeeklyChoice.wanted)
        .outerjoin(WeeklyChoice, WeeklyChoice.person_id == Person.id)
        .where(Person.active)
    )
    if person_id is not None:
        query = query.where(Person.id == person_id)
    due: dict[str, date | None] = {}
    found: dict[int, date] = {}
    for row in session.execute(query):
        if not (weekly_by_default(row.roles) if row.wanted is None else row.wanted):
            continue
        if row.time_zone not in due:
            due[row.time_zone] = day.due(now, row.time_zone)
        if (week := due[row.time_zone]) is not None:
            found[row.id] = week
    if found:
        written = select(Mail.person_id, Mail.report_week).where(
            Mail.report_week >= min(found.values())
        )
        for mail in session.execute(written):
            if found.get(mail.person_id) == mail.report_week:
                del found[mail.person_id]
    return found
