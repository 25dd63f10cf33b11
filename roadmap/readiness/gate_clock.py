"""The two clocks of a review: working days left to respond and to resolve. Pure.

A clock counts the working days that began while the ball was with the reviewers, in the group's
calendar and zone: a 2-day clock requested on Monday reads 2 on Monday, 1 on Tuesday, 0 ("due
today") on Wednesday and -1 ("overdue by 1 day") on Thursday. It pauses while the owner has work to
do, and stops at the answer it waits for.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from roadmap.readiness.gate_rules import Cast, Standing, Vote, asked_at, group_standing

SATURDAY = 5
# Longer spans say nothing a reader could use, and bound the work of a forgotten request.
LONGEST = 400


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """A group's working days: Monday to Friday in a zone, without its holidays."""

    zone: str = "UTC"
    holidays: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Tell whether people work on a day."""
        return day.weekday() < SATURDAY and day not in self.holidays

    def day_of(self, moment: datetime) -> date:
        """Return the calendar day of a moment where the group sits."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def dawn(self, day: date) -> datetime:
        """Return the moment a day begins where the group sits."""
        return datetime.combine(day, time(), ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True)
class Clock:
    """Working days left, negative when overdue; ``paused`` while the owner has the ball."""

    left: int
    paused: bool = False
    # The working day on which it is due if nothing pauses it; None while it is paused.
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Clocks:
    """Both clocks of one group's review; None where a clock does not run."""

    respond: Clock | None
    resolve: Clock | None


# Words that give the ball back to the owner, and those that end a review.
_PAUSES = frozenset({Vote.NEEDS_WORK})
_ENDS = frozenset({Vote.APPROVED, Vote.DENIED, Vote.NOT_APPLICABLE})


def _spans(votes: Collection[Cast], group_id: int) -> list[tuple[datetime, datetime | None]]:
    """Return the spans in which the ball lay with the group since the latest open request.

    A reviewer who takes a word back has the ball again, if the owner still asks.
    """
    spans: list[tuple[datetime, datetime | None]] = []
    given: list[Cast] = []
    for vote in sorted(votes, key=lambda v: (v.at, v.id)):
        given.append(vote)
        running = bool(spans) and spans[-1][1] is None
        if vote.group_id is None and vote.vote in (Vote.REVIEW_REQUESTED, Vote.NA_REQUESTED):
            if not running:
                spans.append((vote.at, None))
        elif vote.group_id is None and vote.vote is Vote.WITHDRAWN:
            spans.clear()
        elif vote.group_id != group_id:
            continue
        elif running and vote.vote in _PAUSES:
            spans[-1] = (spans[-1][0], vote.at)
        elif vote.vote in _ENDS:
            spans.clear()
        elif not running and _has_the_ball(given, group_id):
            spans.append((vote.at, None))
    return spans


def _has_the_ball(votes: list[Cast], group_id: int) -> bool:
    if asked_at(votes) is None:
        return False
    everybody = {vote.person_id for vote in votes}
    standing = group_standing(group_id, everybody, votes).standing
    return standing in (Standing.REQUESTED, Standing.IN_REVIEW)


def awaited_since(votes: Collection[Cast], group_id: int) -> tuple[datetime | None, bool]:
    """Return since when a group's decision is awaited, None if it is not, and whether it pauses."""
    spans = _spans(votes, group_id)
    if not spans:
        return None, False
    return spans[0][0], spans[-1][1] is not None


def worked(
    spans: Collection[tuple[datetime, datetime | None]], now: datetime, calendar: WorkCalendar
) -> int:
    """Return the working days that began inside the spans, the day of each start left out.

    A request on a day without work counts from the next working day.
    """
    days: set[date] = set()
    for number, (start, end) in enumerate(sorted(spans, key=lambda s: s[0])):
        first = calendar.day_of(start)
        if number == 0:
            while not calendar.works(first):
                first += timedelta(days=1)
        last = calendar.day_of(end if end is not None else now)
        day = first + timedelta(days=1)
        while day <= last and (day - first).days <= LONGEST:
            if calendar.works(day) and (end is None or calendar.dawn(day) < end):
                days.add(day)
            day += timedelta(days=1)
    return len(days)


def due_day(today: date, left: int, calendar: WorkCalendar) -> date:
    """Return the working day on which a clock with so many days left is due."""
    day, step = today, 1 if left >= 0 else -1
    while left != 0:
        day += timedelta(days=step)
        if calendar.works(day):
            left -= step
    return day


def clocks(
    votes: Collection[Cast],
    group_id: int,
    now: datetime,
    *,
    respond_days: int,
    resolve_days: int,
    calendar: WorkCalendar,
) -> Clocks:
    """Return both clocks of a group's review at a moment."""
    spans = _spans(votes, group_id)
    if not spans:
        return Clocks(None, None)
    paused = spans[-1][1] is not None
    began = spans[0][0]
    spoke = any(
        v.group_id == group_id and v.at >= began and v.vote is not Vote.WITHDRAWN for v in votes
    )
    count = worked(spans, now, calendar)

    def clock(days: int) -> Clock:
        left = days - count
        due = None if paused else due_day(calendar.day_of(now), left, calendar)
        return Clock(left, paused, due)

    return Clocks(None if spoke else clock(respond_days), clock(resolve_days))
