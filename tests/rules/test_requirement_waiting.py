"""Working time: what counts as waiting, and the words teams' support is said in."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.requirements.by_team import Share, in_words, voices
from roadmap.requirements.waiting import DAY, middle, monday, waited, working_seconds

FRIDAY = datetime(2026, 11, 20, 18, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def slowly(start: datetime, end: datetime, days_off: set[date]) -> int:
    """Count the same hour by hour."""
    total, at = 0, start
    while at < end:
        total += 3600 if at.weekday() < 5 and at.date() not in days_off else 0
        at += timedelta(hours=1)
    return total


@pytest.mark.parametrize(
    ("start", "end", "days_off", "hours"),
    [
        (FRIDAY, MONDAY, [], 6 + 9),
        (MONDAY, FRIDAY, [], 0),
        (FRIDAY + timedelta(hours=10), MONDAY, [], 9),
        (FRIDAY, FRIDAY + timedelta(days=14), [], 240),
        (FRIDAY, FRIDAY + timedelta(days=14), [date(2026, 11, 26)], 216),
        (FRIDAY, MONDAY, [MONDAY.date()], 6),
        (MONDAY, MONDAY + timedelta(hours=5), [], 5),
    ],
)
def test_only_working_days_count(start, end, days_off, hours) -> None:
    assert working_seconds(start, end, days_off) == hours * 3600


hours_of = st.integers(0, 24 * 60).map(
    lambda n: datetime(2026, 11, 2, tzinfo=UTC) + timedelta(hours=n)
)
free = st.sets(st.dates(date(2026, 11, 1), date(2027, 1, 4)), max_size=6)


@given(hours_of, hours_of, free)
def test_working_time_is_the_sum_of_its_hours(one, other, days_off) -> None:
    start, end = min(one, other), max(one, other)
    assert working_seconds(start, end, days_off) == slowly(start, end, days_off)


@given(hours_of, hours_of, hours_of, free)
def test_working_time_adds_up(one, two, three, days_off) -> None:
    first, between, last = sorted((one, two, three))
    parts = working_seconds(first, between, days_off) + working_seconds(between, last, days_off)
    assert parts == working_seconds(first, last, days_off)


def test_what_others_owed_is_no_waiting() -> None:
    later = FRIDAY + timedelta(days=7)
    assert waited(FRIDAY, 2 * DAY, later) == 3 * DAY
    assert waited(FRIDAY, 99 * DAY, later) == 0
    assert middle([]) is None
    assert middle([1, 2, 6]) == 2
    assert monday(date(2026, 11, 22)) == date(2026, 11, 16)


def test_support_is_said_by_team_and_never_as_votes() -> None:
    shares = [
        Share("Legal", 1, False, None, None),
        Share("Moderation", 2, False, "DE", 400),
        Share("Moderation", 1, False, "FR", 800),
    ]
    assert in_words(voices(shares)) == "Moderation (3 people, 1,200 a week), Legal (1)"


def test_a_market_counts_once_in_a_team() -> None:
    same = [Share("Moderation", 1, False, "DE", n) for n in (300, 500)]
    assert in_words(voices(same)) == "Moderation (2 people, 500 a week)"


def test_teams_as_a_whole_and_people_without_a_team_are_named() -> None:
    shares = [
        Share(None, 2, False, None, None),
        Share("Legal", 0, True, None, 30),
        Share("Policy", 1, True, None, None),
    ]
    found = voices(shares)
    assert in_words(found) == (
        "Policy (as a team and 1 person), Legal (as a team, 30 a week), without a team (2 people)"
    )
    assert in_words(found, 2).endswith("Legal (as a team, 30 a week) and 1 more team")
    assert in_words([]) == ""
