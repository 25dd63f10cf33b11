"""Freshness with teeth: who has to say weekly that a committed launch still holds. Pure.

From 42 days before a committed date its owner says so once in every calendar week, Monday to
Sunday. A week that ends without a word is a miss; two in a row escalate, four take the commitment
back. Nothing is deleted by it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

WINDOW = timedelta(days=42)
WEEK = timedelta(days=7)
ESCALATES = 2
UNCOMMITS = 4


class Step(StrEnum):
    """What follows; each is told once."""

    ASKED = "asked"
    ESCALATED = "escalated"
    UNCOMMITTED = "uncommitted"


@dataclass(frozen=True, slots=True)
class Freshness:
    """Where a launch stands in its weekly words.

    ``week`` is the Monday of this week; ``misses`` counts the last ended weeks in a row without a
    word; ``step`` is what follows from them, None outside the window or where all is said.
    """

    week: date
    asked: bool
    said: bool
    misses: int
    step: Step | None

    @property
    def due(self) -> bool:
        """Tell whether a word is awaited this week."""
        return self.asked and not self.said

    @property
    def until(self) -> date:
        """Return the last day on which this week's word counts."""
        return self.week + timedelta(days=6)


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def freshness(
    *,
    starts_on: date | None,
    committed_on: date | None,
    said: Collection[date],
    today: date,
) -> Freshness:
    """Return where a launch stands; ``said`` holds the Mondays of weeks with a word.

    A launch without a committed date is never asked. Weeks that had begun when the window opened
    or the date was committed are not missed: nobody was asked in time.
    """
    week = monday(today)
    if starts_on is None or committed_on is None or today >= starts_on:
        return Freshness(week, asked=False, said=week in said, misses=0, step=None)
    opens = max(starts_on - WINDOW, committed_on)
    first = monday(opens) if monday(opens) == opens else monday(opens) + WEEK
    asked = today >= opens
    misses = 0
    ended = week - WEEK
    while ended >= first and ended not in said:
        misses += 1
        ended -= WEEK
    # A word this week ends the row: the owner is back.
    if week in said:
        misses = 0
    return Freshness(week, asked, week in said, misses, _step(misses, asked, week in said))


def _step(misses: int, asked: bool, said: bool) -> Step | None:
    if misses >= UNCOMMITS:
        return Step.UNCOMMITTED
    if misses >= ESCALATES:
        return Step.ESCALATED
    return Step.ASKED if asked and not said else None
