"""The weekly word before a committed date, and what follows where it is missing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.readiness.freshness_rules import Freshness, Step, freshness, monday

# A Monday, 42 days before a Monday.
OPENS = date(2026, 11, 2)
STARTS = OPENS + timedelta(days=42)
LONG_AGO = date(2026, 1, 1)


def at(day: date, *weeks: int, committed_on: date | None = LONG_AGO) -> Freshness:
    """Return the standing on a day when words were said in the given weeks of the window."""
    said = {OPENS + timedelta(weeks=week) for week in weeks}
    return freshness(starts_on=STARTS, committed_on=committed_on, said=said, today=day)


def weeks(count: float) -> date:
    return OPENS + timedelta(days=round(count * 7))


def test_nobody_is_asked_before_the_window_or_without_a_committed_date() -> None:
    assert at(OPENS - timedelta(days=1)).step is None
    assert at(weeks(3), committed_on=None).step is None
    assert at(STARTS).step is None


@pytest.mark.parametrize(
    ("day", "step", "misses"),
    [
        (weeks(0), Step.ASKED, 0),
        (weeks(1), Step.ASKED, 1),
        (weeks(2) - timedelta(days=1), Step.ASKED, 1),
        (weeks(2), Step.ESCALATED, 2),
        (weeks(3), Step.ESCALATED, 3),
        (weeks(4), Step.UNCOMMITTED, 4),
    ],
)
def test_two_misses_escalate_and_four_uncommit(day: date, step: Step, misses: int) -> None:
    found = at(day)
    assert (found.step, found.misses) == (step, misses)


def test_a_word_settles_its_week_and_ends_the_row_of_misses() -> None:
    assert at(weeks(0), 0).step is None
    assert at(weeks(3), 3).step is None
    assert at(weeks(4), 2).misses == 1
    assert at(weeks(4), 1).step is Step.ESCALATED


def test_weeks_before_the_commitment_are_not_missed() -> None:
    wednesday = weeks(2) + timedelta(days=2)
    found = at(weeks(4), committed_on=wednesday)
    assert (found.misses, found.step) == (1, Step.ASKED)


@given(
    st.integers(-60, 60),
    st.sets(st.integers(0, 8), max_size=8),
    st.integers(0, 8),
    st.integers(0, 60),
)
def test_saying_it_more_often_never_leads_to_a_harder_step(
    day: int, said: set[int], more: int, committed: int
) -> None:
    hardness = [None, Step.ASKED, Step.ESCALATED, Step.UNCOMMITTED]
    moment = OPENS + timedelta(days=day)
    since = OPENS - timedelta(days=30) + timedelta(days=committed)
    fewer = at(moment, *said, committed_on=since).step
    assert hardness.index(at(moment, *said, more, committed_on=since).step) <= hardness.index(fewer)


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_weeks_begin_on_monday(day: date) -> None:
    assert monday(day).weekday() == 0
    assert 0 <= (day - monday(day)).days < 7
